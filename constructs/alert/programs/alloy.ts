/**
 * The alerts of Alloy, the log agent: lines that it gives up, lines that wait, a part of it that does not work. Metric names
 * of Alloy 1.18, from its documentation and sources.
 */
import { Duration } from 'cdk8s';
import { ITS_WORKLOAD, type ProgramAlerts } from './program-alert';

const SOON = Duration.minutes(5);
const LASTING = Duration.minutes(15);

export const alloyAlerts: ProgramAlerts = {
  programs: ['alloy'],
  groups: ({ selector, by }) => [
    {
      name: 'log-agents',
      rules: [
        {
          alert: 'AgentDropsLines',
          about: 'dropping',
          expr: `sum ${by('job', 'pod')} (rate(loki_write_dropped_entries_total{${selector}}[5m])) > 0`,
          holds: SOON,
          severity: 'critical',
          component: ITS_WORKLOAD,
          summary: '{{ $labels.pod }} gives up {{ $value }} lines a second',
          description: 'Refused for good, or for longer than it repeats. Its log has the answer that it got.',
        },
        {
          alert: 'AgentRepeatsPushes',
          about: 'lagging',
          expr: `sum ${by('job', 'pod')} (rate(loki_write_batch_retries_total{${selector}}[5m])) > 0`,
          holds: LASTING,
          severity: 'warning',
          component: ITS_WORKLOAD,
          summary: '{{ $labels.pod }} has to repeat its pushes',
          description:
            'Meanwhile it reads nothing: lines wait in the log files of its node until those are rotated away. Look at Loki and the gateway.',
        },
        {
          alert: 'AgentLimitsNamespace',
          about: 'dropping',
          expr: `sum ${by('job', 'label_name', 'label_value')} (rate(loki_process_dropped_lines_by_label_total{${selector}}[5m])) > 0`,
          holds: LASTING,
          severity: 'warning',
          component: ITS_WORKLOAD,
          summary:
            '{{ $value }} lines a second of the {{ $labels.label_name }} {{ $labels.label_value }} are dropped',
          description:
            'It writes more than a namespace may, and what is above is lost. Tell its owner, or raise namespaceLimit.',
        },
        {
          alert: 'AgentPartUnhealthy',
          about: 'failing',
          expr: `max ${by('job', 'pod')} (alloy_component_controller_running_components{${selector}, health_type!="healthy"}) > 0`,
          holds: LASTING,
          severity: 'warning',
          component: ITS_WORKLOAD,
          summary: '{{ $value }} components of {{ $labels.pod }} do not work',
          description: 'It may find no pods, or read none of their logs. Its log names the component.',
        },
      ],
    },
  ],
};
