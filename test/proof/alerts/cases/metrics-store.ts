/**
 * VictoriaMetrics' cluster, its agent, its door and its backups; and Prometheus' own samples.
 */
import type { AlertCases } from './case';

const GIB = 1024 ** 3;

export const victoriaMetricsCases: AlertCases = ({ job }) => {
  const storage = job('vmstorage');
  const own = `job="${storage}", pod="s-0"`;
  const insert = job('vminsert');
  const select = job('vmselect');
  const disk = (free: string, used: string): Record<string, string> => ({
    [`vm_free_disk_space_bytes{path="/data", ${own}}`]: free,
    [`vm_data_size_bytes{type="storage/big", ${own}}`]: used,
  });
  return [
    {
      alert: 'MetricsStoreFilling',
      series: disk('15x60', '85x60'),
      silent: disk('50x60', '50x60'),
      fires: { pod: 's-0', component: storage, severity: 'warning' },
    },
    {
      alert: 'MetricsStoreFullSoon',
      // 45 of 100 GiB are left, and half of one goes every hour.
      series: disk(`${57 * GIB}-${Math.round(GIB / 120)}x1560`, `${43 * GIB}+${Math.round(GIB / 120)}x1560`),
      // An empty volume at the same pace.
      silent: disk(`${97 * GIB}-${Math.round(GIB / 120)}x1560`, `${3 * GIB}+${Math.round(GIB / 120)}x1560`),
      after: '26h',
      fires: { pod: 's-0', component: storage, severity: 'warning' },
    },
    {
      alert: 'MetricsStoreReadOnly',
      series: { [`vm_storage_is_read_only{path="/data", ${own}}`]: '1x60' },
      silent: { [`vm_storage_is_read_only{path="/data", ${own}}`]: '0x60' },
      fires: { pod: 's-0', component: storage, severity: 'critical' },
    },
    {
      alert: 'MetricsStoreIgnoresSamples',
      series: { [`vm_rows_ignored_total{reason="big_timestamp", ${own}}`]: '0+60x60' },
      silent: { [`vm_rows_ignored_total{reason="big_timestamp", ${own}}`]: '60x60' },
      fires: { reason: 'big_timestamp', component: storage, severity: 'warning' },
    },
    {
      alert: 'MetricsStoreSlow',
      series: {
        [`vm_slow_row_inserts_total{${own}}`]: '0+100x60',
        [`vm_rows_added_to_storage_total{${own}}`]: '0+1000x60',
      },
      silent: {
        [`vm_slow_row_inserts_total{${own}}`]: '0+10x60',
        [`vm_rows_added_to_storage_total{${own}}`]: '0+1000x60',
      },
      fires: { component: storage, severity: 'warning' },
    },
    {
      alert: 'MetricsWritesSaturated',
      series: {
        [`vm_rpc_send_duration_seconds_total{job="${insert}", pod="i-0", addr="s-0:8400"}`]: '0+58x60',
      },
      silent: {
        [`vm_rpc_send_duration_seconds_total{job="${insert}", pod="i-0", addr="s-0:8400"}`]: '0+6x60',
      },
      fires: { addr: 's-0:8400', component: insert, severity: 'warning' },
    },
    {
      alert: 'MetricsStorageUnreachable',
      series: { [`vm_rpc_vmstorage_is_reachable{job="${insert}", pod="i-0", addr="s-0:8400"}`]: '0x60' },
      silent: { [`vm_rpc_vmstorage_is_reachable{job="${insert}", pod="i-0", addr="s-0:8400"}`]: '1x60' },
      fires: { addr: 's-0:8400', component: insert, severity: 'warning' },
    },
    {
      alert: 'MetricsQueriesWait',
      series: { [`vm_concurrent_select_limit_timeout_total{job="${select}", pod="q-0"}`]: '0+1x60' },
      silent: { [`vm_concurrent_select_limit_timeout_total{job="${select}", pod="q-0"}`]: '7x60' },
      fires: { component: select, severity: 'warning' },
    },
    {
      alert: 'MetricsQueriesPartial',
      series: { [`vm_partial_results_total{job="${select}", pod="q-0"}`]: '0+1x60' },
      silent: { [`vm_partial_results_total{job="${select}", pod="q-0"}`]: '7x60' },
      fires: { component: select, severity: 'warning' },
    },
  ];
};

