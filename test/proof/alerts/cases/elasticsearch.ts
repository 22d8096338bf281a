/** The alerts of Elasticsearch, as its exporter tells of it, and of Filebeat, as the store does. */
import type { AlertCases } from './case';

const GIB = 1024 ** 3;
const EXPORTER = 'job="elasticsearch-exporter"';
const NODE = `${EXPORTER}, name="elasticsearch-0"`;
const COMPONENT = { component: 'elasticsearch' } as const;

const disk = (available: string): Readonly<Record<string, string>> => ({
  [`elasticsearch_filesystem_data_available_bytes{${NODE}}`]: available,
  [`elasticsearch_filesystem_data_size_bytes{${NODE}}`]: `${100 * GIB}x1920`,
});
const heap = (share: number): Readonly<Record<string, string>> => ({
  [`elasticsearch_jvm_memory_used_bytes{${NODE}, area="heap"}`]: `${share * GIB}x60`,
  [`elasticsearch_jvm_memory_max_bytes{${NODE}, area="heap"}`]: `${GIB}x60`,
});

export const elasticsearchCases: AlertCases = () => [
  {
    alert: 'LogStoreDown',
    series: { [`up{${EXPORTER}}`]: '1x60' },
    silent: {
      [`up{${EXPORTER}}`]: '1x60',
      [`elasticsearch_cluster_health_status{${EXPORTER}, cluster="logs", color="green"}`]: '1x60',
    },
    fires: { ...COMPONENT, severity: 'critical' },
  },
  {
    alert: 'LogStoreUnhealthy',
    series: { [`elasticsearch_cluster_health_status{${EXPORTER}, cluster="logs", color="red"}`]: '1x60' },
    silent: {
      [`elasticsearch_cluster_health_status{${EXPORTER}, cluster="logs", color="red"}`]: '0x60',
      [`elasticsearch_cluster_health_status{${EXPORTER}, cluster="logs", color="yellow"}`]: '1x60',
    },
    fires: { ...COMPONENT, severity: 'critical' },
  },
  {
    alert: 'LogStoreNodeMissing',
    series: { [`elasticsearch_cluster_health_number_of_nodes{${EXPORTER}, cluster="logs"}`]: '2x60' },
    silent: { [`elasticsearch_cluster_health_number_of_nodes{${EXPORTER}, cluster="logs"}`]: '3x60' },
    fires: { ...COMPONENT, severity: 'warning' },
  },
  {
    alert: 'LogStoreRejectsWrites',
    series: { [`elasticsearch_thread_pool_rejected_count{${NODE}, type="write"}`]: '0+9x60' },
    silent: {
      [`elasticsearch_thread_pool_rejected_count{${NODE}, type="write"}`]: '9x60',
      [`elasticsearch_thread_pool_rejected_count{${NODE}, type="search"}`]: '0+9x60',
    },
    fires: { ...COMPONENT, name: 'elasticsearch-0', severity: 'warning' },
  },
  {
    alert: 'LogStoreHeapFull',
    series: heap(0.95),
    silent: heap(0.7),
    fires: { ...COMPONENT, name: 'elasticsearch-0', severity: 'warning' },
  },
  {
    alert: 'LogStoreFilling',
    series: disk(`${10 * GIB}x60`),
    silent: disk(`${20 * GIB}x60`),
    fires: { ...COMPONENT, name: 'elasticsearch-0', severity: 'critical' },
  },
  {
    alert: 'LogStoreGrowing',
    // Half a gigabyte an hour, and 32 left after a day and a half.
    series: disk(`${48 * GIB}-${Math.round(GIB / 120)}x1920`),
    // As little, and the retention deletes as much as comes.
    silent: disk(`${30 * GIB}x1920`),
    after: '30h',
    every: '10m',
    fires: { ...COMPONENT, name: 'elasticsearch-0', severity: 'warning' },
  },
  {
    alert: 'LogStoreBackupOld',
    series: {
      [`elasticsearch_slm_stats_snapshots_taken_total{${EXPORTER}, policy="nightly"}`]: '12x2400',
    },
    silent: {
      [`elasticsearch_slm_stats_snapshots_taken_total{${EXPORTER}, policy="nightly"}`]:
        '12x1000 13x1400 14x100',
    },
    after: '40h',
    every: '10m',
    fires: { ...COMPONENT, policy: 'nightly', severity: 'warning' },
  },
  {
    alert: 'LogAgentsSilent',
    series: { [`elasticsearch_indices_indexing_index_total{${NODE}}`]: '5000x60' },
    silent: { [`elasticsearch_indices_indexing_index_total{${NODE}}`]: '5000+200x60' },
    fires: { component: 'filebeat', severity: 'critical' },
  },
];
