/**
 * What the engine needs of a Kafka cluster, and no more. `platformatic-cluster.ts` does it with a client library; a test
 * does it in memory. Every call ends within a time of its own, and fails with a `KafkaError`.
 */
import type { Message } from '../core/message';

export interface OutRecord {
  readonly partition: number;
  readonly key?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body: string;
  readonly timestampMs: number;
}

export interface Position {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** What a partition has from some position on. */
export interface Fetched {
  readonly topic: string;
  readonly partition: number;
  /** In the order of offsets, perhaps with gaps. */
  readonly messages: readonly Message[];
  /** Where to go on. */
  readonly nextOffset: number;
  /** The offset that the next new record will have. */
  readonly endOffset: number;
}

/** What Kafka keeps of a partition: `first` is the oldest record's offset, `end` the next one's. */
export interface Bounds {
  readonly first: number;
  readonly end: number;
}

/** By topic, then by the number of the partition. */
export type PerPartition<T> = ReadonlyMap<string, readonly T[]>;

export interface KafkaCluster {
  /** All but Kafka's own, with the number of partitions. */
  topics(): Promise<ReadonlyMap<string, number>>;
  /** Resolves when records can be sent there; a topic that is there already is left as it is. */
  createTopic(topic: string, partitions: number): Promise<void>;
  /** Resolves when all have acknowledged (acks=all), with the first offset of each partition. */
  produce(topic: string, records: readonly OutRecord[]): Promise<ReadonlyMap<number, number>>;
  bounds(topics: readonly string[]): Promise<PerPartition<Bounds>>;
  /** Where the group goes on; undefined where it never was. */
  committed(topics: ReadonlyMap<string, number>): Promise<PerPartition<number | undefined>>;
  /** Some records, without a group. */
  peek(position: Position): Promise<Fetched>;
  /** A member of the group that has not joined yet. */
  member(listener: MemberListener): GroupMember;
  close(): Promise<void>;
}

export interface Assignment {
  readonly partitions: ReadonlyMap<string, readonly number[]>;
  /** Nobody else can have had, since the last assignment, what is in both. */
  readonly followsLast: boolean;
}

export interface MemberListener {
  /** At every join, one's own or one that others cause. */
  assigned(assignment: Assignment): void;
  /** The membership is over. Only `leave` may be called. */
  lost(reason: string): void;
}

export interface GroupMember {
  /** Joins with these topics, or joins again with others. */
  join(topics: readonly string[]): Promise<void>;
  /** The numbers of the nodes that lead. */
  leaders(topics: readonly string[]): Promise<PerPartition<number>>;
  /** Waits a little at the node when it has nothing new. */
  fetch(node: number, positions: readonly Position[]): Promise<readonly Fetched[]>;
  commit(positions: readonly Position[]): Promise<void>;
  leave(): Promise<void>;
}

/**
 * `too-large`: Kafka refuses the record for its size. `unknown-topic`: it is not there (any more). `out-of-range`: what was
 * to be read is not kept any more. `away`: anything that may be better later.
 */
export type KafkaErrorKind = 'too-large' | 'unknown-topic' | 'out-of-range' | 'away';

export class KafkaError extends Error {
  public constructor(
    public readonly kind: KafkaErrorKind,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'KafkaError';
  }
}
