import type { Rule } from '../rule';

export const noWildcardRbac: Rule = {
  id: 'no-wildcard-rbac',
  title: 'Roles name what they allow',
  severity: 'critical',
  reason:
    'A wildcard also allows what is added to the cluster tomorrow; escalate, bind and impersonate allow everything at once.',
  remedy: 'List the verbs, API groups and resources that the program really uses',
  appliesTo: ['ClusterRole', 'Role'],
  // Kubernetes makes these itself at every start.
  matchConditions: [
    {
      name: 'not-built-in',
      expression: `object.kind != 'ClusterRole' || !(object.metadata.name.startsWith('system:') ||
        object.metadata.name in ['cluster-admin', 'admin', 'edit', 'view'])`,
    },
  ],
  // The API server hands a role without rules over as one whose rules are null.
  variables: [{ name: 'rules', expression: 'has(object.rules) && object.rules != null ? object.rules : []' }],
  validations: [
    {
      expression: `variables.rules.all(r, !('*' in r.verbs))`,
      message: 'A role allows every verb',
    },
    {
      expression: `variables.rules.all(r, (!has(r.resources) || !('*' in r.resources)) &&
        (!has(r.apiGroups) || !('*' in r.apiGroups)))`,
      message: 'A role allows every resource or API group',
    },
    {
      expression: `variables.rules.all(r, r.verbs.all(v, !(v in ['escalate', 'bind', 'impersonate'])))`,
      message: 'A role lets its holder take more rights than it was given',
    },
  ],
};
