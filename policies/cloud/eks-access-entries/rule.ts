import { equals } from '../../cel';
import type { CloudRule } from '../rule';

export const eksAccessEntries: CloudRule = {
  id: 'eks-access-entries',
  title: 'People enter EKS through access entries only',
  severity: 'medium',
  reason: 'The aws-auth config map is edited from inside the cluster, where CloudTrail does not see it.',
  remedy: 'Set accessConfig.authenticationMode to API and bootstrapClusterCreatorAdminPermissions to false',
  appliesTo: ['aws:eks/cluster:Cluster'],
  validations: [
    {
      expression: equals('resource', 'accessConfig.authenticationMode', 'API'),
      message: 'The cluster reads the aws-auth config map',
    },
    {
      // True by default.
      expression: equals('resource', 'accessConfig.bootstrapClusterCreatorAdminPermissions', false),
      message: 'Whoever made the cluster is its administrator for ever',
    },
  ],
};
