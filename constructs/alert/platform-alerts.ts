/**
 * The alerts that tell of data at risk in the platform's own pipeline: stores that fill, queues that fill, data that is
 * refused or dropped, alerting that fails. Metric names: OpenTelemetry Collector 0.158, VictoriaMetrics 1.150 and
 * Alertmanager 0.34, read off the running programs.
 */

import { Duration } from 'cdk8s';
import type { RuleGroup } from './rules';

const SOON = Duration.minutes(5);
const LASTING = Duration.minutes(15);

/** The scraped job bears the workload's name, so that these alerts and `ComponentDown` are about the same component. */
const ITS_WORKLOAD = '{{ $labels.job }}';

/** The signals in the collector's metric names; `_total` is there or not by how its metrics are exported. */
const OTEL_ITEMS = '(spans|metric_points|log_records)(_total)?';

export function collectorAlerts(): RuleGroup {
  return {
    name: 'collectors',
    rules: [
      {
        alert: 'CollectorQueueFilling',
        expr: 'max by (job, pod, exporter) (otelcol_exporter_queue_size / otelcol_exporter_queue_capacity) > 0.5',
        holds: SOON,
        severity: 'warning',
        component: ITS_WORKLOAD,
        summary: 'The queue of {{ $labels.job }} to {{ $labels.exporter }} is more than half full',
        description:
          'The receiver is down or too slow. When the queue is full, senders are refused. Look at the receiver; the outage budget says how long is left.',
      },
      {
        alert: 'CollectorRefusesData',
        expr: `sum by (job) (rate({__name__=~"otelcol_receiver_refused_${OTEL_ITEMS}"}[5m])) > 0`,
        holds: LASTING,
        severity: 'warning',
        component: ITS_WORKLOAD,
        summary: '{{ $labels.job }} refuses {{ $value }} items a second',
        description:
          'Senders keep and repeat what is refused, for as long as their own queues last. Look at its memory, and at the hop behind it.',
      },
      {
        alert: 'CollectorDropsData',
        // Without a queue a failure goes back to the sender, who repeats; behind one nobody is told any more.
        expr: `sum by (job, exporter) (rate({__name__=~"otelcol_exporter_send_failed_${OTEL_ITEMS}"}[5m])) > 0 and on (job, exporter) otelcol_exporter_queue_capacity`,
        holds: SOON,
        severity: 'critical',
        component: ITS_WORKLOAD,
        summary: '{{ $labels.job }} gives up {{ $value }} items a second for {{ $labels.exporter }}',
        description:
          'They were acknowledged and are lost, unless the exporter waits for its queue. Look at its log for what the receiver answered.',
      },
    ],
  };
}

export interface MetricsStoreAlertsProps {
  /** As `VictoriaMetrics.backups` tells; undefined where there are none. */
  readonly backups:
    | {
        /** How often a complete backup is expected. */
        readonly every: Duration;
        /** How many vmstorages report theirs. */
        readonly replicas: number;
        /** What a complete backup leaves in the store. */
        readonly metric: string;
      }
    | undefined;
}

