import { hasEntry, isSet } from '../cel';
import type { Rule } from '../rule';

export const replicasInProduction: Rule = {
  id: 'replicas-in-production',
  title: 'Production Deployments have two replicas or more',
  severity: 'high',
  reason: 'A single replica is an outage whenever its node is drained, upgraded or lost.',
  remedy:
    'Set replicas (an autoscaler: minReplicas) to 2 or more; a Deployment whose replicas an autoscaler sets carries the annotation hyperion.example.com/scaled-by',
  appliesTo: ['Deployment', 'HorizontalPodAutoscaler'],
  onlyIn: ['prod'],
  validations: [
    {
      // The API server fills in one replica where an autoscaler is to say how many: hence the annotation.
      expression: `object.kind != 'Deployment' ||
        (${isSet('object', 'spec.replicas')} && object.spec.replicas >= 2) ||
        ${hasEntry('object', 'metadata.annotations', 'hyperion.example.com/scaled-by')}`,
      message: 'The Deployment has fewer than two replicas',
    },
    {
      expression: `object.kind != 'HorizontalPodAutoscaler' ||
        (${isSet('object', 'spec.minReplicas')} && object.spec.minReplicas >= 2)`,
      message: 'The autoscaler may go below two replicas',
    },
  ],
};
