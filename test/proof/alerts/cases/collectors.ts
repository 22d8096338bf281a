/**
 * The OpenTelemetry Collector, Kafka by its exporter and by its own figures, and ZooKeeper.
 */
import type { AlertCases } from './case';

export const otelCollectorCases: AlertCases = ({ job }) => {
  const own = `job="${job('otel-collector')}", pod="c-0"`;
  const queue = `exporter="otlp", data_type="logs", ${own}`;
  const component = job('otel-collector');
  const full = (size: number): Record<string, string> => ({
    [`otelcol_exporter_queue_size{${queue}}`]: `${size}x60`,
    [`otelcol_exporter_queue_capacity{${queue}}`]: '1000x60',
  });
  return [
    {
      alert: 'CollectorQueueFilling',
      series: full(600),
      silent: full(400),
      fires: { exporter: 'otlp', component, severity: 'warning' },
    },
    {
      alert: 'CollectorQueueFull',
      series: full(950),
      silent: full(800),
      fires: { exporter: 'otlp', component, severity: 'critical' },
    },
    {
      alert: 'CollectorRefusesData',
      series: {
        [`otelcol_receiver_refused_spans{receiver="otlp", transport="grpc", ${own}}`]: '0+60x60',
        // Of the same receiver: only the name tells it from the other.
        [`otelcol_receiver_refused_log_records{receiver="otlp", transport="grpc", ${own}}`]: '0+60x60',
      },
      silent: { [`otelcol_receiver_refused_spans{receiver="otlp", transport="grpc", ${own}}`]: '500x60' },
      fires: { component, severity: 'warning' },
    },
    {
      alert: 'CollectorDropsData',
      series: {
        [`otelcol_exporter_send_failed_log_records{exporter="otlp", ${own}}`]: '0+60x60',
        [`otelcol_exporter_queue_capacity{${queue}}`]: '1000x60',
      },
      // No queue: the sender was told, and repeats.
      silent: { [`otelcol_exporter_send_failed_log_records{exporter="otlp", ${own}}`]: '0+60x60' },
      fires: { exporter: 'otlp', component, severity: 'critical' },
    },
  ];
};

export const kafkaCases: AlertCases = ({ job, platform }) => {
  const exporter = job('kafka-exporter');
  const own = `job="${exporter}"`;
  const topic = `topic="orders", partition="0", ${own}`;
  const group = `consumergroup="billing", topic="orders", partition="0", ${own}`;
  const party = platform.graph.parties.find(({ id }) => id === exporter);
  const brokers = platform.graph.connections.find(
    ({ from, to }) => from === party && to.protocol === 'kafka',
  );
  const component = brokers?.to.owner.componentName ?? '';
  return [
    {
      alert: 'KafkaDown',
      series: {
        [`up{${own}}`]: '1x60',
        [`kafka_topic_partition_current_offset{${topic}}`]: '0+10x20 _x40',
      },
      silent: {
        [`up{${own}}`]: '1x60',
        [`kafka_topic_partition_current_offset{${topic}}`]: '0+10x60',
      },
      fires: { component, severity: 'critical' },
    },
    {
      alert: 'KafkaCopiesMissing',
      series: { [`kafka_topic_partition_under_replicated_partition{${topic}}`]: '1x60' },
      silent: { [`kafka_topic_partition_under_replicated_partition{${topic}}`]: '0x60' },
      fires: { topic: 'orders', component, severity: 'critical' },
    },
    {
      alert: 'KafkaWithoutLeader',
      series: { [`kafka_topic_partition_leader{${topic}}`]: '-1x60' },
      silent: { [`kafka_topic_partition_leader{${topic}}`]: '0x60' },
      fires: { topic: 'orders', component, severity: 'critical' },
    },
    {
      alert: 'KafkaConsumersLag',
      series: {
        [`kafka_consumergroup_lag{${group}}`]: '2000+600x60',
        [`kafka_consumergroup_current_offset{${group}}`]: '0+60x60',
      },
      silent: {
        [`kafka_consumergroup_lag{${group}}`]: '2000x60',
        [`kafka_consumergroup_current_offset{${group}}`]: '0+6000x60',
      },
      fires: { consumergroup: 'billing', topic: 'orders', component, severity: 'warning' },
    },
  ];
};

export const kafkaBrokerCases: AlertCases = ({ jobs, platform }) => {
  const broker = jobs('kafka')[0] ?? jobs('kafka-legacy')[0] ?? 'kafka';
  const own = `job="${broker}"`;
  const zookeeper = jobs('zookeeper')[0] ?? 'zookeeper';
  const quorum = `job="${zookeeper}"`;
  const followers = platform.graph.parties.some(({ id }) => id === 'zookeeper') ? 2 : 0;
  return [
    {
      alert: 'KafkaWithoutController',
      series: {
        [`kafka_controller_kafkacontroller_activecontrollercount{pod="b-0", ${own}}`]: '0x60',
        [`kafka_controller_kafkacontroller_activecontrollercount{pod="b-1", ${own}}`]: '0x60',
      },
      silent: {
        [`kafka_controller_kafkacontroller_activecontrollercount{pod="b-0", ${own}}`]: '1x60',
        [`kafka_controller_kafkacontroller_activecontrollercount{pod="b-1", ${own}}`]: '0x60',
      },
      fires: { component: broker, severity: 'critical' },
    },
    {
      alert: 'KafkaFolderLost',
      series: { [`kafka_log_logmanager_offlinelogdirectorycount{pod="b-0", ${own}}`]: '1x60' },
      silent: { [`kafka_log_logmanager_offlinelogdirectorycount{pod="b-0", ${own}}`]: '0x60' },
      fires: { pod: 'b-0', component: broker, severity: 'critical' },
    },
    {
      alert: 'KafkaWritesSlow',
      series: {
        [`kafka_network_requestmetrics_totaltimems_p99{request="Produce", pod="b-0", ${own}}`]: '1500x60',
      },
      silent: {
        [`kafka_network_requestmetrics_totaltimems_p99{request="Produce", pod="b-0", ${own}}`]: '80x60',
        // A fetch waits for messages by design.
        [`kafka_network_requestmetrics_totaltimems_p99{request="FetchConsumer", pod="b-0", ${own}}`]:
          '5000x60',
      },
      fires: { pod: 'b-0', component: broker, severity: 'warning' },
    },
    {
      alert: 'ZookeeperFollowersMissing',
      series: { [`synced_followers{pod="z-0", ${quorum}}`]: `${followers - 1}x60` },
      silent: { [`synced_followers{pod="z-0", ${quorum}}`]: `${followers}x60` },
      fires: { component: zookeeper, severity: 'warning' },
    },
    {
      alert: 'ZookeeperRequestsWait',
      series: { [`outstanding_requests{pod="z-0", ${quorum}}`]: '50x60' },
      silent: { [`outstanding_requests{pod="z-0", ${quorum}}`]: '2x60' },
      fires: { pod: 'z-0', component: zookeeper, severity: 'warning' },
    },
  ];
};
