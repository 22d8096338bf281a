/**
 * The alert of Filebeat, which has no metrics in Prometheus' form: what it does shows in the store, as its exporter tells.
 */
import { Duration } from 'cdk8s';
import type { ProgramAlerts } from './program-alert';

const LASTING = Duration.minutes(15);

export const filebeatAlerts: ProgramAlerts = {
  programs: ['filebeat'],
  groups: ({ workloads, jobsOf, selectorOf, by }) => {
    const seen = jobsOf('elasticsearch-exporter');
    if (seen.length === 0) return [];
    return workloads.map(({ id }) => ({
      name: id,
      rules: [
        {
          alert: 'LogAgentsSilent',
          about: 'down',
          // Nodes always write something: the agents' own lines are among it.
          expr: `sum ${by('job')} (rate(elasticsearch_indices_indexing_index_total{${selectorOf(seen)}}[10m])) == 0`,
          holds: LASTING,
          severity: 'critical',
          component: id,
          summary: 'The log store answers, and nobody writes a line',
          description:
            'Lines wait on the nodes’ disks until their queues are full. Look at the log of one agent: it says what the store answers.',
        },
      ],
    }));
  },
};
