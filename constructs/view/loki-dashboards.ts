/**
 * The dashboard of the log store: ingestion, latency, errors, storage, in the metric names of Loki 3.7, and the way there.
 */
import type { ConfigFile } from '../core/config-file';
import { dashboardFile, graph, RATE_WINDOW } from './dashboard';

export interface LokiDashboardsProps {
  /** Jobs as Prometheus knows them. */
  readonly jobs: { readonly loki: string; readonly canary: string; readonly agents: string };
  /** Ceph's name of the pool with the objects. */
  readonly pool: string;
  /** The data source with the metrics, in the Grafana that is there already. */
  readonly metricsUid: string;
}

export function lokiDashboardFiles({ jobs, pool, metricsUid }: LokiDashboardsProps): ConfigFile[] {
  const loki = `job=${JSON.stringify(jobs.loki)}`;
  const ofPool = `on (pool_id) group_left (name) ceph_pool_metadata{name=${JSON.stringify(pool)}}`;
  const latency = (quantile: number): string =>
    `histogram_quantile(${quantile}, sum by (route, le) (rate(loki_request_duration_seconds_bucket{${loki}, route=~"loki_api_v1_(query|query_range|push)"}[${RATE_WINDOW}])))`;
  const rate = (metric: string, matchers: string): string => `rate(${metric}{${matchers}}[${RATE_WINDOW}])`;
  return [
    dashboardFile({
      uid: 'loki-overview',
      title: 'Loki · the log store',
      metricsUid,
      graphs: [
        graph(
          'Ingestion',
          'ops',
          'How many lines arrive?',
          'lines',
          `sum(${rate('loki_distributor_lines_received_total', loki)})`,
        ),
        graph(
          'Ingestion, bytes',
          'Bps',
          'How much arrives?',
          'bytes',
          `sum(${rate('loki_distributor_bytes_received_total', loki)})`,
        ),
        graph(
          'Latency, slowest twentieth',
          's',
          'How long do people and agents wait?',
          '{{route}}',
          latency(0.95),
        ),
        graph(
          'Errors',
          'reqps',
          'Which requests fail?',
          '{{route}} {{status_code}}',
          `sum by (route, status_code) (${rate('loki_request_duration_seconds_count', `${loki}, status_code=~"[45].."`)})`,
        ),
        graph(
          'Stored in Ceph',
          'bytes',
          'How much do the logs take, each copy counted once?',
          '{{name}}',
          `ceph_pool_stored * ${ofPool}`,
        ),
        graph(
          'Growth in a day',
          'bytes',
          'Does the store grow?',
          '{{name}}',
          `delta(ceph_pool_stored[1d]) * ${ofPool}`,
        ),
        graph(
          'Streams',
          'short',
          'Does a label have too many values?',
          'open',
          `sum(loki_ingester_memory_streams{${loki}})`,
        ),
        graph(
          'New streams',
          'ops',
          'Does a label have ever new values?',
          'a second',
          `sum(${rate('loki_ingester_streams_created_total', loki)})`,
        ),
        graph(
          'Refused lines',
          'ops',
          'What does Loki refuse, and why?',
          '{{reason}}',
          `sum by (reason) (${rate('loki_discarded_samples_total', loki)})`,
        ),
        graph(
          'Lines given up by agents',
          'ops',
          'Does anything get lost on the way?',
          '{{pod}}',
          `sum by (pod) (${rate('loki_write_dropped_entries_total', `job=${JSON.stringify(jobs.agents)}`)})`,
        ),
        graph(
          'Missing lines of the canary',
          'short',
          'Is everything found that was written?',
          'missing',
          `sum(increase(loki_canary_missing_entries_total{job=${JSON.stringify(jobs.canary)}}[${RATE_WINDOW}]))`,
        ),
        graph(
          'Waiting to be stored',
          'short',
          'Does the object store keep up?',
          'chunks',
          `sum(loki_ingester_flush_queue_length{${loki}})`,
        ),
      ],
    }),
  ];
}
