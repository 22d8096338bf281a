import { equals } from '../cel';
import { POD_CARRIERS, POD_SPEC } from '../pod-spec';
import type { Rule } from '../rule';

export const noHostNamespaces: Rule = {
  id: 'no-host-namespaces',
  title: "Pods stay out of the node's namespaces",
  severity: 'critical',
  reason:
    "A pod in the node's namespaces sees the processes, memory or traffic of all others, and no NetworkPolicy holds it.",
  remedy: 'Remove hostNetwork, hostPID and hostIPC',
  appliesTo: POD_CARRIERS,
  variables: [POD_SPEC],
  validations: [
    {
      expression: `!${equals('variables.podSpec', 'hostNetwork', true)}`,
      message: "The pod uses the node's network",
    },
    {
      expression: `!${equals('variables.podSpec', 'hostPID', true)}`,
      message: "The pod sees the node's processes",
    },
    {
      expression: `!${equals('variables.podSpec', 'hostIPC', true)}`,
      message: "The pod shares the node's inter-process communication",
    },
  ],
};
