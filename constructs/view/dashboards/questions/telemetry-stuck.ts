/** Where is it stuck? Every queue between the senders and the stores. */
import { graph, type Panel } from '../panel';
import type { Question } from '../question';
import type { Subject } from '../subject';

export const telemetryStuck: Question = {
  uid: 'telemetry-stuck',
  title: 'Where is it stuck?',
  rows: (about) => [
    { title: 'Before the stores', panels: [...collectors(about), ...messages(about)] },
    { title: 'Scraped metrics', panels: agents(about) },
    { title: 'Stores', panels: stores(about) },
  ],
};

function collectors(about: Subject): readonly Panel[] {
  return about.where('otel-collector', () => [
    graph(
      'Queues of the collectors',
      'percentunit',
      'Which queue fills up, and to whom?',
      about.max(
        'job, pod, exporter',
        `${about.series('otelcol_exporter_queue_size')} / ${about.series('otelcol_exporter_queue_capacity')}`,
      ),
      { about: 'pod', alert: 'CollectorQueueFilling', showsLimit: true, next: 'telemetry-dropped' },
    ),
  ]);
}

function messages(about: Subject): readonly Panel[] {
  const living = 'topic!~".+[.]dead-letters"';
  return [
    ...about.where('kafka-exporter', () => [
      graph(
        'Waiting in Kafka',
        'short',
        'Which consumers are behind, and how much has not been replayed yet?',
        about.sum('consumergroup, topic', about.series('kafka_consumergroup_lag')),
        { alert: 'KafkaConsumersLag', next: 'store-kafka', nothing: 'no group has read yet' },
      ),
    ]),
    ...about.where('telemetry-services', () => [
      graph(
        'Messages that wait',
        'short',
        'Do the collectors keep up, and where does it wait?',
        about.sum('topic, state', about.series('broker_queue_messages', living)),
        { alert: 'LagGrows' },
      ),
      graph(
        'Behind, as the collectors see it',
        'short',
        'Which partitions are behind?',
        about.max('partition', about.series('collector_lag_messages')),
        { alert: 'LagGrows' },
      ),
      graph(
        'Circuit breaker before the store',
        'short',
        'Have the collectors given up on the store for now?',
        about.max('pod, state', about.series('collector_breaker_state')),
        { about: 'pod', next: 'store-influxdb' },
      ),
      graph(
        'Partitions that have stopped',
        'short',
        'Has a disk failed?',
        about.max('pod, topic, partition', about.series('broker_partition_stopped')),
        { about: 'pod', alert: 'PartitionStopped' },
      ),
      graph(
        'Brokers as the proxy sees them',
        'short',
        'Does every broker take messages?',
        about.min('broker', about.series('proxy_broker_takes_messages')),
      ),
    ]),
    ...about.where('haproxy', () => [
      graph(
        'Waiting at HAProxy',
        'short',
        'Do clients wait for a server?',
        about.max('proxy', about.series('haproxy_backend_current_queue')),
        { next: 'front-door' },
      ),
    ]),
  ];
}

function agents(about: Subject): readonly Panel[] {
  return about.where('vmagent', () => [
    graph(
      'Waiting at the agents',
      'bytes',
      'Whose samples do not reach the store?',
      about.sum('job, pod', about.series('vmagent_remotewrite_pending_data_bytes')),
      { about: 'pod', alert: 'ScrapeQueueGrowing', showsLimit: true, next: 'store-victoria-metrics' },
    ),
  ]);
}

function stores(about: Subject): readonly Panel[] {
  return [
    ...about.where('loki', () => [
      graph(
        'Chunks that Loki has yet to store',
        'short',
        'Does the object store keep up?',
        about.sum('pod', about.series('loki_ingester_flush_queue_length')),
        { about: 'pod', alert: 'ChunksNotStored', next: 'store-loki' },
      ),
    ]),
    ...about.where('vminsert', () => [
      graph(
        'Inserts at once',
        'percentunit',
        'Is vminsert at its limit?',
        about.max(
          'pod',
          `${about.series('vm_concurrent_insert_current', about.job('vminsert'))} / ${about.series('vm_concurrent_insert_capacity', about.job('vminsert'))}`,
        ),
        { next: 'store-victoria-metrics' },
      ),
    ]),
    ...about.where('clickhouse', () => [
      graph(
        'Parts in one partition',
        'short',
        'Do merges keep up, or is ClickHouse about to slow inserts down?',
        about.max('pod', about.series('ClickHouseAsyncMetrics_MaxPartCountForPartition')),
        { next: 'store-clickhouse' },
      ),
    ]),
    ...about.where('elasticsearch-exporter', () => [
      graph(
        'Writes that wait at Elasticsearch',
        'short',
        'Does it keep up with the lines?',
        about.max('name', about.series('elasticsearch_thread_pool_queue_count', 'type="write"')),
        { next: 'store-elasticsearch' },
      ),
    ]),
  ];
}
