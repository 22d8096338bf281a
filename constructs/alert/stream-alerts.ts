/**
 * Streams of Loki that come near the limit which its values set: the limit is in its configuration, and in no metric of it.
 */
import { Duration } from 'cdk8s';
import type { RuleGroup } from './rules';

/** Of the limit: a label that goes wrong doubles them within an hour. */
const NEARLY_ALL = 0.8;

export function streamAlerts(props: {
  readonly job: string;
  readonly namespace: string;
  readonly maxStreams: number;
}): RuleGroup[] {
  const { job, namespace, maxStreams } = props;
  return [
    {
      name: 'loki-streams',
      rules: [
        {
          alert: 'StreamsNearLimit',
          about: 'saturated',
          expr: `sum(loki_ingester_memory_streams{job=${JSON.stringify(job)}, namespace=${JSON.stringify(namespace)}}) > ${maxStreams * NEARLY_ALL}`,
          holds: Duration.minutes(15),
          severity: 'warning',
          component: job,
          summary: 'Loki has {{ $value }} open streams',
          description: `It refuses new ones above ${maxStreams}. A label has too many values: take it off the agents' allow-list.`,
        },
      ],
    },
  ];
}
