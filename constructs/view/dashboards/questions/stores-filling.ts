/** Is a store about to fill? What each store has left, with the figures at which somebody is told. */
import { graph, promql, type Panel } from '../panel';
import type { Question } from '../question';
import type { Subject } from '../subject';
import { cephShare, elasticDiskLeft, metricsDiskLeft } from './room';

export const storesFilling: Question = {
  uid: 'stores-filling',
  title: 'Is a store about to fill?',
  rows: (about) => [
    { title: 'Logs', panels: logs(about) },
    { title: 'Metrics', panels: metrics(about) },
    { title: 'Traces', panels: traces(about) },
    { title: 'Queues', panels: queues(about) },
    { title: 'Readings', panels: readings(about) },
    { title: 'Volumes', panels: volumes(about) },
  ],
};

function logs(about: Subject): readonly Panel[] {
  return [
    ...about.where('loki', () => [
      graph(
        'Open streams of Loki',
        'short',
        'Does a label have too many values?',
        about.sum('', about.series('loki_ingester_memory_streams')),
        { alert: 'StreamsNearLimit', showsLimit: true, next: 'store-loki' },
      ),
      graph(
        'Disk of Loki’s write-ahead log',
        'percentunit',
        'Does what waits for the object store fill the disk?',
        about.max('pod', about.series('loki_ingester_wal_disk_usage_percent')),
        { about: 'pod', next: 'store-loki' },
      ),
    ]),
    ...cephShare(about),
    ...elasticDiskLeft(about),
  ];
}

function metrics(about: Subject): readonly Panel[] {
  return [
    ...metricsDiskLeft(about),
    ...about.where('prometheus', () => [
      graph(
        'Blocks of Prometheus',
        'bytes',
        'Does Prometheus come to the size at which it deletes the oldest?',
        [
          about.max('pod', about.series('prometheus_tsdb_storage_blocks_bytes')),
          promql(`max(${about.series('prometheus_tsdb_retention_limit_bytes')})`, 'most'),
        ],
        { about: 'pod', next: 'store-prometheus' },
      ),
    ]),
  ];
}

function traces(about: Subject): readonly Panel[] {
  return about.where('clickhouse', () => [
    graph(
      'Room on ClickHouse’s disk',
      'bytes',
      'When is it full?',
      about.min('pod', about.series('ClickHouseAsyncMetrics_DiskAvailable_default')),
      { about: 'pod', next: 'store-clickhouse' },
    ),
  ]);
}

function queues(about: Subject): readonly Panel[] {
  return [
    ...about.where('otel-collector', () => [
      graph(
        'Queues of the collectors',
        'percentunit',
        'How much more can wait for the stores?',
        about.max(
          'job, exporter',
          `${about.series('otelcol_exporter_queue_size')} / ${about.series('otelcol_exporter_queue_capacity')}`,
        ),
        { alert: 'CollectorQueueFilling', showsLimit: true, next: 'telemetry-stuck' },
      ),
    ]),
    ...about.where('kafka-exporter', () => [
      graph(
        'Messages that Kafka keeps',
        'short',
        'Which topic grows?',
        about.sum(
          'topic',
          `${about.series('kafka_topic_partition_current_offset')} - ${about.series('kafka_topic_partition_oldest_offset')}`,
        ),
        { next: 'store-kafka' },
      ),
    ]),
    ...about.where('telemetry-services', () => [
      graph(
        'Disks of the brokers',
        'percentunit',
        'How long may the store stay away?',
        about.max(
          'pod',
          `${about.series('broker_disk_used_bytes')} / ${about.series('broker_disk_limit_bytes')}`,
        ),
        { about: 'pod', alert: 'BrokerDiskFilling', showsLimit: true, next: 'telemetry-stuck' },
      ),
    ]),
  ];
}

function readings(about: Subject): readonly Panel[] {
  return about.where('influxdb', () => [
    graph(
      'InfluxDB on its volume',
      'bytes',
      'Is the store of readings about to fill?',
      about.sum('', about.series('storage_shard_disk_size')),
      { alert: 'ReadingsStoreFilling', showsLimit: true, next: 'store-influxdb' },
    ),
  ]);
}

function volumes(about: Subject): readonly Panel[] {
  return about.where('kubelet', () => [
    graph(
      'Room on volumes',
      'percentunit',
      'Which volume has least left?',
      about.min(
        'namespace, persistentvolumeclaim',
        `${about.series('kubelet_volume_stats_available_bytes')} / ${about.series('kubelet_volume_stats_capacity_bytes')}`,
      ),
      { alert: 'VolumeFilling' },
    ),
  ]);
}
