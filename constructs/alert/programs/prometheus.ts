/**
 * Prometheus about itself: rules that fail or come too late, alerts that do not get out, a volume that is too small for its
 * retention, copies that stay behind. Metric names: 3.15, read off the running program; the questions are those of its makers'
 * mixin (`documentation/prometheus-mixin`).
 */
import type { RuleGroup } from '../rules';
import { ITS_WORKLOAD, LASTING, SOON, type AlertContext, type ProgramAlerts } from './program-alert';

/** The mixin's figure: later copies are read as missing by whoever looks at them. */
const LATE_SECONDS = 120;

export const prometheusAlerts: ProgramAlerts = {
  programs: ['prometheus'],
  groups: (context) => [evaluation(context), samples(context)],
};

function evaluation({ selector, by }: AlertContext): RuleGroup {
  return {
    name: 'prometheus-rules',
    rules: [
      {
        alert: 'RulesFail',
        about: 'failing',
        expr: `sum ${by('job', 'rule_group')} (increase(prometheus_rule_evaluation_failures_total{${selector}}[5m])) > 0`,
        holds: SOON,
        severity: 'critical',
        component: ITS_WORKLOAD,
        summary: 'Rules of {{ $labels.rule_group }} cannot be evaluated',
        description:
          'What they watch is unwatched. The log of Prometheus names the rule and what is wrong with it.',
      },
      {
        alert: 'RulesLate',
        about: 'lagging',
        expr: `sum ${by('job', 'rule_group')} (increase(prometheus_rule_group_iterations_missed_total{${selector}}[10m])) > 0`,
        holds: SOON,
        severity: 'warning',
        component: ITS_WORKLOAD,
        summary: 'The group {{ $labels.rule_group }} takes longer than its interval',
        description: 'Its alerts come late. Look at the CPU of Prometheus, and for a rule over a long range.',
      },
      {
        alert: 'AlertsNotSent',
        about: 'failing',
        expr: `sum ${by('job', 'alertmanager')} (increase(prometheus_notifications_errors_total{${selector}}[5m])) > 0`,
        holds: SOON,
        severity: 'critical',
        component: ITS_WORKLOAD,
        summary: '{{ $labels.job }} does not reach {{ $labels.alertmanager }}',
        description: 'While another one answers nobody misses anything. Look at that pod of Alertmanager.',
      },
    ],
  };
}

function samples({ platform, workloads, selector, by, on }: AlertContext): RuleGroup {
  const copies = workloads.some((workload) =>
    platform.graph.outOf(workload).some(({ to }) => to.protocol === 'prometheus-remote-write'),
  );
  const newest = (metric: string, ...labels: readonly string[]): string =>
    `max ${by('job', 'pod', ...labels)} (${metric}{${selector}})`;
  return {
    name: 'prometheus-samples',
    rules: [
      {
        alert: 'RetentionCutBySize',
        about: 'filling',
        expr: `sum ${by('job', 'pod')} (increase(prometheus_tsdb_size_retentions_total{${selector}}[1d])) > 0`,
        holds: LASTING,
        severity: 'warning',
        component: ITS_WORKLOAD,
        summary: '{{ $labels.pod }} deletes samples before their retention ends: its volume is too small',
        description:
          'More series arrive than the volume was sized for. Enlarge it, or find what sends more; `hyperion check` has the arithmetic.',
      },
      {
        alert: 'SamplesNotKept',
        about: 'failing',
        expr: `sum ${by('job', 'pod')} (increase(prometheus_tsdb_compactions_failed_total{${selector}}[1h])) > 0 or sum ${by('job', 'pod')} (increase(prometheus_tsdb_wal_writes_failed_total{${selector}}[1h])) > 0`,
        holds: SOON,
        severity: 'critical',
        component: ITS_WORKLOAD,
        summary: '{{ $labels.pod }} cannot write what it scrapes',
        description:
          'Its volume is full or broken; what is in memory is lost with the pod. Look at the volume.',
      },
      ...(copies
        ? [
            {
              alert: 'SampleCopiesLate',
              about: 'lagging' as const,
              expr: `${newest('prometheus_remote_storage_highest_timestamp_in_seconds')} - ${on('job', 'pod')} group_right ${newest('prometheus_remote_storage_queue_highest_sent_timestamp_seconds', 'remote_name')} > ${LATE_SECONDS}`,
              holds: LASTING,
              severity: 'warning' as const,
              component: ITS_WORKLOAD,
              summary:
                'Copies of samples to {{ $labels.remote_name }} are {{ $value | humanizeDuration }} behind',
              description: 'They wait in the write-ahead log for two hours at most. Look at the receiver.',
            },
            {
              alert: 'SampleCopiesLost',
              about: 'dropping' as const,
              expr: `sum ${by('job', 'pod', 'remote_name')} (rate(prometheus_remote_storage_samples_failed_total{${selector}}[5m])) > 0`,
              holds: SOON,
              severity: 'warning' as const,
              component: ITS_WORKLOAD,
              summary: '{{ $labels.remote_name }} refuses {{ $value }} samples a second for good',
              description: 'They are not sent again. The log of Prometheus has the receiver’s answer.',
            },
          ]
        : []),
    ],
  };
}
