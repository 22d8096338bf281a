import { SERVERS } from '../pod-spec';
import type { Rule } from '../rule';

export const revisionHistoryLimit: Rule = {
  id: 'revision-history-limit',
  title: 'Old revisions are kept, but not for ever',
  severity: 'low',
  reason:
    'Without history there is no way back; with too much of it, old ReplicaSets fill etcd and every list.',
  remedy: 'Set revisionHistoryLimit between 1 and 10',
  appliesTo: SERVERS,
  validations: [
    {
      expression: `has(object.spec.revisionHistoryLimit) &&
        object.spec.revisionHistoryLimit >= 1 && object.spec.revisionHistoryLimit <= 10`,
      message: 'The number of old revisions is not set, or not between 1 and 10',
    },
  ],
};
