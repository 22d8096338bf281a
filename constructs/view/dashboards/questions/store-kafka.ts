/** How is Kafka, as buffer and between applications? By topic and by consumer. */
import { graph, stat, type Panel } from '../panel';
import type { Question } from '../question';
import type { Subject } from '../subject';

export const storeKafka: Question = {
  uid: 'store-kafka',
  title: 'Store · Kafka',
  rows: (about) => [
    { title: 'Brokers', panels: about.where('kafka-exporter', () => brokers(about)) },
    { title: 'Topics and consumers', panels: about.where('kafka-exporter', () => topics(about)) },
    { title: 'Java', panels: java(about) },
  ],
};

function brokers(about: Subject): readonly Panel[] {
  return [
    stat('Brokers', 'short', 'Are all brokers there?', about.max('', about.series('kafka_brokers'))),
    graph(
      'Partitions with too few copies',
      'short',
      'Is anything at risk?',
      about.sum('topic', about.series('kafka_topic_partition_under_replicated_partition')),
      { alert: 'KafkaCopiesMissing' },
    ),
  ];
}

function topics(about: Subject): readonly Panel[] {
  return [
    graph(
      'Messages in',
      'ops',
      'Who sends how much, and is a failover topic in use?',
      about.sum('topic', about.rate('kafka_topic_partition_current_offset')),
      { next: 'telemetry-senders' },
    ),
    graph(
      'Messages that wait',
      'short',
      'Which consumers are behind, and how much has not been replayed yet?',
      about.sum('consumergroup, topic', about.series('kafka_consumergroup_lag')),
      { alert: 'KafkaConsumersLag', next: 'telemetry-stuck', nothing: 'no group has read yet' },
    ),
    graph(
      'Messages that are kept',
      'short',
      'Which topic grows?',
      about.sum(
        'topic',
        `${about.series('kafka_topic_partition_current_offset')} - ${about.series('kafka_topic_partition_oldest_offset')}`,
      ),
      { next: 'stores-filling' },
    ),
  ];
}

/** Only where the brokers, or ZooKeeper, tell of their process over JMX. */
function java(about: Subject): readonly Panel[] {
  const programs = ['kafka', 'kafka-legacy', 'zookeeper'];
  return about.where(programs, () => [
    graph(
      'Heap in use',
      'bytes',
      'Do the Java programs have room, as JMX says?',
      about.sum('pod', about.series('jvm_memory_used_bytes', 'area="heap"', about.job(...programs))),
      { about: 'pod' },
    ),
  ]);
}
