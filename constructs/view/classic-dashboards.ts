/**
 * The dashboards of the classic platform: one for each question that people come with.
 */
import type { ConfigFile } from '../core/config-file';
import { dashboardFile, graph, RATE_WINDOW, type Dashboard } from './dashboard';

export function classicDashboardFiles(): ConfigFile[] {
  return DASHBOARDS.map(dashboardFile);
}

const REAL = 'fstype!~"tmpfs|ramfs|squashfs|overlay|iso9660|fuse.*"';

const DASHBOARDS: readonly Dashboard[] = [
  {
    uid: 'classic-nodes',
    title: 'Nodes',
    graphs: [
      graph(
        'CPU in use',
        'percentunit',
        'Which node is busy?',
        '{{instance}}',
        `1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[${RATE_WINDOW}]))`,
      ),
      graph(
        'Memory in use',
        'percentunit',
        'Which node runs out of memory?',
        '{{instance}}',
        '1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes',
      ),
      graph(
        'Disks in use',
        'percentunit',
        'Which disk fills?',
        '{{instance}} {{mountpoint}}',
        `1 - node_filesystem_avail_bytes{${REAL}} / node_filesystem_size_bytes{${REAL}}`,
      ),
      graph(
        'Containers that use most CPU',
        'short',
        'Who makes the nodes busy? (cAdvisor)',
        '{{namespace}}/{{pod}}',
        `topk(10, sum by (namespace, pod) (rate(container_cpu_usage_seconds_total{container!=""}[${RATE_WINDOW}])))`,
      ),
      graph(
        'Containers that use most memory',
        'bytes',
        'Who fills the nodes’ memory? (cAdvisor)',
        '{{namespace}}/{{pod}}',
        'topk(10, sum by (namespace, pod) (container_memory_working_set_bytes{container!=""}))',
      ),
      graph(
        'Network in',
        'Bps',
        'Where does traffic come in?',
        '{{instance}}',
        `sum by (instance) (rate(node_network_receive_bytes_total{device!~"lo|veth.*|cali.*"}[${RATE_WINDOW}]))`,
      ),
    ],
  },
  {
    uid: 'classic-messaging',
    title: 'Messaging · Kafka',
    graphs: [
      graph(
        'Messages in',
        'ops',
        'Who sends how much?',
        '{{topic}}',
        `sum by (topic) (rate(kafka_topic_partition_current_offset[${RATE_WINDOW}]))`,
      ),
      graph(
        'Messages that wait',
        'short',
        'Which consumers are behind?',
        '{{consumergroup}} {{topic}}',
        'sum by (consumergroup, topic) (kafka_consumergroup_lag)',
      ),
      graph(
        'Partitions with too few copies',
        'short',
        'Is anything at risk?',
        '{{topic}}',
        'sum by (topic) (kafka_topic_partition_under_replicated_partition)',
      ),
      graph(
        'Heap in use',
        'bytes',
        'Do the Java programs have room? (JMX)',
        '{{pod}}',
        'sum by (pod) (jvm_memory_used_bytes{area="heap"})',
      ),
    ],
  },
  {
    uid: 'classic-load-balancing',
    title: 'Load balancing · HAProxy',
    graphs: [
      graph(
        'Requests',
        'reqps',
        'What is used?',
        '{{proxy}}',
        `sum by (proxy) (rate(haproxy_frontend_http_requests_total[${RATE_WINDOW}]))`,
      ),
      graph(
        'Errors',
        'reqps',
        'What fails?',
        '{{proxy}} {{code}}',
        `sum by (proxy, code) (rate(haproxy_backend_http_responses_total{code=~"4xx|5xx"}[${RATE_WINDOW}]))`,
      ),
      graph(
        'Servers that answer',
        'short',
        'Are all backends there?',
        '{{proxy}}',
        'max by (proxy) (haproxy_backend_active_servers)',
      ),
      graph(
        'Time of an answer',
        's',
        'Is anything slow?',
        '{{proxy}}',
        'max by (proxy) (haproxy_backend_response_time_average_seconds)',
      ),
    ],
  },
  {
    uid: 'classic-log-store',
    title: 'Logs · Elasticsearch',
    graphs: [
      graph(
        'Lines in',
        'ops',
        'Do the lines arrive?',
        '{{name}}',
        `sum by (name) (rate(elasticsearch_indices_indexing_index_total[${RATE_WINDOW}]))`,
      ),
      graph(
        'Disk that is left',
        'percentunit',
        'When is it full?',
        '{{name}}',
        'min by (name) (elasticsearch_filesystem_data_available_bytes / elasticsearch_filesystem_data_size_bytes)',
      ),
      graph(
        'Heap in use',
        'percentunit',
        'Does it have room to work?',
        '{{name}}',
        'max by (name) (elasticsearch_jvm_memory_used_bytes{area="heap"} / elasticsearch_jvm_memory_max_bytes{area="heap"})',
      ),
      graph(
        'Searches',
        'ops',
        'Is anybody looking?',
        '{{name}}',
        `sum by (name) (rate(elasticsearch_indices_search_query_total[${RATE_WINDOW}]))`,
      ),
    ],
  },
];
