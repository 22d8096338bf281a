/**
 * Tempo, in one process or in parts that read from Kafka: spans that are refused, parts that stay behind the topic, blocks that
 * cannot be listed or joined. Metric names and questions: the mixin of its makers and "Monitor Tempo" of 3.0's documentation; the
 * program is not to be had here.
 */
import type { RuleGroup } from '../rules';
import {
  failedShare,
  ITS_WORKLOAD,
  LASTING,
  SOON,
  type AlertContext,
  type ProgramAlerts,
} from './program-alert';

const TOO_MANY_FAIL = 0.05;
/** The mixin's figure: so old is the newest trace that a search finds. */
const LAG_SECONDS = 300;
/** Of jobs on blocks that fail; the mixin's figure. */
const JOBS_FAIL = 0.05;

export const tempoAlerts: ProgramAlerts = {
  programs: ['tempo'],
  groups: (context) => [spans(context), blocks(context)],
};

function spans(context: AlertContext): RuleGroup {
  const { selector, by, workloads } = context;
  const component = workloads[0]?.componentName ?? 'tempo';
  return {
    name: 'tempo',
    rules: [
      {
        alert: 'SpansDiscarded',
        about: 'dropping',
        expr: `sum by (reason) (rate(tempo_discarded_spans_total{${selector}}[5m])) > 0`,
        holds: LASTING,
        severity: 'warning',
        component,
        summary: 'Tempo refuses {{ $value }} spans a second: {{ $labels.reason }}',
        description:
          'They are not sent again. A rate limit: look at who sends more than declared; a trace that is too large: look for a loop in a service.',
      },
      {
        alert: 'TraceRequestsFail',
        about: 'failing',
        expr: `${failedShare(context, 'tempo_request_duration_seconds_count')} > ${TOO_MANY_FAIL}`,
        holds: LASTING,
        severity: 'warning',
        component: ITS_WORKLOAD,
        summary: '{{ $value | humanizePercentage }} of the requests to {{ $labels.job }} fail',
        description:
          'Look at its log, at the object store, and at the live stores for searches of the last minutes.',
      },
      {
        alert: 'TracesLate',
        about: 'lagging',
        expr: `max ${by('job', 'group', 'partition')} (tempo_ingest_group_partition_lag_seconds{${selector}}) > ${LAG_SECONDS}`,
        holds: SOON,
        severity: 'warning',
        component: ITS_WORKLOAD,
        summary:
          '{{ $labels.group }} is {{ $value | humanizeDuration }} behind in partition {{ $labels.partition }}',
        description:
          'Its spans wait in Kafka, for as long as the topic keeps them. Look at the pod of that partition, and at Kafka.',
      },
    ],
  };
}

function blocks({ selector, by, workloads }: AlertContext): RuleGroup {
  const component = workloads[0]?.componentName ?? 'tempo';
  const failed = `sum(increase(tempo_backend_scheduler_jobs_failed_total{${selector}}[15m]))`;
  const created = `sum(increase(tempo_backend_scheduler_jobs_created_total{${selector}}[15m]))`;
  return {
    name: 'tempo-blocks',
    rules: [
      {
        alert: 'BlocksNotListed',
        about: 'failing',
        expr: `sum ${by('job')} (increase(tempodb_blocklist_poll_errors_total{${selector}}[15m])) > 2`,
        holds: SOON,
        severity: 'critical',
        component: ITS_WORKLOAD,
        summary: '{{ $labels.job }} cannot list the blocks in the object store',
        description:
          'New blocks are not found by searches. Look at the object store, and at what signs Tempo in there.',
      },
      {
        alert: 'BlockJobsFail',
        about: 'failing',
        expr: `${failed} / ${created} > ${JOBS_FAIL}`,
        holds: LASTING,
        severity: 'warning',
        component,
        summary: '{{ $value | humanizePercentage }} of the jobs that join and delete blocks fail',
        description:
          'Searches get slower, and nothing is deleted at the end of its retention. Look at the log of the workers.',
      },
    ],
  };
}
