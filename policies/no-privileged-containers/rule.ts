import { equals } from '../cel';
import { ALL_CONTAINERS, POD_CARRIERS, POD_SPEC } from '../pod-spec';
import type { Rule } from '../rule';

export const noPrivilegedContainers: Rule = {
  id: 'no-privileged-containers',
  title: 'No container is privileged',
  severity: 'critical',
  reason: 'A privileged container has every device and every capability: it owns the node.',
  remedy: 'Remove securityContext.privileged; grant the one thing that is needed by a typed exception',
  appliesTo: POD_CARRIERS,
  variables: [POD_SPEC, ALL_CONTAINERS],
  validations: [
    {
      expression: `variables.allContainers.all(c, !${equals('c', 'securityContext.privileged', true)})`,
      message: 'A container is privileged',
    },
  ],
};
