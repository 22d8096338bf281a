/**
 * Loki with its canary, Tempo, and ClickHouse with its Keeper.
 */
import type { AlertCase, AlertCases } from './case';

const GIB = 1024 ** 3;

export const lokiCases: AlertCases = ({ jobs, platform }) => {
  const [first = 'loki'] = jobs('loki');
  const ingester = jobs('loki').find((name) => name.includes('ingester')) ?? first;
  const component = platform.graph.parties.find(({ id }) => id === first)?.componentName ?? 'loki';
  const own = `job="${first}", pod="l-0"`;
  const requests = (ok: number, failed: number): Record<string, string> => ({
    [`loki_request_duration_seconds_count{method="GET", route="loki_api_v1_query_range", status_code="200", ws="false", ${own}}`]: `0+${ok}x60`,
    [`loki_request_duration_seconds_count{method="GET", route="loki_api_v1_query_range", status_code="500", ws="false", ${own}}`]: `0+${failed}x60`,
    // Of no HTTP request.
    [`loki_request_duration_seconds_count{method="gRPC", route="/logproto.Pusher/Push", status_code="success", ws="false", ${own}}`]:
      '0+9000x60',
  });
  const query = (under: number): Record<string, string> => ({
    [`loki_request_duration_seconds_bucket{route="loki_api_v1_query_range", le="10", ${own}}`]: `0+${under}x60`,
    [`loki_request_duration_seconds_bucket{route="loki_api_v1_query_range", le="25", ${own}}`]: '0+100x60',
    [`loki_request_duration_seconds_bucket{route="loki_api_v1_query_range", le="+Inf", ${own}}`]: '0+100x60',
  });
  const limit = 4000;
  return [
    {
      alert: 'NoLogsArrive',
      series: { [`loki_distributor_lines_received_total{tenant="fake", ${own}}`]: '7x60' },
      silent: { [`loki_distributor_lines_received_total{tenant="fake", ${own}}`]: '0+7x60' },
      fires: { component, severity: 'critical' },
    },
    {
      alert: 'LinesDiscarded',
      series: { [`loki_discarded_samples_total{tenant="fake", reason="rate_limited", ${own}}`]: '0+60x60' },
      silent: { [`loki_discarded_samples_total{tenant="fake", reason="rate_limited", ${own}}`]: '60x60' },
      fires: { reason: 'rate_limited', component, severity: 'warning' },
    },
    {
      alert: 'RequestsFail',
      series: requests(90, 10),
      silent: requests(99, 1),
      fires: { component: first, severity: 'warning' },
    },
    { alert: 'QueriesSlow', series: query(80), silent: query(99), fires: { component, severity: 'warning' } },
    {
      alert: 'ChunksNotStored',
      series: { [`loki_ingester_chunks_flush_failures_total{job="${ingester}", pod="i-0"}`]: '0+1x60' },
      silent: { [`loki_ingester_chunks_flush_failures_total{job="${ingester}", pod="i-0"}`]: '4x60' },
      fires: { component: ingester, severity: 'critical' },
    },
    {
      alert: 'WriteAheadLogFilling',
      series: { [`loki_ingester_wal_disk_usage_percent{job="${ingester}", pod="i-0"}`]: '0.85x60' },
      silent: { [`loki_ingester_wal_disk_usage_percent{job="${ingester}", pod="i-0"}`]: '0.5x60' },
      fires: { pod: 'i-0', component: ingester, severity: 'warning' },
    },
    {
      alert: 'RingUnhealthy',
      series: { [`loki_ring_members{name="ingester", state="Unhealthy", ${own}}`]: '1x60' },
      silent: {
        [`loki_ring_members{name="ingester", state="Unhealthy", ${own}}`]: '0x60',
        [`loki_ring_members{name="ingester", state="ACTIVE", ${own}}`]: '3x60',
      },
      fires: { name: 'ingester', component, severity: 'warning' },
    },
    {
      alert: 'RetentionStalled',
      series: { [`loki_compactor_apply_retention_last_successful_run_timestamp_seconds{${own}}`]: '60x400' },
      silent: {
        [`loki_compactor_apply_retention_last_successful_run_timestamp_seconds{${own}}`]: '0+60x400',
      },
      after: '6h',
      fires: { component, severity: 'warning' },
    },
    {
      alert: 'StreamsNearLimit',
      series: { [`loki_ingester_memory_streams{tenant="fake", ${own}}`]: `${limit * 1000}x60` },
      silent: { [`loki_ingester_memory_streams{tenant="fake", ${own}}`]: '10x60' },
      fires: { component: first, severity: 'warning' },
    },
  ];
};

export const lokiCanaryCases: AlertCases = ({ job }) => {
  const component = job('loki-canary');
  const own = `job="${component}", pod="c-0"`;
  const seen = (inTime: number): Record<string, string> => ({
    [`loki_canary_response_latency_seconds_bucket{le="4", ${own}}`]: `0+${inTime}x60`,
    [`loki_canary_response_latency_seconds_bucket{le="8", ${own}}`]: '0+60x60',
    [`loki_canary_response_latency_seconds_bucket{le="+Inf", ${own}}`]: '0+60x60',
  });
  return [
    {
      alert: 'LinesMissing',
      series: { [`loki_canary_missing_entries_total{${own}}`]: '0+1x60' },
      silent: { [`loki_canary_missing_entries_total{${own}}`]: '2x60' },
      fires: { component, severity: 'critical' },
    },
    { alert: 'LinesLate', series: seen(40), silent: seen(60), fires: { component, severity: 'warning' } },
  ];
};

