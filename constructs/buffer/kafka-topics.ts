/**
 * The arithmetic of topics: how many partitions, how much each keeps and for how long, and what all of it takes on the
 * brokers' volumes. Pure.
 */
import type { Size } from 'cdk8s';
import type { Problem } from '../core/config-error';
import { bytesOf, gibibytesFor, humanBytes, humanSeconds, mebibytesFor } from '../core/quantity';
import type { KafkaTopic } from './kafka-buffer';

const MEBI = 1024 ** 2;
const GIBI = 1024 ** 3;

/**
 * What one partition takes, in bytes/s. Lower end of the "tens of MB/s" that Kafka's authors measured for a producer
 * on a single partition ("How to choose the number of topics/partitions in a Kafka cluster", 2015).
 */
const PARTITION_BYTES_PER_SECOND = 10_000_000;
/** After an outage readers have to catch up while data keeps coming in: twice the rate. */
const CATCH_UP_FACTOR = 2;
/** Keys spread unevenly: the fullest partition may hold a quarter more than the average. A model parameter. */
const RETENTION_HEADROOM = 1.25;
/** Data goes in whole segments, so a segment is a small part of what a partition keeps, within Kafka's usual sizes. */
const SEGMENTS_PER_PARTITION = 8;
const MIN_SEGMENT_BYTES = 64 * MEBI;
const MAX_SEGMENT_BYTES = GIBI;
/** Kafka's own default of `max.message.bytes` is 1 MiB and a record's overhead. */
const DEFAULT_MAX_MESSAGE_BYTES = MEBI;

/** How often Kafka looks for segments to delete: `log.retention.check.interval.ms`, its default. */
export const RETENTION_CHECK_SECONDS = 300;
/** How long a deleted segment stays on the disk: `log.segment.delete.delay.ms`, its default. */
export const DELETE_DELAY_SECONDS = 60;
/** Kafka stops on a full disk; the rest is for indexes, consumer offsets and the metadata log. */
const FILL_LIMIT = 0.8;

export interface KafkaCluster {
  readonly brokers: number;
  readonly replicationFactor: number;
  readonly minInSyncReplicas: number;
  /** Volume of each broker. */
  readonly volume: Size;
  /** For topics that do not say how long they keep their data. */
  readonly survivesOutageSeconds: number;
}

export interface TopicPlan {
  readonly name: string;
  readonly partitions: number;
  /** Payload for which there is room although partitions fill unevenly. */
  readonly capacity: Size;
  readonly retentionSeconds: number;
  readonly retentionBytesPerPartition: number;
  readonly segmentBytes: number;
  readonly maxMessageBytes: number;
  /** At most, on all brokers together, every copy counted. */
  readonly diskBytes: number;
}

export function planTopic(topic: KafkaTopic, cluster: KafkaCluster): TopicPlan {
  const { bytesPerSecond } = topic.load;
  const keepSeconds = keepSecondsOf(topic, cluster);
  const maxMessageBytes =
    topic.maxMessage === undefined ? DEFAULT_MAX_MESSAGE_BYTES : bytesOf(topic.maxMessage);
  const partitions = topic.partitions ?? partitionsFor(bytesPerSecond, cluster.brokers);
  // At least one segment, which Kafka never deletes while it is written to.
  const capacity = mebibytesFor(Math.max(bytesPerSecond * keepSeconds, MIN_SEGMENT_BYTES));
  const retentionBytesPerPartition = Math.ceil((bytesOf(capacity) * RETENTION_HEADROOM) / partitions);
  const segmentBytes = Math.min(
    Math.max(Math.floor(retentionBytesPerPartition / SEGMENTS_PER_PARTITION), MIN_SEGMENT_BYTES),
    MAX_SEGMENT_BYTES,
  );
  // Beyond its retention a partition holds the segment that is written to, and what waits to be deleted.
  const beyondBytes =
    segmentBytes + (bytesPerSecond / partitions) * (RETENTION_CHECK_SECONDS + DELETE_DELAY_SECONDS);
  return {
    name: topic.name,
    partitions,
    capacity,
    // The oldest record must still be there while the newest of the outage are being read.
    retentionSeconds: Math.ceil(keepSeconds * RETENTION_HEADROOM),
    retentionBytesPerPartition,
    segmentBytes,
    maxMessageBytes,
    diskBytes: Math.ceil((retentionBytesPerPartition + beyondBytes) * partitions * cluster.replicationFactor),
  };
}

function keepSecondsOf(topic: KafkaTopic, cluster: KafkaCluster): number {
  return topic.keep?.toSeconds() ?? cluster.survivesOutageSeconds;
}

/** Enough for the load and its replay, and a multiple of the brokers, so that each leads as many as the others. */
export function partitionsFor(bytesPerSecond: number, brokers: number): number {
  const needed = Math.max(1, Math.ceil((bytesPerSecond * CATCH_UP_FACTOR) / PARTITION_BYTES_PER_SECOND));
  return Math.ceil(needed / brokers) * brokers;
}

/** What one broker's volume has to hold, and of which at most `FILL_LIMIT` may be used. */
export function volumeFor(plans: readonly TopicPlan[], brokers: number): Size {
  return gibibytesFor(diskBytesPerBroker(plans, brokers) / FILL_LIMIT);
}

function diskBytesPerBroker(plans: readonly TopicPlan[], brokers: number): number {
  return plans.reduce((sum, plan) => sum + plan.diskBytes, 0) / brokers;
}

