import { Duration, Size } from 'cdk8s';
import * as fc from 'fast-check';
import {
  partitionsFor,
  planTopic,
  topicConfig,
  topicMistakes,
  volumeFor,
  type KafkaCluster,
} from '../../../constructs/buffer/kafka-topics';
import type { KafkaTopic } from '../../../constructs/buffer/kafka-buffer';
import { bytesOf } from '../../../constructs/core/quantity';
import { DEAD_LETTERS, FAILOVER_LOGS, TEMPO_INGEST } from './sample';

const MEBI = 1024 ** 2;

const CLUSTER: KafkaCluster = {
  brokers: 3,
  replicationFactor: 3,
  minInSyncReplicas: 2,
  volume: Size.gibibytes(128),
  survivesOutageSeconds: 3600,
};

function topic(bytesPerSecond: number, keepSeconds?: number): KafkaTopic {
  return {
    ...FAILOVER_LOGS,
    load: { eventsPerSecond: 1, bytesPerSecond },
    ...(keepSeconds === undefined ? {} : { keep: Duration.seconds(keepSeconds) }),
  };
}

describe('a plan', () => {
  it('holds the load of the outage, with room for partitions that fill unevenly', () => {
    // 5,000,000 B/s × 3,600 s = 17,166.1 MiB.
    expect(planTopic(FAILOVER_LOGS, CLUSTER)).toEqual({
      name: 'failover-logs',
      partitions: 3,
      capacity: Size.mebibytes(17_167),
      retentionSeconds: 4500,
      retentionBytesPerPartition: Math.ceil((17_167 * MEBI * 1.25) / 3),
      segmentBytes: 937_547_093,
      maxMessageBytes: 1_048_576,
      // Per partition: what it keeps, the open segment, and 6 minutes until a closed one is gone; three copies of three.
      diskBytes: Math.ceil((7_500_376_747 + 937_547_093 + (5_000_000 / 3) * 360) * 9),
    });
  });

  it('keeps at least one segment of what hardly flows', () => {
    expect(planTopic(topic(1), CLUSTER)).toMatchObject({
      partitions: 3,
      capacity: Size.mebibytes(64),
      segmentBytes: 64 * MEBI,
    });
  });

  it('takes what a topic says of itself: how long, how large, how many', () => {
    expect(planTopic(DEAD_LETTERS, CLUSTER).retentionSeconds).toBe(7 * 86_400 * 1.25);
    expect(planTopic(TEMPO_INGEST, { ...CLUSTER, brokers: 5 })).toMatchObject({
      partitions: 3,
      maxMessageBytes: 16_777_216,
    });
  });

  it('becomes settings in the words of Kafka', () => {
    expect(topicConfig(planTopic(FAILOVER_LOGS, CLUSTER), CLUSTER)).toEqual({
      'cleanup.policy': 'delete',
      'max.message.bytes': 1_048_576,
      'min.insync.replicas': 2,
      'retention.bytes': 7_500_376_747,
      'retention.ms': 4_500_000,
      'segment.bytes': 937_547_093,
    });
  });

  it.each([
    [0, 3, 3],
    [5_000_000, 1, 1],
    [5_000_001, 1, 2],
    [15_000_001, 3, 6],
    [150_000_000, 3, 30],
  ])('%d B/s over %d brokers: %d partitions', (rate, brokers, partitions) => {
    expect(partitionsFor(rate, brokers)).toBe(partitions);
  });
});

