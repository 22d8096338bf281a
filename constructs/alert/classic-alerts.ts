/**
 * The alerts of the classic platform beside those for nodes and targets: messages that wait or have too few copies,
 * backends that HAProxy finds down, disks of the log store. Metric names: kafka_exporter 1.9, HAProxy's own endpoint, and
 * elasticsearch_exporter 1.
 */
import { Duration } from 'cdk8s';
import type { RuleGroup } from './rules';

const SOON = Duration.minutes(5);
const LASTING = Duration.minutes(15);

export function classicAlerts(): RuleGroup[] {
  return [messagingAlerts(), loadBalancingAlerts(), logStoreAlerts()];
}

function messagingAlerts(): RuleGroup {
  return {
    name: 'messaging',
    rules: [
      {
        alert: 'KafkaCopiesMissing',
        expr: 'sum by (topic) (kafka_topic_partition_under_replicated_partition) > 0',
        holds: SOON,
        severity: 'critical',
        component: 'kafka',
        summary: '{{ $value }} partitions of {{ $labels.topic }} have too few copies',
        description:
          'A broker is away or cannot keep up. One more, and writers are refused. Look at the brokers’ pods and volumes.',
      },
      {
        alert: 'KafkaWithoutLeader',
        expr: 'count by (topic) (kafka_topic_partition_leader < 0) > 0',
        holds: Duration.minutes(1),
        severity: 'critical',
        component: 'kafka',
        summary: '{{ $value }} partitions of {{ $labels.topic }} have no leader',
        description: 'Nobody can write or read them. Look for brokers that are down.',
      },
      {
        alert: 'KafkaConsumersLag',
        // Messages that a group would need a quarter of an hour for, at the pace at which it works.
        expr: 'sum by (consumergroup, topic) (kafka_consumergroup_lag) > 900 * sum by (consumergroup, topic) (rate(kafka_consumergroup_current_offset[15m])) and sum by (consumergroup, topic) (kafka_consumergroup_lag) > 1000',
        holds: LASTING,
        severity: 'warning',
        component: 'kafka',
        summary: '{{ $labels.consumergroup }} is {{ $value }} messages behind in {{ $labels.topic }}',
        description:
          'What it does not read within the topic’s retention is gone. Look at the application, and give it more replicas.',
      },
    ],
  };
}

function loadBalancingAlerts(): RuleGroup {
  return {
    name: 'load-balancing',
    rules: [
      {
        alert: 'BackendDown',
        expr: 'max by (proxy) (haproxy_backend_active_servers) == 0',
        holds: Duration.minutes(1),
        severity: 'critical',
        component: 'haproxy',
        summary: 'No server of {{ $labels.proxy }} answers its health check',
        description: 'Clients get 503. Look at the application behind it.',
      },
      {
        alert: 'BackendFails',
        expr: 'sum by (proxy) (rate(haproxy_backend_http_responses_total{code="5xx"}[5m])) / sum by (proxy) (rate(haproxy_backend_http_responses_total[5m])) > 0.05',
        holds: SOON,
        severity: 'warning',
        component: 'haproxy',
        summary: '{{ $value | humanizePercentage }} of the answers of {{ $labels.proxy }} are errors',
        description: 'Look at the application, and at HAProxy’s log for the termination codes.',
      },
      {
        alert: 'LoadBalancerFull',
        expr: 'max by (pod) (haproxy_process_current_connections / haproxy_process_max_connections) > 0.8',
        holds: SOON,
        severity: 'warning',
        component: 'haproxy',
        summary: '{{ $labels.pod }} has {{ $value | humanizePercentage }} of its connections in use',
        description: 'At its limit new clients wait. Look for a client that opens many, or raise the limit.',
      },
    ],
  };
}

function logStoreAlerts(): RuleGroup {
  return {
    name: 'log-store',
    rules: [
      {
        alert: 'LogStoreFilling',
        // Elasticsearch's low watermark: above it a node takes no new shards.
        expr: 'min by (name) (elasticsearch_filesystem_data_available_bytes / elasticsearch_filesystem_data_size_bytes) < 0.15',
        holds: SOON,
        severity: 'critical',
        component: 'elasticsearch',
        summary: '{{ $labels.name }} has {{ $value | humanizePercentage }} of its disk left',
        description:
          'At 5 % all indices become read-only, and lines wait on the nodes. Lower maxAge or maxTotalSize, or enlarge the volumes.',
      },
      {
        alert: 'LogStoreUnhealthy',
        expr: 'max by (cluster) (elasticsearch_cluster_health_status{color="red"}) == 1',
        holds: SOON,
        severity: 'critical',
        component: 'elasticsearch',
        summary: 'Some of {{ $labels.cluster }}’s shards are nowhere',
        description: 'What lies in them cannot be searched or written. Look for nodes that are away.',
      },
    ],
  };
}