export const tempoCases: AlertCases = ({ jobs, platform }) => {
  const [first = 'tempo'] = jobs('tempo');
  const component = platform.graph.parties.find(({ id }) => id === first)?.componentName ?? 'tempo';
  const own = `job="${first}", pod="t-0"`;
  const counted = (alert: string, series: string, severity: string, about: string): AlertCase => ({
    alert,
    series: { [series]: '0+60x60' },
    silent: { [series]: '60x60' },
    fires: { component: about, severity },
  });
  const requests = (ok: number, failed: number): Record<string, string> => ({
    [`tempo_request_duration_seconds_count{method="GET", route="api_search", status_code="200", ${own}}`]: `0+${ok}x60`,
    [`tempo_request_duration_seconds_count{method="GET", route="api_search", status_code="500", ${own}}`]: `0+${failed}x60`,
  });
  const work = (failed: number): Record<string, string> => ({
    [`tempo_backend_scheduler_jobs_failed_total{${own}}`]: `0+${failed}x60`,
    [`tempo_backend_scheduler_jobs_created_total{${own}}`]: '0+100x60',
  });
  const lag = `tempo_ingest_group_partition_lag_seconds{group="live-store", partition="0", ${own}}`;
  return [
    counted(
      'SpansDiscarded',
      `tempo_discarded_spans_total{tenant="single-tenant", reason="rate_limited", ${own}}`,
      'warning',
      component,
    ),
    {
      alert: 'TraceRequestsFail',
      series: requests(90, 10),
      silent: requests(99, 1),
      fires: { component: first, severity: 'warning' },
    },
    {
      alert: 'TracesLate',
      series: { [lag]: '0+60x60' },
      silent: { [lag]: '2x60' },
      fires: { group: 'live-store', partition: '0', component: first, severity: 'warning' },
    },
    counted(
      'BlocksNotListed',
      `tempodb_blocklist_poll_errors_total{tenant="single-tenant", ${own}}`,
      'critical',
      first,
    ),
    { alert: 'BlockJobsFail', series: work(20), silent: work(1), fires: { component, severity: 'warning' } },
  ];
};

export const clickhouseCases: AlertCases = ({ job }) => {
  const component = job('clickhouse');
  const own = `job="${component}", pod="ch-0"`;
  const keeper = job('clickhouse-keeper');
  const counted = (alert: string, event: string, severity: string): AlertCase => ({
    alert,
    series: { [`ClickHouseProfileEvents_${event}{${own}}`]: '0+5x60' },
    silent: { [`ClickHouseProfileEvents_${event}{${own}}`]: '5x60' },
    fires: { component, severity },
  });
  const above = (alert: string, metric: string, high: string, low: string, severity: string): AlertCase => ({
    alert,
    series: { [`${metric}{${own}}`]: high },
    silent: { [`${metric}{${own}}`]: low },
    fires: { pod: 'ch-0', component, severity },
  });
  const disk = (free: string): Record<string, string> => ({
    [`ClickHouseAsyncMetrics_DiskAvailable_default{${own}}`]: free,
    [`ClickHouseAsyncMetrics_DiskTotal_default{${own}}`]: `${100 * GIB}x480`,
  });
  const perMinute = Math.round((4 * GIB) / 60);
  const leader = (first: number): Record<string, string> => ({
    [`ClickHouseAsyncMetrics_KeeperIsLeader{job="${keeper}", pod="k-0"}`]: `${first}x60`,
    [`ClickHouseAsyncMetrics_KeeperIsLeader{job="${keeper}", pod="k-1"}`]: '0x60',
  });
  return [
    counted('InsertsRefused', 'RejectedInserts', 'critical'),
    counted('InsertsFail', 'FailedInsertQuery', 'warning'),
    above('PartsPileUp', 'ClickHouseAsyncMetrics_MaxPartCountForPartition', '1500x60', '40x60', 'warning'),
    {
      alert: 'TraceStoreFilling',
      series: disk(`${15 * GIB}x60`),
      silent: disk(`${50 * GIB}x60`),
      fires: { pod: 'ch-0', component, severity: 'warning' },
    },
    {
      alert: 'TraceStoreFullSoon',
      // 42 of 100 GiB are left after eight hours, and four go every hour.
      series: disk(`${74 * GIB}-${perMinute}x480`),
      // An empty volume at the same pace.
      silent: disk(`${99 * GIB}-${perMinute}x480`),
      after: '8h',
      fires: { pod: 'ch-0', component, severity: 'critical' },
    },
    above('ReplicaReadOnly', 'ClickHouseMetrics_ReadonlyReplica', '3x60', '0x60', 'critical'),
    above('ReplicaDelayed', 'ClickHouseAsyncMetrics_ReplicasMaxAbsoluteDelay', '900x60', '5x60', 'warning'),
    {
      alert: 'KeeperWithoutLeader',
      series: leader(0),
      silent: leader(1),
      fires: { component: keeper, severity: 'critical' },
    },
  ];
};
