/**
 * The alerts of Loki, of who writes to it and of the Ceph pool under it. Metric names: Loki and its canary 3.7 and read off the running
 * programs (`test/proof/loki-alloy.test.ts` looks for each), Alloy 1.18 and Ceph's manager (`mgr/prometheus`) from their documentation.
 */
import { Duration } from 'cdk8s';
import type { RuleGroup } from './rules';

export interface LokiAlertsProps {
  /** Job of Loki, and of what probes it and writes to it. */
  readonly jobs: { readonly loki: string; readonly canary: string; readonly agents: string };
  /** Streams that may be open at once. */
  readonly maxStreams: number;
  /** Ceph's name of the pool with the objects. */
  readonly pool: string;
}

const SOON = Duration.minutes(5);
const LASTING = Duration.minutes(15);
/** Of requests that fail, or of room that is taken. */
const TOO_MANY_FAIL = 0.05;
const NEARLY_ALL = 0.8;
/** A dashboard that takes longer is given up by whoever looks at it. */
const SLOW_QUERY_SECONDS = 10;
/** A forecast of the pool: from so long a past, over the time that ordering and adding a disk takes. */
const GROWTH_SEEN = '1d';
const DISK_ORDER_DAYS = 14;
const DAY_SECONDS = 86_400;

export function lokiAlerts(props: LokiAlertsProps): RuleGroup[] {
  return [lokiGroup(props), pathGroup(props.jobs), poolGroup(props.pool)];
}

function lokiGroup({ jobs, maxStreams }: LokiAlertsProps): RuleGroup {
  const component = jobs.loki;
  const job = `job=${JSON.stringify(jobs.loki)}`;
  const requests = (status: string): string =>
    // gRPC calls inside Loki have words for a status; HTTP has numbers.
    `sum(rate(loki_request_duration_seconds_count{${job}, status_code=~"${status}"}[5m]))`;
  return {
    name: 'loki',
    rules: [
      {
        alert: 'NoLogsArrive',
        expr: `sum(rate(loki_distributor_lines_received_total{${job}}[5m])) == 0`,
        holds: SOON,
        severity: 'critical',
        component,
        summary: 'Loki runs and receives no line',
        description:
          'Neither the agents nor the canary reach it. Look at the gateway, then at the log of an agent.',
      },
      {
        alert: 'LinesDiscarded',
        expr: `sum by (reason) (rate(loki_discarded_samples_total{${job}}[5m])) > 0`,
        holds: LASTING,
        severity: 'warning',
        component,
        summary: 'Loki refuses {{ $value }} lines a second: {{ $labels.reason }}',
        description:
          'Agents do not repeat what is refused for good. Too many streams or labels: look at the allow-list; a rate limit: look at who writes.',
      },
      {
        alert: 'RequestsFail',
        expr: `${requests('5..')} / ${requests('[1-5]..')} > ${TOO_MANY_FAIL}`,
        holds: LASTING,
        severity: 'warning',
        component,
        summary: '{{ $value | humanizePercentage }} of the requests to Loki fail',
        description: 'Agents repeat failed pushes for some minutes. Look at its log and at the object store.',
      },
      {
        alert: 'QueriesSlow',
        expr: `histogram_quantile(0.95, sum by (le) (rate(loki_request_duration_seconds_bucket{${job}, route=~"loki_api_v1_query(_range)?"}[5m]))) > ${SLOW_QUERY_SECONDS}`,
        holds: LASTING,
        severity: 'warning',
        component,
        summary: 'One query in twenty takes longer than {{ $value | humanizeDuration }}',
        description: 'Somebody asks for much at once, or the object store is slow. Look at both.',
      },
      {
        alert: 'StreamsNearLimit',
        expr: `sum(loki_ingester_memory_streams{${job}}) > ${maxStreams * NEARLY_ALL}`,
        holds: LASTING,
        severity: 'warning',
        component,
        summary: 'Loki has {{ $value }} open streams',
        description: `It refuses new ones above ${maxStreams}. A label has too many values: take it off the agents' allow-list.`,
      },
      {
        alert: 'ChunksNotStored',
        expr: `sum(rate(loki_ingester_chunks_flush_failures_total{${job}}[5m])) > 0`,
        holds: LASTING,
        severity: 'critical',
        component,
        summary: 'Loki cannot write to its object store',
        description:
          'What is not stored waits on its volume, and when that is full it takes no more. Look at the gateway of the object store.',
      },
      {
        alert: 'RetentionStalled',
        expr: `time() - max(loki_compactor_apply_retention_last_successful_run_timestamp_seconds{${job}}) > 3 * 3600`,
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

function pathGroup({ canary, agents }: LokiAlertsProps['jobs']): RuleGroup {
  return {
    name: 'loki-path',
    rules: [
      {
        alert: 'LinesMissing',
        expr: `sum(increase(loki_canary_missing_entries_total{job=${JSON.stringify(canary)}}[15m])) > 0`,
        holds: SOON,
        severity: 'critical',
        component: canary,
        summary: '{{ $value }} lines of the canary were written and are not found',
        description: 'Through the gateway, as for everybody else. Look at Loki and at its object store.',
      },
      {
        alert: 'AgentDropsLines',
        expr: `sum by (pod) (rate(loki_write_dropped_entries_total{job=${JSON.stringify(agents)}}[5m])) > 0`,
        holds: SOON,
        severity: 'critical',
        component: agents,
        summary: '{{ $labels.pod }} gives up {{ $value }} lines a second',
        description: 'Refused for good, or for longer than it repeats. Its log has the answer that it got.',
      },
    ],
  };
}

/** Copies are counted once in both, so they can be compared. */
function poolGroup(pool: string): RuleGroup {
  const named = `on (pool_id) group_left (name) ceph_pool_metadata{name=${JSON.stringify(pool)}}`;
  const room = '(ceph_pool_stored + ceph_pool_max_avail)';
  return {
    name: 'loki-storage',
    rules: [
      {
        alert: 'LogStoreFilling',
        expr: `(ceph_pool_stored / ${room}) * ${named} > ${NEARLY_ALL}`,
        holds: LASTING,
        severity: 'critical',
        component: pool,
        summary: 'The pool {{ $labels.name }} is {{ $value | humanizePercentage }} full',
        description: 'At 95 % Ceph takes no more writes, of anybody. Shorten the retention, or add disks.',
      },
      {
        alert: 'LogStoreGrowing',
        expr: `(predict_linear(ceph_pool_stored[${GROWTH_SEEN}], ${DISK_ORDER_DAYS * DAY_SECONDS}) / ${room}) * ${named} > ${NEARLY_ALL}`,
        holds: Duration.hours(1),
        severity: 'warning',
        component: pool,
        summary: `The pool {{ $labels.name }} will be {{ $value | humanizePercentage }} full in ${DISK_ORDER_DAYS} days`,
        description: 'As it grew over the last day. Look at who writes more than before.',
      },
    ],
  };
}