export function metricsStoreAlerts(props: MetricsStoreAlertsProps): RuleGroup {
  return {
    name: 'metrics-store',
    rules: [
      {
        alert: 'MetricsStoreFilling',
        expr: 'min by (job, pod) (vm_free_disk_space_bytes) / (min by (job, pod) (vm_free_disk_space_bytes) + sum by (job, pod) (vm_data_size_bytes)) < 0.2',
        holds: LASTING,
        severity: 'warning',
        component: ITS_WORKLOAD,
        summary: 'The volume of {{ $labels.pod }} has {{ $value | humanizePercentage }} left',
        description:
          'Merges need a fifth of it. Enlarge the volume, or keep samples for a shorter time; `hyperion check` has the arithmetic.',
      },
      {
        alert: 'MetricsStoreReadOnly',
        expr: 'max by (job, pod) (vm_storage_is_read_only) == 1',
        holds: Duration.minutes(1),
        severity: 'critical',
        component: ITS_WORKLOAD,
        summary: '{{ $labels.pod }} takes no more samples: its volume is full',
        description: 'The others take its share until they are full too. Enlarge the volume now.',
      },
      {
        alert: 'MetricsStoreIgnoresSamples',
        expr: 'sum by (job, reason) (rate(vm_rows_ignored_total[5m])) > 0',
        holds: LASTING,
        severity: 'warning',
        component: ITS_WORKLOAD,
        summary: 'The metrics store ignores {{ $value }} samples a second: {{ $labels.reason }}',
        description:
          'Acknowledged, but not kept: too many labels, too old, too far ahead. Look at the log of vminsert for the series.',
      },
      ...(props.backups === undefined
        ? []
        : [
            {
              alert: 'MetricsBackupOld',
              // A sample comes with each complete backup and with nothing else; whoever left none in time counts as missing.
              expr: `(count(count by (pod) (present_over_time(${props.backups.metric}[${3 * props.backups.every.toSeconds()}s]))) or vector(0)) < ${props.backups.replicas}`,
              holds: LASTING,
              severity: 'warning' as const,
              component: 'metrics-backup',
              summary: 'Not every vmstorage has had a backup lately',
              description: `A complete one is expected every ${props.backups.every.toHumanString()}, and three in a row are missing. Look at the log of the container vmbackup.`,
            },
          ]),
    ],
  };
}

export function scrapeAgentAlerts(): RuleGroup {
  return {
    name: 'scrape-agent',
    rules: [
      {
        alert: 'ScrapeQueueGrowing',
        expr: 'sum by (job, pod) (vmagent_remotewrite_pending_data_bytes) > 100 * 1024 * 1024',
        holds: LASTING,
        severity: 'warning',
        component: ITS_WORKLOAD,
        summary: '{{ $labels.pod }} has {{ $value | humanize1024 }}B waiting for the metrics store',
        description: 'It waits on disk; when the disk is full the oldest goes. Look at vminsert.',
      },
      {
        alert: 'ScrapeAgentDropsData',
        expr: 'sum by (job, pod) (rate(vm_persistentqueue_bytes_dropped_total[5m])) + sum by (job, pod) (rate(vmagent_remotewrite_packets_dropped_total[5m])) > 0',
        holds: Duration.minutes(1),
        severity: 'critical',
        component: ITS_WORKLOAD,
        summary: '{{ $labels.pod }} drops metrics',
        description: 'Its queue is full, or the store refuses blocks for good. Its log says which.',
      },
    ],
  };
}

/** What failed evaluations count, in the program that evaluates. */
const RULE_FAILURES = {
  vmalert:
    'sum by (job) (increase(vmalert_alerting_rules_errors_total[5m]) or increase(vmalert_recording_rules_errors_total[5m])) > 0',
  prometheus: 'sum by (job) (increase(prometheus_rule_evaluation_failures_total[5m])) > 0',
} as const;

export function alertingAlerts(evaluatedBy: keyof typeof RULE_FAILURES = 'vmalert'): RuleGroup {
  return {
    name: 'alerting',
    rules: [
      {
        alert: 'RulesFail',
        expr: RULE_FAILURES[evaluatedBy],
        holds: SOON,
        severity: 'critical',
        component: ITS_WORKLOAD,
        summary: 'Rules cannot be evaluated',
        description: `What they watch is unwatched. The log of ${evaluatedBy} names the rule and the answer that it got.`,
      },
      {
        alert: 'NotificationsFail',
        expr: 'sum by (job, integration) (rate(alertmanager_notifications_failed_total[5m])) > 0',
        holds: SOON,
        severity: 'critical',
        component: ITS_WORKLOAD,
        summary: 'Alertmanager cannot reach {{ $labels.integration }}',
        description:
          'Alerts are repeated until they arrive. Look at the receiver’s token and at the way out of the cluster.',
      },
      {
        alert: 'AlertmanagerClusterSplit',
        expr: 'min by (job) (alertmanager_cluster_members) < count by (job) (alertmanager_cluster_members)',
        holds: LASTING,
        severity: 'warning',
        component: ITS_WORKLOAD,
        summary: 'The replicas of Alertmanager do not all see each other',
        description: 'Notifications come more than once. Look at port 9094 between them, TCP and UDP.',
      },
    ],
  };
}
