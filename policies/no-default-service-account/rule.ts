import { POD_CARRIERS, POD_SPEC } from '../pod-spec';
import type { Rule } from '../rule';

export const noDefaultServiceAccount: Rule = {
  id: 'no-default-service-account',
  title: 'Each workload has a service account of its own',
  severity: 'medium',
  reason: 'What one workload of the namespace is allowed through the default account, all of them are.',
  remedy: 'Make a ServiceAccount for the workload and name it in serviceAccountName',
  appliesTo: POD_CARRIERS,
  variables: [POD_SPEC],
  validations: [
    {
      expression: `has(variables.podSpec.serviceAccountName) &&
        variables.podSpec.serviceAccountName != '' && variables.podSpec.serviceAccountName != 'default'`,
      message: "The pod runs under the namespace's default service account",
    },
  ],
};