export const vmagentCases: AlertCases = ({ job }) => {
  const component = job('vmagent');
  const own = `job="${component}", pod="vmagent-0"`;
  const queue = `vmagent_remotewrite_pending_data_bytes{path="/q", url="1:secret-url", ${own}}`;
  return [
    {
      alert: 'ScrapeQueueGrowing',
      series: { [queue]: '0+10485760x60' },
      silent: { [queue]: '5000000x60' },
      fires: { pod: 'vmagent-0', component, severity: 'warning' },
    },
    {
      alert: 'ScrapeQueueFullSoon',
      series: { [queue]: `0+${GIB}x60` },
      // It grew, and empties again.
      silent: { [queue]: `${GIB}-10000000x60` },
      fires: { pod: 'vmagent-0', component, severity: 'critical' },
    },
    {
      alert: 'ScrapeAgentDropsData',
      series: { [`vm_persistentqueue_bytes_dropped_total{path="/q", ${own}}`]: '0+10x60' },
      silent: {
        [`vm_persistentqueue_bytes_dropped_total{path="/q", ${own}}`]: '7x60',
        [`vmagent_remotewrite_packets_dropped_total{url="1", ${own}}`]: '0x60',
      },
      fires: { pod: 'vmagent-0', component, severity: 'critical' },
    },
    {
      alert: 'ScrapeAgentDropsData',
      series: { [`vmagent_remotewrite_packets_dropped_total{url="1", ${own}}`]: '0+1x60' },
      silent: { [`vmagent_remotewrite_packets_dropped_total{url="1", ${own}}`]: '5x60' },
      fires: { pod: 'vmagent-0', component, severity: 'critical' },
    },
  ];
};

export const vmauthCases: AlertCases = ({ job }) => {
  const component = job('vmauth');
  const own = `job="${component}", pod="a-0"`;
  const counter = (name: string, labels: string, values: string): Record<string, string> => ({
    [`${name}{${labels}, ${own}}`]: values,
  });
  return [
    {
      alert: 'DoorLimitReached',
      series: counter('vmauth_user_concurrent_requests_limit_reached_total', 'username="grafana"', '0+3x60'),
      silent: counter('vmauth_user_concurrent_requests_limit_reached_total', 'username="grafana"', '9x60'),
      fires: { username: 'grafana', component, severity: 'warning' },
    },
    {
      alert: 'DoorRefusesTokens',
      series: counter('vmauth_http_request_errors_total', 'reason="invalid_auth_token"', '0+4x60'),
      silent: {
        ...counter('vmauth_http_request_errors_total', 'reason="invalid_auth_token"', '0+1x5 5x55'),
        ...counter('vmauth_http_request_errors_total', 'reason="client_canceled"', '0+40x60'),
      },
      fires: { component, severity: 'warning' },
    },
    {
      alert: 'DoorBackendFails',
      series: counter('vmauth_user_request_backend_errors_total', 'username="vmagent"', '0+1x60'),
      silent: counter('vmauth_user_request_backend_errors_total', 'username="vmagent"', '3x60'),
      fires: { username: 'vmagent', component, severity: 'critical' },
    },
  ];
};

export const backupCases: AlertCases = ({ platform, job }) => {
  const storages = platform.graph.parties.filter(({ id }) => id === job('vmstorage'));
  const replicas = storages.map((party) => ('replicas' in party ? Number(party.replicas) : 1))[0] ?? 1;
  const left = (count: number): Record<string, string> =>
    Object.fromEntries(
      Array.from({ length: count }, (_, i) => [
        `hyperion_backup_last_success_timestamp_seconds{pod="s-${i}"}`,
        '1x60',
      ]),
    );
  return [
    {
      alert: 'MetricsBackupOld',
      series: left(replicas - 1),
      silent: left(replicas),
      fires: { component: 'metrics-backup', severity: 'warning' },
    },
  ];
};

export const prometheusCases: AlertCases = ({ job }) => {
  const component = job('prometheus');
  const own = `job="${component}", pod="p-0"`;
  const counter = (name: string, labels: string, values: string): Record<string, string> => ({
    [`${name}{${labels}${own}}`]: values,
  });
  const sent = (newest: string, last: string): Record<string, string> => ({
    ...counter('prometheus_remote_storage_highest_timestamp_in_seconds', '', newest),
    ...counter(
      'prometheus_remote_storage_queue_highest_sent_timestamp_seconds',
      'remote_name="archive", url="https://x", ',
      last,
    ),
  });
  return [
    {
      alert: 'RetentionCutBySize',
      series: counter('prometheus_tsdb_size_retentions_total', '', '0+1x60'),
      silent: counter('prometheus_tsdb_size_retentions_total', '', '0x60'),
      fires: { pod: 'p-0', component, severity: 'warning' },
    },
    {
      alert: 'SamplesNotKept',
      series: counter('prometheus_tsdb_wal_writes_failed_total', '', '0+1x60'),
      silent: {
        ...counter('prometheus_tsdb_wal_writes_failed_total', '', '0x60'),
        ...counter('prometheus_tsdb_compactions_failed_total', '', '0x60'),
      },
      fires: { pod: 'p-0', component, severity: 'critical' },
    },
    {
      alert: 'SampleCopiesLate',
      series: sent('1000+60x60', '1000+30x60'),
      silent: sent('1000+60x60', '990+60x60'),
      fires: { remote_name: 'archive', component, severity: 'warning' },
    },
    {
      alert: 'SampleCopiesLost',
      series: counter(
        'prometheus_remote_storage_samples_failed_total',
        'remote_name="archive", url="https://x", ',
        '0+60x60',
      ),
      silent: counter(
        'prometheus_remote_storage_samples_failed_total',
        'remote_name="archive", url="https://x", ',
        '60x60',
      ),
      fires: { remote_name: 'archive', component, severity: 'warning' },
    },
  ];
};
