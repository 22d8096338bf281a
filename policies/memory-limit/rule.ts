import { isSet } from '../cel';
import { ALL_CONTAINERS, POD_CARRIERS, POD_SPEC } from '../pod-spec';
import type { Rule } from '../rule';

/** No CPU limit is asked for: it throttles a container while the node has time to spare. */
export const memoryLimit: Rule = {
  id: 'memory-limit',
  title: 'Containers have a memory limit',
  severity: 'medium',
  reason: 'A container that leaks takes the whole node down unless it is stopped at a limit of its own.',
  remedy: 'Set resources.limits.memory on each container',
  appliesTo: POD_CARRIERS,
  variables: [POD_SPEC, ALL_CONTAINERS],
  validations: [
    {
      expression: `variables.allContainers.all(c, ${isSet('c', 'resources.limits.memory')})`,
      message: 'A container has no memory limit',
    },
  ],
};