/** A topic's settings as Kafka names them. */
export function topicConfig(
  plan: TopicPlan,
  cluster: KafkaCluster,
): Readonly<Record<string, number | string>> {
  return {
    'cleanup.policy': 'delete',
    'max.message.bytes': plan.maxMessageBytes,
    'min.insync.replicas': cluster.minInSyncReplicas,
    'retention.bytes': plan.retentionBytesPerPartition,
    'retention.ms': plan.retentionSeconds * 1000,
    'segment.bytes': plan.segmentBytes,
  };
}

/** Where the figures of a plan come from, for `hyperion explain`. */
export function explainPlan(topic: KafkaTopic, cluster: KafkaCluster): string {
  return (
    `${humanBytes(topic.load.bytesPerSecond)}/s × ${humanSeconds(keepSecondsOf(topic, cluster))} × ${RETENTION_HEADROOM} for uneven ` +
    `partitions, at ${humanBytes(PARTITION_BYTES_PER_SECOND)}/s a partition and ${CATCH_UP_FACTOR} times the rate in a replay`
  );
}

type Mistake = Omit<Problem, 'path'>;

const TOPIC_NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** Every mistake in the topics and in the cluster that is to hold them. */
export function topicMistakes(topics: readonly KafkaTopic[], cluster: KafkaCluster): Mistake[] {
  return [
    ...clusterMistakes(cluster),
    ...topics.flatMap((topic, index) => mistakesOf(topic, topics.slice(0, index), cluster)),
    ...volumeMistakes(topics, cluster),
  ];
}

function clusterMistakes({ brokers, replicationFactor, minInSyncReplicas }: KafkaCluster): Mistake[] {
  const mistakes: Mistake[] = [];
  if (!Number.isInteger(brokers) || brokers < 1 || brokers % 2 === 0) {
    mistakes.push({
      property: 'brokers',
      value: brokers,
      rule: 'every broker is also a controller, and a quorum is an odd number: an even one survives no more losses',
      remedy: 'use 1 (development), 3 or 5',
    });
  }
  if (replicationFactor > brokers) {
    mistakes.push({
      property: 'replicationFactor',
      value: replicationFactor,
      rule: `each copy of a partition lies on another broker, and there are ${brokers}`,
      remedy: `use at most ${brokers}, or add brokers`,
    });
  }
  if (replicationFactor > 1 && minInSyncReplicas >= replicationFactor) {
    mistakes.push({
      property: 'minInSyncReplicas',
      value: minInSyncReplicas,
      rule: `with ${replicationFactor} copies and ${minInSyncReplicas} needed for a write, the restart of one broker stops all writers`,
      remedy: `use ${replicationFactor - 1}`,
    });
  }
  return mistakes;
}

function mistakesOf(topic: KafkaTopic, before: readonly KafkaTopic[], cluster: KafkaCluster): Mistake[] {
  const mistakes: Mistake[] = [];
  if (!TOPIC_NAME.test(topic.name)) {
    mistakes.push({
      property: 'topics',
      value: topic.name,
      rule: 'a topic is named with lower-case words joined by hyphens',
      remedy: 'rename it, e.g. failover-logs',
    });
  }
  if (before.some(({ name }) => name === topic.name)) {
    mistakes.push({
      property: 'topics',
      value: topic.name,
      rule: 'each topic is declared once',
      remedy: 'rename one of the two, or give both purposes the same topic object',
    });
  }
  const needed = partitionsFor(topic.load.bytesPerSecond, 1);
  if (topic.partitions !== undefined && topic.partitions < needed) {
    mistakes.push({
      property: `topics.${topic.name}.partitions`,
      value: topic.partitions,
      rule:
        `${humanBytes(topic.load.bytesPerSecond)}/s, ${CATCH_UP_FACTOR} times that in a replay, at ` +
        `${humanBytes(PARTITION_BYTES_PER_SECOND)}/s a partition need ${needed}`,
      remedy: `use at least ${needed}`,
    });
  }
  const keepSeconds = keepSecondsOf(topic, cluster);
  if (keepSeconds < cluster.survivesOutageSeconds) {
    mistakes.push({
      property: `topics.${topic.name}.keep`,
      value: humanSeconds(keepSeconds),
      rule: `the environment survives an outage of ${humanSeconds(cluster.survivesOutageSeconds)} of any reader`,
      remedy: 'keep it at least as long, or leave keep out',
    });
  }
  return mistakes;
}

function volumeMistakes(topics: readonly KafkaTopic[], cluster: KafkaCluster): Mistake[] {
  const plans = topics.map((topic) => planTopic(topic, cluster));
  const perBroker = diskBytesPerBroker(plans, cluster.brokers);
  if (perBroker <= bytesOf(cluster.volume) * FILL_LIMIT) return [];
  const terms = plans.map((plan) => `${plan.name} ${humanBytes(plan.diskBytes)}`).join(' + ');
  return [
    {
      property: 'volume.size',
      value: humanBytes(bytesOf(cluster.volume)),
      rule:
        `with ${cluster.replicationFactor} copies the topics take (${terms}) ÷ ${cluster.brokers} brokers = ` +
        `${humanBytes(perBroker)} each, and at most ${FILL_LIMIT * 100} % of a volume may fill: Kafka stops on a full disk`,
      remedy: `give each broker at least ${humanBytes(bytesOf(volumeFor(plans, cluster.brokers)))}, or keep less (keep, survivesOutage)`,
    },
  ];
}
