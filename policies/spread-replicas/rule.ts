import { isSet } from '../cel';
import { POD_SPEC } from '../pod-spec';
import type { Rule } from '../rule';

export const spreadReplicas: Rule = {
  id: 'spread-replicas',
  title: 'Production replicas stand on different nodes or zones',
  severity: 'medium',
  reason: 'Replicas that stand on one node fail together.',
  remedy: 'Give the pod topologySpreadConstraints over zones and nodes, or a podAntiAffinity',
  appliesTo: ['Deployment', 'StatefulSet'],
  onlyIn: ['prod'],
  // No number means that an autoscaler sets it.
  matchConditions: [
    {
      name: 'replicated',
      expression: `!${isSet('object', 'spec.replicas')} || object.spec.replicas > 1`,
    },
  ],
  variables: [POD_SPEC],
  validations: [
    {
      expression: `(has(variables.podSpec.topologySpreadConstraints) && variables.podSpec.topologySpreadConstraints.size() > 0) ||
        ${isSet('variables.podSpec', 'affinity.podAntiAffinity')}`,
      message: 'Nothing keeps the replicas off one node',
    },
  ],
};
