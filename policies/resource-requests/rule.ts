import { isSet } from '../cel';
import { ALL_CONTAINERS, POD_CARRIERS, POD_SPEC } from '../pod-spec';
import type { Rule } from '../rule';

export const resourceRequests: Rule = {
  id: 'resource-requests',
  title: 'Containers request CPU and memory',
  severity: 'medium',
  reason:
    'Without requests the scheduler overfills nodes, autoscalers have nothing to measure against, and the pod is evicted first.',
  remedy: 'Set resources.requests.cpu and resources.requests.memory on each container',
  appliesTo: POD_CARRIERS,
  variables: [POD_SPEC, ALL_CONTAINERS],
  validations: [
    {
      expression: `variables.allContainers.all(c, ${isSet('c', 'resources.requests.cpu')})`,
      message: 'A container requests no CPU',
    },
    {
      expression: `variables.allContainers.all(c, ${isSet('c', 'resources.requests.memory')})`,
      message: 'A container requests no memory',
    },
  ],
};
