/**
 * The Kafka topic that lies between Tempo's distributors and whoever reads from them, as Tempo needs it. The system
 * gives it to Kafka and to Tempo, so that both count the same partitions.
 */
import { Size } from 'cdk8s';
import type { Load } from '../core/delivery';
import type { SecretRef } from '../core/secrets';
import { tempoPartitions } from './tempo-sizing';

export interface TempoTopicProps {
  /** Name of the Tempo component: its live-stores' consumer groups begin with it. */
  readonly tempo: string;
  /** Spans that reach Tempo at the declared peak. */
  readonly load: Load;
  readonly user: TempoKafkaUser;
}

/** With whom Tempo logs in (SASL PLAIN). */
export interface TempoKafkaUser {
  readonly name: string;
  /** Letters and digits only: the value becomes part of Tempo's YAML. */
  readonly password: SecretRef;
}

export interface TempoTopic {
  readonly name: string;
  readonly signals: readonly ['traces'];
  readonly load: Load;
  readonly writers: readonly [TempoKafkaUser];
  readonly readers: readonly [
    { readonly user: TempoKafkaUser; readonly groups: readonly { readonly name: string }[] },
  ];
  readonly partitions: number;
  readonly maxMessage: Size;
  readonly plainText: string;
}

/** The zones of live-stores: each partition is read once in each, and either answers queries. */
export const LIVE_STORE_ZONES = ['a', 'b'] as const;

/** Tempo's name for the group of its block-builders; it cannot be changed. */
const BLOCK_BUILDER_GROUP = 'block-builder';

/** Tempo sends batches of 16,000,000 bytes at most (a constant of its producer). */
const MAX_MESSAGE = Size.mebibytes(16);

export function tempoTopic({ tempo, load, user }: TempoTopicProps): TempoTopic {
  return {
    name: `${tempo}-ingest`,
    signals: ['traces'],
    load,
    writers: [user],
    readers: [
      {
        user,
        groups: [
          { name: BLOCK_BUILDER_GROUP },
          // Tempo takes the pod's name without its number.
          ...LIVE_STORE_ZONES.map((zone) => ({ name: `${tempo}-live-store-${zone}` })),
        ],
      },
    ],
    partitions: tempoPartitions(load),
    maxMessage: MAX_MESSAGE,
    plainText: 'the Kafka client of Tempo 3.0 has no TLS settings (ingest.kafka)',
  };
}
