import type { Rule } from '../rule';

export const noClusterAdmin: Rule = {
  id: 'no-cluster-admin',
  title: 'Nobody is bound to cluster-admin',
  severity: 'critical',
  reason: 'Whoever takes over an account bound to cluster-admin owns the cluster and every secret in it.',
  remedy: 'Bind a Role that names what is needed',
  appliesTo: ['ClusterRoleBinding', 'RoleBinding'],
  // Kubernetes binds the group system:masters itself, at every start.
  matchConditions: [
    {
      name: 'not-built-in',
      expression: `object.kind != 'ClusterRoleBinding' || object.metadata.name != 'cluster-admin'`,
    },
  ],
  validations: [
    {
      expression: `object.roleRef.name != 'cluster-admin'`,
      message: 'The binding gives cluster-admin',
    },
  ],
};
