import { list } from '../../cel';
import { TAGGED } from './tagged-types';
import type { CloudRule } from '../rule';

const TAGS = ['system', 'environment', 'owner', 'cost-centre'];

export const tags: CloudRule = {
  id: 'tags',
  title: 'Resources say whose they are',
  severity: 'medium',
  reason: 'A bill, an alarm or a clean-up that meets a resource asks whom it belongs to.',
  remedy: `Give it the tags of the stack: ${TAGS.join(', ')}`,
  appliesTo: TAGGED,
  validations: [
    {
      expression: `has(resource.tags) && ${list(TAGS)}.all(t, t in resource.tags)`,
      message: `A tag is missing: ${TAGS.join(', ')}`,
    },
    {
      expression: `!has(resource.tags) || ${list(TAGS)}.all(t, !(t in resource.tags) || resource.tags[t] != '')`,
      message: 'A tag says nothing',
    },
  ],
};
