/**
 * One overview dashboard for each layer of the platform: what flows, what is stuck, what is dropped.
 */
import type { ConfigFile } from '../core/config-file';
import { dashboardFile, graph, RATE_WINDOW, type Dashboard } from './dashboard';

export const LAYER_DASHBOARDS: readonly Dashboard[] = [
  {
    uid: 'layer-ingestion',
    title: '1 · Ingestion',
    graphs: [
      graph(
        'Accepted',
        'ops',
        'Is telemetry arriving, and of which signal?',
        '{{__name__}}',
        `sum by (__name__) (rate({__name__=~"otelcol_receiver_accepted_(spans|metric_points|log_records)(_total)?", job="otel-ingress"}[${RATE_WINDOW}]))`,
      ),
      graph(
        'Refused',
        'ops',
        'Are senders told to come again?',
        '{{__name__}}',
        `sum by (__name__) (rate({__name__=~"otelcol_receiver_refused_(spans|metric_points|log_records)(_total)?", job="otel-ingress"}[${RATE_WINDOW}]))`,
      ),
      graph(
        'Metrics outside the allow-list',
        'ops',
        'What does the allow-list drop?',
        'dropped',
        `sum(rate({__name__=~"otelcol_processor_filter_datapoints_filtered(_total)?", job="otel-ingress"}[${RATE_WINDOW}]))`,
      ),
      graph(
        'Requests at the ingress controller',
        'reqps',
        'What comes through NGINX?',
        'requests',
        `sum(rate(nginx_ingress_nginx_http_requests_total[${RATE_WINDOW}]))`,
      ),
    ],
  },
  {
    uid: 'layer-processing',
    title: '2 · Processing',
    graphs: [
      graph(
        'Sent on',
        'ops',
        'Does each processor pass on what it takes?',
        '{{job}}',
        `sum by (job) (rate({__name__=~"otelcol_exporter_sent_(spans|metric_points|log_records)(_total)?"}[${RATE_WINDOW}]))`,
      ),
      graph(
        'Failed to send',
        'ops',
        'Which exporter is refused?',
        '{{job}} {{exporter}}',
        `sum by (job, exporter) (rate({__name__=~"otelcol_exporter_send_failed_(spans|metric_points|log_records)(_total)?"}[${RATE_WINDOW}]))`,
      ),
      graph(
        'Queue',
        'percentunit',
        'Which queue fills up?',
        '{{job}} {{exporter}}',
        'max by (job, exporter) (otelcol_exporter_queue_size / otelcol_exporter_queue_capacity)',
      ),
      graph(
        'Memory',
        'bytes',
        'Who comes close to its limit?',
        '{{job}}',
        'max by (job) ({__name__=~"otelcol_process_memory_rss(_bytes)?"})',
      ),
    ],
  },
  {
    uid: 'layer-buffer',
    title: '3 · Buffer',
    graphs: [
      graph(
        'Written to topics',
        'ops',
        'Is the failover in use?',
        '{{topic}}',
        `sum by (topic) (rate(kafka_topic_partition_current_offset[${RATE_WINDOW}]))`,
      ),
      graph(
        'Waiting to be replayed',
        'short',
        'How much has not been replayed yet?',
        '{{consumergroup}} {{topic}}',
        'sum by (consumergroup, topic) (kafka_consumergroup_lag)',
      ),
      graph(
        'Under-replicated partitions',
        'short',
        'Does every partition have all its copies?',
        '{{topic}}',
        'sum by (topic) (kafka_topic_partition_under_replicated_partition)',
      ),
      graph('Brokers', 'short', 'Are all brokers there?', 'brokers', 'max(kafka_brokers)'),
    ],
  },
  {
    uid: 'layer-storage',
    title: '4 · Storage',
    graphs: [
      graph(
        'Log bytes taken',
        'Bps',
        'Does Loki take what comes?',
        'Loki',
        `sum(rate(loki_distributor_bytes_received_total[${RATE_WINDOW}]))`,
      ),
      graph(
        'Span bytes taken',
        'Bps',
        'Does Tempo take what comes?',
        'Tempo',
        `sum(rate(tempo_distributor_bytes_received_total[${RATE_WINDOW}]))`,
      ),
      graph(
        'Metric rows taken',
        'ops',
        'Does VictoriaMetrics take what comes?',
        '{{type}}',
        `sum by (type) (rate(vm_rows_inserted_total[${RATE_WINDOW}]))`,
      ),
      graph(
        'Free space of VictoriaMetrics',
        'bytes',
        'Is a volume about to fill?',
        '{{pod}}',
        'min by (pod) (vm_free_disk_space_bytes)',
      ),
    ],
  },
  {
    uid: 'layer-visualization',
    title: '5 · Visualization and egress',
    graphs: [
      graph(
        'Grafana requests',
        'reqps',
        'Who answers slowly or with errors?',
        '{{status_code}}',
        `sum by (status_code) (rate(grafana_http_request_duration_seconds_count[${RATE_WINDOW}]))`,
      ),
      graph(
        'Alerts firing',
        'short',
        'What is wrong right now?',
        '{{alertname}}',
        'sum by (alertname) (ALERTS{alertstate="firing"})',
      ),
      graph(
        'Sent to external consumers',
        'ops',
        'Does each consumer get its share?',
        '{{exporter}}',
        `sum by (exporter) (rate({__name__=~"otelcol_exporter_sent_(spans|metric_points|log_records)(_total)?", job="otel-egress"}[${RATE_WINDOW}]))`,
      ),
      graph(
        'Notifications that failed',
        'ops',
        'Do alerts reach people?',
        '{{integration}}',
        `sum by (integration) (rate(alertmanager_notifications_failed_total[${RATE_WINDOW}]))`,
      ),
    ],
  },
];

export function layerDashboardFiles(): ConfigFile[] {
  return LAYER_DASHBOARDS.map(dashboardFile);
}
