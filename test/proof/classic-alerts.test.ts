/**
 * The alerts of the classic platform, those of its nodes included.
 */
import { synthesisOf } from '../environments';
import { proof } from '../tools/proof';
import { testAlerts, type AlertCase } from './alerts/alert-cases';

const ROOT = 'job="node-exporter", instance="node-exporter-a", mountpoint="/", fstype="ext4"';
const ON_NODE = {
  job: 'node-exporter',
  instance: 'node-exporter-a',
  mountpoint: '/',
  component: 'nodes',
} as const;
const GIB = 1024 ** 3;

const CASES: readonly AlertCase[] = [
  {
    alert: 'NodeDiskFilling',
    // Of 100 GiB 17 are left after eight hours, and one goes every hour.
    series: {
      [`node_filesystem_avail_bytes{${ROOT}}`]: `${25 * GIB}-${Math.round(GIB / 60)}x480`,
      [`node_filesystem_size_bytes{${ROOT}}`]: `${100 * GIB}x480`,
    },
    // As little, and it does not move.
    silent: {
      [`node_filesystem_avail_bytes{${ROOT}}`]: `${19 * GIB}x480`,
      [`node_filesystem_size_bytes{${ROOT}}`]: `${100 * GIB}x480`,
    },
    after: '8h',
    fires: { ...ON_NODE, severity: 'warning' },
  },
  {
    alert: 'NodeDiskFull',
    series: {
      [`node_filesystem_avail_bytes{${ROOT}}`]: `${4 * GIB}x60`,
      [`node_filesystem_size_bytes{${ROOT}}`]: `${100 * GIB}x60`,
    },
    silent: {
      [`node_filesystem_avail_bytes{${ROOT}}`]: `${6 * GIB}x60`,
      [`node_filesystem_size_bytes{${ROOT}}`]: `${100 * GIB}x60`,
      // Read-only images are always full.
      'node_filesystem_avail_bytes{job="node-exporter", instance="node-exporter-a", mountpoint="/", fstype="squashfs"}':
        '0x60',
      'node_filesystem_size_bytes{job="node-exporter", instance="node-exporter-a", mountpoint="/", fstype="squashfs"}':
        '1000x60',
    },
    fires: { ...ON_NODE, severity: 'critical' },
  },
  {
    alert: 'NodeMemoryShort',
    series: {
      'node_memory_MemAvailable_bytes{job="node-exporter", instance="node-exporter-a"}': `${GIB}x60`,
      'node_memory_MemTotal_bytes{job="node-exporter", instance="node-exporter-a"}': `${64 * GIB}x60`,
    },
    silent: {
      'node_memory_MemAvailable_bytes{job="node-exporter", instance="node-exporter-a"}': `${4 * GIB}x60`,
      'node_memory_MemTotal_bytes{job="node-exporter", instance="node-exporter-a"}': `${64 * GIB}x60`,
    },
    fires: { instance: 'node-exporter-a', component: 'nodes', severity: 'warning' },
  },
  {
    alert: 'NodeClockDrifts',
    series: { 'node_timex_offset_seconds{job="node-exporter", instance="node-exporter-a"}': '0.06+0.001x60' },
    // Comes back.
    silent: { 'node_timex_offset_seconds{job="node-exporter", instance="node-exporter-a"}': '0.2-0.001x60' },
    fires: { instance: 'node-exporter-a', component: 'nodes', severity: 'warning' },
  },
  {
    alert: 'KafkaCopiesMissing',
    series: {
      'kafka_topic_partition_under_replicated_partition{job="kafka-exporter", topic="orders", partition="0"}':
        '1x60',
    },
    silent: {
      'kafka_topic_partition_under_replicated_partition{job="kafka-exporter", topic="orders", partition="0"}':
        '0x60',
    },
    fires: { topic: 'orders', component: 'kafka', severity: 'critical' },
  },
  {
    alert: 'KafkaWithoutLeader',
    series: {
      'kafka_topic_partition_leader{job="kafka-exporter", topic="orders", partition="0"}': '-1x60',
      'kafka_topic_partition_leader{job="kafka-exporter", topic="orders", partition="1"}': '2x60',
    },
    silent: { 'kafka_topic_partition_leader{job="kafka-exporter", topic="orders", partition="0"}': '0x60' },
    fires: { topic: 'orders', component: 'kafka', severity: 'critical' },
  },
  {
    alert: 'KafkaConsumersLag',
    series: {
      'kafka_consumergroup_lag{job="kafka-exporter", consumergroup="billing", topic="orders", partition="0"}':
        '2000+600x60',
      'kafka_consumergroup_current_offset{job="kafka-exporter", consumergroup="billing", topic="orders", partition="0"}':
        '0+60x60',
    },
    silent: {
      'kafka_consumergroup_lag{job="kafka-exporter", consumergroup="billing", topic="orders", partition="0"}':
        '2000x60',
      'kafka_consumergroup_current_offset{job="kafka-exporter", consumergroup="billing", topic="orders", partition="0"}':
        '0+6000x60',
    },
    fires: { consumergroup: 'billing', topic: 'orders', component: 'kafka', severity: 'warning' },
  },
  {
    alert: 'BackendDown',
    series: { 'haproxy_backend_active_servers{job="haproxy", pod="haproxy-a", proxy="shop"}': '0x60' },
    silent: {
      'haproxy_backend_active_servers{job="haproxy", pod="haproxy-a", proxy="shop"}': '1x60',
      // One of two sees it: its own way there is broken, not the application.
      'haproxy_backend_active_servers{job="haproxy", pod="haproxy-b", proxy="shop"}': '0x60',
    },
    fires: { proxy: 'shop', component: 'haproxy', severity: 'critical' },
  },
  {
    alert: 'BackendFails',
    series: {
      'haproxy_backend_http_responses_total{job="haproxy", pod="haproxy-a", proxy="shop", code="2xx"}':
        '0+900x60',
      'haproxy_backend_http_responses_total{job="haproxy", pod="haproxy-a", proxy="shop", code="5xx"}':
        '0+100x60',
    },
    silent: {
      'haproxy_backend_http_responses_total{job="haproxy", pod="haproxy-a", proxy="shop", code="2xx"}':
        '0+900x60',
      'haproxy_backend_http_responses_total{job="haproxy", pod="haproxy-a", proxy="shop", code="4xx"}':
        '0+500x60',
    },
    fires: { proxy: 'shop', component: 'haproxy', severity: 'warning' },
  },
  {
    alert: 'LoadBalancerFull',
    series: {
      'haproxy_process_current_connections{job="haproxy", pod="haproxy-a"}': '900x60',
      'haproxy_process_max_connections{job="haproxy", pod="haproxy-a"}': '1000x60',
    },
    silent: {
      'haproxy_process_current_connections{job="haproxy", pod="haproxy-a"}': '500x60',
      'haproxy_process_max_connections{job="haproxy", pod="haproxy-a"}': '1000x60',
    },
    fires: { pod: 'haproxy-a', component: 'haproxy', severity: 'warning' },
  },
  {
    alert: 'LogStoreFilling',
    series: {
      'elasticsearch_filesystem_data_available_bytes{name="elasticsearch-0"}': `${10 * GIB}x60`,
      'elasticsearch_filesystem_data_size_bytes{name="elasticsearch-0"}': `${100 * GIB}x60`,
    },
    silent: {
      'elasticsearch_filesystem_data_available_bytes{name="elasticsearch-0"}': `${20 * GIB}x60`,
      'elasticsearch_filesystem_data_size_bytes{name="elasticsearch-0"}': `${100 * GIB}x60`,
    },
    fires: { name: 'elasticsearch-0', component: 'elasticsearch', severity: 'critical' },
  },
  {
    alert: 'LogStoreUnhealthy',
    series: { 'elasticsearch_cluster_health_status{cluster="elasticsearch", color="red"}': '1x60' },
    silent: {
      'elasticsearch_cluster_health_status{cluster="elasticsearch", color="red"}': '0x60',
      'elasticsearch_cluster_health_status{cluster="elasticsearch", color="yellow"}': '1x60',
    },
    fires: { cluster: 'elasticsearch', component: 'elasticsearch', severity: 'critical' },
  },
];

proof(['prometheus'], 'The alerts of the classic platform', () => {
  testAlerts(() => synthesisOf('epiphany-dev').files.get('config/prometheus/rules.yml') ?? '', CASES);
});
