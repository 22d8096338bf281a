import { hasEntry } from '../cel';
import { SERVERS } from '../pod-spec';
import type { Rule } from '../rule';

export const recommendedLabels: Rule = {
  id: 'recommended-labels',
  title: 'Objects say what they belong to',
  severity: 'low',
  reason: 'Dashboards, cost reports, NetworkPolicies and people at night find a workload by these labels.',
  remedy:
    'Label the object with app.kubernetes.io/name, app.kubernetes.io/part-of, and app.kubernetes.io/component or /instance',
  appliesTo: [...SERVERS, 'CronJob', 'Job', 'Service'],
  // What a controller makes (a CronJob its Jobs) takes its labels from a template and would be refused at run time.
  matchConditions: [
    { name: 'not-made-by-a-controller', expression: '!has(object.metadata.ownerReferences)' },
  ],
  validations: [
    {
      expression: hasEntry('object', 'metadata.labels', 'app.kubernetes.io/name'),
      message: 'The label app.kubernetes.io/name is missing',
    },
    {
      expression: hasEntry('object', 'metadata.labels', 'app.kubernetes.io/part-of'),
      message: 'The label app.kubernetes.io/part-of is missing',
    },
    {
      expression: `${hasEntry('object', 'metadata.labels', 'app.kubernetes.io/component')} ||
        ${hasEntry('object', 'metadata.labels', 'app.kubernetes.io/instance')}`,
      message: 'The labels app.kubernetes.io/component and app.kubernetes.io/instance are both missing',
    },
  ],
};
