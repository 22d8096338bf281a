/**
 * The dashboards of a hub for many clusters: whether each sends, what its nodes and workloads do, and how the hub itself
 * fares. Metric names: node_exporter 1, kube-state-metrics 2, the kubelet's cAdvisor, VictoriaMetrics 1.150.
 */
import type { ConfigFile } from '../core/config-file';
import { dashboardFile, graph, RATE_WINDOW, type Dashboard } from './dashboard';

export function hubDashboardFiles(): ConfigFile[] {
  return DASHBOARDS.map(dashboardFile);
}

/** Pods' containers; what cAdvisor sums up under them has no name, and `POD` is only the pause container. */
const CONTAINERS = 'container!="", container!="POD"';
const FILE_SYSTEMS = 'fstype!~"tmpfs|ramfs|squashfs|overlay|iso9660"';

const DASHBOARDS: readonly Dashboard[] = [
  {
    uid: 'hub-clusters',
    title: 'Clusters · what arrives',
    graphs: [
      graph(
        'Targets that answer',
        'short',
        'Does every cluster send, and as much as yesterday?',
        '{{cluster}}',
        'sum by (cluster) (up)',
      ),
      graph(
        'Targets that do not',
        'short',
        'What is down, and where?',
        '{{cluster}} {{job}}',
        'count by (cluster, job) (up == 0)',
      ),
      graph(
        'Samples scraped',
        'ops',
        'Which cluster grows?',
        '{{cluster}}',
        `sum by (cluster) (rate(vm_promscrape_scraped_samples_sum[${RATE_WINDOW}]))`,
      ),
      graph(
        'Waiting at the agents',
        'bytes',
        'Whose samples do not reach the hub?',
        '{{cluster}}',
        'sum by (cluster) (vmagent_remotewrite_pending_data_bytes)',
      ),
      graph(
        'Dropped by the agents',
        'Bps',
        'Is anything lost?',
        '{{cluster}}',
        `sum by (cluster) (rate(vm_persistentqueue_bytes_dropped_total[${RATE_WINDOW}]))`,
      ),
      graph(
        'Pods that do not run',
        'short',
        'Which cluster has pods that wait or fail?',
        '{{cluster}} {{phase}}',
        'sum by (cluster, phase) (kube_pod_status_phase{phase=~"Pending|Failed|Unknown"})',
      ),
    ],
  },
  {
    uid: 'hub-nodes',
    title: 'Clusters · nodes and workloads',
    graphs: [
      graph(
        'CPU in use',
        'percentunit',
        'Which nodes are busy?',
        '{{cluster}} {{node}}',
        `1 - avg by (cluster, node) (rate(node_cpu_seconds_total{mode="idle"}[${RATE_WINDOW}]))`,
      ),
      graph(
        'Memory in use',
        'percentunit',
        'Which nodes are about to evict pods?',
        '{{cluster}} {{node}}',
        '1 - avg by (cluster, node) (node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes)',
      ),
      graph(
        'Fullest file system',
        'percentunit',
        'Which nodes run out of disk?',
        '{{cluster}} {{node}}',
        `max by (cluster, node) (1 - node_filesystem_avail_bytes{${FILE_SYSTEMS}} / node_filesystem_size_bytes{${FILE_SYSTEMS}})`,
      ),
      graph(
        'CPU by namespace',
        'short',
        'Who takes the processors?',
        '{{cluster}} {{namespace}}',
        `sum by (cluster, namespace) (rate(container_cpu_usage_seconds_total{${CONTAINERS}}[${RATE_WINDOW}]))`,
      ),
      graph(
        'Memory by namespace',
        'bytes',
        'Who takes the memory?',
        '{{cluster}} {{namespace}}',
        `sum by (cluster, namespace) (container_memory_working_set_bytes{${CONTAINERS}})`,
      ),
      graph(
        'Replicas that are missing',
        'short',
        'Which Deployments are not as they should be?',
        '{{cluster}} {{namespace}}/{{deployment}}',
        'sum by (cluster, namespace, deployment) (kube_deployment_status_replicas_unavailable) > 0',
      ),
    ],
  },
  {
    uid: 'hub-store',
    title: 'Hub · the store and its door',
    graphs: [
      graph(
        'Requests by user',
        'reqps',
        'Who writes and who reads?',
        '{{username}}',
        `sum by (username) (rate(vmauth_user_requests_total[${RATE_WINDOW}]))`,
      ),
      graph(
        'Refused at the door',
        'ops',
        'Who reaches his limit?',
        '{{username}}',
        `sum by (username) (rate(vmauth_user_concurrent_requests_limit_reached_total[${RATE_WINDOW}]))`,
      ),
      graph(
        'Samples stored',
        'ops',
        'How much comes in, to which vmstorage?',
        '{{pod}}',
        `sum by (pod) (rate(vm_rows_added_to_storage_total[${RATE_WINDOW}]))`,
      ),
      graph(
        'Active series',
        'short',
        'Does a cluster bring more series than it declared?',
        '{{pod}}',
        'sum by (pod) (vm_cache_entries{type="storage/hour_metric_ids"})',
      ),
      graph(
        'Room on the volumes',
        'bytes',
        'When does a vmstorage fill?',
        '{{pod}}',
        'min by (pod) (vm_free_disk_space_bytes)',
      ),
      graph(
        'Time of queries',
        's',
        'Do people wait for their dashboards?',
        '{{username}} {{quantile}}',
        'max by (username, quantile) (vmauth_user_request_duration_seconds{username!~"vmagent-.*", quantile=~"0.5|0.99"})',
      ),
    ],
  },
];
