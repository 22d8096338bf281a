/**
 * Loki, in one process or in parts: lines that do not arrive, that are refused, that cannot be stored or found; members of its
 * rings that are gone. Metric names: 3.7, read off the running program; the questions are those of its makers' mixin.
 */
import { Duration } from 'cdk8s';
import type { RuleGroup } from '../rules';
import {
  failedShare,
  ITS_WORKLOAD,
  LASTING,
  SOON,
  type AlertContext,
  type ProgramAlerts,
} from './program-alert';

/** Of requests that fail. The mixin waits for a tenth; at a twentieth agents already repeat much. */
const TOO_MANY_FAIL = 0.05;
/** A dashboard that takes longer is given up by whoever looks at it. */
const SLOW_QUERY_SECONDS = 10;
/** Of the volume that holds what is not in the object store yet; Loki itself stops at the whole. */
const WAL_NEARLY_FULL = 0.8;
/** It runs every ten minutes; three hours leave room for a long one. */
const RETENTION_LATE_SECONDS = 3 * 3600;

export const lokiAlerts: ProgramAlerts = {
  programs: ['loki'],
  groups: (context) => [lines(context), parts(context)],
};

function lines(context: AlertContext): RuleGroup {
  const { selector, workloads } = context;
  const component = workloads[0]?.componentName ?? 'loki';
  return {
    name: 'loki',
    rules: [
      {
        alert: 'NoLogsArrive',
        about: 'down',
        expr: `sum(rate(loki_distributor_lines_received_total{${selector}}[5m])) == 0`,
        holds: SOON,
        severity: 'critical',
        component,
        summary: 'Loki runs and receives no line',
        description:
          'Neither the agents nor the canary reach it. Look at what stands before it, then at the log of an agent.',
      },
      {
        alert: 'LinesDiscarded',
        about: 'dropping',
        expr: `sum by (reason) (rate(loki_discarded_samples_total{${selector}}[5m])) > 0`,
        holds: LASTING,
        severity: 'warning',
        component,
        summary: 'Loki refuses {{ $value }} lines a second: {{ $labels.reason }}',
        description:
          'Agents do not repeat what is refused for good. Too many streams or labels: look at the allow-list; a rate limit: look at who writes.',
      },
      {
        alert: 'RequestsFail',
        about: 'failing',
        expr: `${failedShare(context, 'loki_request_duration_seconds_count')} > ${TOO_MANY_FAIL}`,
        holds: LASTING,
        severity: 'warning',
        component: ITS_WORKLOAD,
        summary: '{{ $value | humanizePercentage }} of the requests to {{ $labels.job }} fail',
        description: 'Agents repeat failed pushes for some minutes. Look at its log and at the object store.',
      },
      {
        alert: 'QueriesSlow',
        about: 'lagging',
        expr: `histogram_quantile(0.95, sum by (le) (rate(loki_request_duration_seconds_bucket{route=~"loki_api_v1_query(_range)?", ${selector}}[5m]))) > ${SLOW_QUERY_SECONDS}`,
        holds: LASTING,
        severity: 'warning',
        component,
        summary: 'One query in twenty takes longer than {{ $value | humanizeDuration }}',
        description: 'Somebody asks for much at once, or the object store is slow. Look at both.',
      },
    ],
  };
}

function parts({ selector, by, workloads }: AlertContext): RuleGroup {
  const component = workloads[0]?.componentName ?? 'loki';
  return {
    name: 'loki-parts',
    rules: [
      {
        alert: 'ChunksNotStored',
        about: 'failing',
        expr: `sum ${by('job')} (rate(loki_ingester_chunks_flush_failures_total{${selector}}[5m])) > 0`,
        holds: LASTING,
        severity: 'critical',
        component: ITS_WORKLOAD,
        summary: '{{ $labels.job }} cannot write to its object store',
        description:
          'What is not stored waits on its volume, and when that is full it takes no more. Look at the object store, and at what signs Loki in there.',
      },
      {
        alert: 'WriteAheadLogFilling',
        about: 'filling',
        expr: `max ${by('job', 'pod')} (loki_ingester_wal_disk_usage_percent{${selector}}) > ${WAL_NEARLY_FULL}`,
        holds: SOON,
        severity: 'warning',
        component: ITS_WORKLOAD,
        summary: 'The volume of {{ $labels.pod }} is full to {{ $value | humanizePercentage }}',
        description:
          'When it is full, lines are taken that a restart would lose. It empties when chunks reach the object store.',
      },
      {
        alert: 'RingUnhealthy',
        about: 'replication',
        expr: `max by (name) (loki_ring_members{state="Unhealthy", ${selector}}) > 0`,
        holds: LASTING,
        severity: 'warning',
        component,
        summary: '{{ $value }} members of the ring {{ $labels.name }} do not answer the others',
        description:
          'Their share of the lines has a copy less; with two of three gone, writes fail. Look at the pods, and at port 7946 between them.',
      },
      {
        alert: 'RetentionStalled',
        about: 'lagging',
        expr: `time() - max(loki_compactor_apply_retention_last_successful_run_timestamp_seconds{${selector}}) > ${RETENTION_LATE_SECONDS}`,
        // It is zero until the first run after a start.
        holds: Duration.hours(1),
        severity: 'warning',
        component,
        summary: 'The compactor has not deleted what is past its retention for hours',
        description: 'The object store grows meanwhile. Look at the log of Loki for "compactor".',
      },
    ],
  };
}
