/**
 * Alertmanager: people who are not reached, replicas that do not see each other. Metric names: 0.34, read off the running
 * program; the questions are those of its makers' mixin.
 */
import type { RuleGroup } from '../rules';
import { ITS_WORKLOAD, LASTING, SOON, type AlertContext, type ProgramAlerts } from './program-alert';

export const alertmanagerAlerts: ProgramAlerts = {
  programs: ['alertmanager'],
  groups: (context) => [notifications(context)],
};

function notifications({ selector, by, workloads }: AlertContext): RuleGroup {
  const replicas = Math.max(0, ...workloads.map((workload) => workload.replicas));
  return {
    name: 'notifications',
    rules: [
      {
        alert: 'NotificationsFail',
        about: 'failing',
        expr: `sum ${by('job', 'integration')} (rate(alertmanager_notifications_failed_total{${selector}}[5m])) > 0`,
        holds: SOON,
        severity: 'critical',
        component: ITS_WORKLOAD,
        summary: 'Alertmanager cannot reach {{ $labels.integration }}',
        description:
          'Alerts are repeated until they arrive. Look at the receiver’s token and at the way out of the cluster.',
      },
      ...(replicas < 2
        ? []
        : [
            {
              alert: 'AlertmanagerClusterSplit',
              about: 'replication' as const,
              expr: `min ${by('job')} (alertmanager_cluster_members{${selector}}) < count ${by('job')} (alertmanager_cluster_members{${selector}})`,
              holds: LASTING,
              severity: 'warning' as const,
              component: ITS_WORKLOAD,
              summary: 'The replicas of Alertmanager do not all see each other',
              description: 'Notifications come more than once. Look at port 9094 between them, TCP and UDP.',
            },
          ]),
    ],
  };
}
