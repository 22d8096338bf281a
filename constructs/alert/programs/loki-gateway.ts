/**
 * The alert of the gateway before Loki (nginx), which has no metrics: who pushes through it notices.
 */
import { Duration } from 'cdk8s';
import type { ProgramAlerts } from './program-alert';

const SOON = Duration.minutes(5);

export const lokiGatewayAlerts: ProgramAlerts = {
  programs: ['nginx'],
  groups: ({ workloads, jobsOf, selectorOf }) => {
    const [agents, stores] = [jobsOf('alloy'), jobsOf('loki')];
    if (agents.length === 0 || stores.length === 0) return [];
    return workloads.map(({ id }) => ({
      name: id,
      rules: [
        {
          alert: 'GatewayDown',
          about: 'down',
          expr: `sum(rate(loki_write_sent_entries_total{${selectorOf(agents)}}[5m])) == 0 and on () max(up{${selectorOf(stores)}}) == 1`,
          holds: SOON,
          severity: 'critical',
          component: id,
          summary: 'Loki runs, and no agent gets a line to it',
          description:
            'Lines wait in the nodes’ log files until those are rotated away. Look at the gateway’s pods and its log.',
        },
      ],
    }));
  },
};