describe('whatever the load', () => {
  const rate = fc.double({ min: 0, max: 1e9, noNaN: true });
  const keep = fc.integer({ min: 3600, max: 14 * 86_400 });
  const brokers = fc.constantFrom(1, 3, 5);

  it('a topic holds it for as long as it must, even in its fullest partition', () => {
    fc.assert(
      fc.property(rate, keep, brokers, (bytesPerSecond, seconds, count) => {
        const plan = planTopic(topic(bytesPerSecond, seconds), { ...CLUSTER, brokers: count });
        expect(bytesOf(plan.capacity)).toBeGreaterThanOrEqual(bytesPerSecond * seconds);
        expect(plan.retentionBytesPerPartition * plan.partitions).toBeGreaterThanOrEqual(
          bytesOf(plan.capacity) * 1.25,
        );
        expect(plan.retentionSeconds).toBeGreaterThanOrEqual(seconds);
      }),
    );
  });

  it('there is a partition, the brokers lead equally many, and a message fits into a segment', () => {
    fc.assert(
      fc.property(rate, keep, brokers, (bytesPerSecond, seconds, count) => {
        const plan = planTopic(topic(bytesPerSecond, seconds), { ...CLUSTER, brokers: count });
        expect(plan.partitions).toBeGreaterThanOrEqual(1);
        expect(plan.partitions % count).toBe(0);
        expect(plan.maxMessageBytes).toBeLessThan(plan.segmentBytes);
      }),
    );
  });

  it('more load never means fewer partitions or less room, longer keeping never less of the disks', () => {
    fc.assert(
      fc.property(rate, rate, keep, keep, (a, b, k, l) => {
        const [less, more] = [
          planTopic(topic(Math.min(a, b), k), CLUSTER),
          planTopic(topic(Math.max(a, b), k), CLUSTER),
        ];
        expect(more.partitions).toBeGreaterThanOrEqual(less.partitions);
        expect(bytesOf(more.capacity)).toBeGreaterThanOrEqual(bytesOf(less.capacity));
        const [brief, long] = [
          planTopic(topic(a, Math.min(k, l)), CLUSTER),
          planTopic(topic(a, Math.max(k, l)), CLUSTER),
        ];
        expect(long.diskBytes).toBeGreaterThanOrEqual(brief.diskBytes);
      }),
    );
  });

  it('a volume of the size that is asked for is enough, and the next smaller one is not', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e6, max: 1e9, noNaN: true }), keep, (bytesPerSecond, seconds) => {
        const topics = [topic(bytesPerSecond, seconds)];
        const plans = topics.map((one) => planTopic(one, CLUSTER));
        const volume = volumeFor(plans, CLUSTER.brokers);
        expect(topicMistakes(topics, { ...CLUSTER, volume })).toEqual([]);
        const smaller = Size.gibibytes(volume.toGibibytes() - 1);
        expect(
          topicMistakes(topics, { ...CLUSTER, volume: smaller }).map(({ property }) => property),
        ).toEqual(['volume.size']);
      }),
    );
  });
});

describe('mistakes', () => {
  it('finds none in the sample', () => {
    expect(topicMistakes([FAILOVER_LOGS, DEAD_LETTERS, TEMPO_INGEST], CLUSTER)).toEqual([]);
  });

  it('a volume that is too small, with the arithmetic', () => {
    expect(topicMistakes([FAILOVER_LOGS, TEMPO_INGEST], { ...CLUSTER, volume: Size.gibibytes(50) })).toEqual([
      {
        property: 'volume.size',
        value: '50 GiB',
        rule:
          'with 3 copies the topics take (failover-logs 75.8 GiB + tempo-ingest 90.5 GiB) ÷ 3 brokers = 55.4 GiB each, ' +
          'and at most 80 % of a volume may fill: Kafka stops on a full disk',
        remedy: 'give each broker at least 70 GiB, or keep less (keep, survivesOutage)',
      },
    ]);
  });

  it.each([
    [
      'more copies than brokers',
      { replicationFactor: 4 },
      {
        property: 'replicationFactor',
        value: 4,
        rule: 'each copy of a partition lies on another broker, and there are 3',
        remedy: 'use at most 3, or add brokers',
      },
    ],
    [
      'a write that needs every copy',
      { minInSyncReplicas: 3 },
      {
        property: 'minInSyncReplicas',
        value: 3,
        rule: 'with 3 copies and 3 needed for a write, the restart of one broker stops all writers',
        remedy: 'use 2',
      },
    ],
    [
      'an even number of brokers',
      { brokers: 4 },
      {
        property: 'brokers',
        value: 4,
        rule: 'every broker is also a controller, and a quorum is an odd number: an even one survives no more losses',
        remedy: 'use 1 (development), 3 or 5',
      },
    ],
  ])('%s', (_what, change, mistake) => {
    expect(topicMistakes([DEAD_LETTERS], { ...CLUSTER, ...change })).toEqual([mistake]);
  });

  it.each([
    [
      'a topic that is declared twice',
      [FAILOVER_LOGS, { ...FAILOVER_LOGS }],
      {
        property: 'topics',
        value: 'failover-logs',
        rule: 'each topic is declared once',
        remedy: 'rename one of the two, or give both purposes the same topic object',
      },
    ],
    [
      'a name that Kafka would mix up in its metrics',
      [{ ...FAILOVER_LOGS, name: 'failover_logs' }],
      {
        property: 'topics',
        value: 'failover_logs',
        rule: 'a topic is named with lower-case words joined by hyphens',
        remedy: 'rename it, e.g. failover-logs',
      },
    ],
    [
      'fewer partitions than the load needs',
      [{ ...TEMPO_INGEST, partitions: 1 }],
      {
        property: 'topics.tempo-ingest.partitions',
        value: 1,
        rule: '5.7 MiB/s, 2 times that in a replay, at 9.5 MiB/s a partition need 2',
        remedy: 'use at least 2',
      },
    ],
    [
      'data that is gone before the outage ends',
      [{ ...FAILOVER_LOGS, keep: Duration.minutes(30) }],
      {
        property: 'topics.failover-logs.keep',
        value: '30 min',
        rule: 'the environment survives an outage of 60 min of any reader',
        remedy: 'keep it at least as long, or leave keep out',
      },
    ],
  ])('%s', (_what, topics, mistake) => {
    expect(topicMistakes(topics, CLUSTER)).toEqual([mistake]);
  });
});
