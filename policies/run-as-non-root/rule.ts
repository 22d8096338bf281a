import { equals, isSet } from '../cel';
import { ALL_CONTAINERS, POD_CARRIERS, POD_SPEC } from '../pod-spec';
import type { Rule } from '../rule';

export const runAsNonRoot: Rule = {
  id: 'run-as-non-root',
  title: 'Containers run as a non-root user',
  severity: 'high',
  reason: 'Whoever breaks out of a container that runs as root is root on the node.',
  remedy:
    'Set securityContext.runAsNonRoot to true and runAsUser to the UID of the image, on the pod or each container',
  appliesTo: POD_CARRIERS,
  variables: [POD_SPEC, ALL_CONTAINERS],
  validations: [
    {
      // A container's own value wins over the pod's.
      expression: `variables.allContainers.all(c,
        ${isSet('c', 'securityContext.runAsNonRoot')}
          ? c.securityContext.runAsNonRoot
          : ${equals('variables.podSpec', 'securityContext.runAsNonRoot', true)})`,
      message: 'A container may run as root',
    },
    {
      expression: `!${equals('variables.podSpec', 'securityContext.runAsUser', 0)} &&
        variables.allContainers.all(c, !${equals('c', 'securityContext.runAsUser', 0)})`,
      message: 'The user is set to UID 0, which is root',
    },
  ],
};
