import { equals } from '../../cel';
import type { CloudRule } from '../rule';

const EKS = 'aws:eks/cluster:Cluster';

export const deletionProtection: CloudRule = {
  id: 'deletion-protection',
  title: 'What holds state refuses to be deleted in production',
  severity: 'high',
  reason: 'A wrong stack, or a console in the wrong account, deletes a database in one step.',
  remedy: 'Set deletionProtection to true, and skipFinalSnapshot to false',
  appliesTo: ['aws:rds/cluster:Cluster', 'aws:rds/instance:Instance', EKS],
  onlyIn: ['prod'],
  validations: [
    {
      expression: equals('resource', 'deletionProtection', true),
      message: 'It may be deleted in one step',
    },
    {
      expression: `!${equals('resource', 'skipFinalSnapshot', true)}`,
      message: 'Nothing is left of the database when it is deleted',
    },
  ],
};
