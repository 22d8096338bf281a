/**
 * What a broker's engine does: the contract that the HTTP interface stands on. `EmbeddedQueue` is the engine of this
 * package; Kafka comes behind the same contract (`BROKER=kafka`). What is refused is refused with a `Problem`.
 */
import type { Draft, Message } from './core/message';

export interface Publication extends Draft {
  /** Instead of the one that the key chooses. */
  readonly partition?: number | undefined;
}

/** Messages with consecutive offsets. */
export interface Accepted {
  readonly partition: number;
  readonly firstOffset: number;
  readonly count: number;
}

export interface Delivery extends Message {
  readonly partition: number;
  /** Names this delivery of this message; good until it is used, or its time-out passes. */
  readonly receipt: string;
}

export interface ReceiveOptions {
  readonly maxCount: number;
  /** How long to wait when there is nothing; 0: not at all. */
  readonly waitMs: number;
  /** undefined: any. */
  readonly partition?: number | undefined;
  /** undefined: the broker's. */
  readonly visibilityTimeoutMs?: number | undefined;
  /** Aborts when the client is gone, so that it gets no messages. */
  readonly signal: AbortSignal;
}

export interface PartitionStatus {
  readonly partition: number;
  readonly ready: number;
  readonly inFlight: number;
  readonly onDisk: number;
  readonly stoppedBecause?: string;
  /** Events since the process started, by name. */
  readonly counters: Readonly<Record<string, number>>;
}

export interface TopicStatus {
  readonly topic: string;
  readonly partitions: PartitionStatus[];
}

export interface MessageQueue {
  /** Resolves when all messages are held as the durability says. When it rejects, some may be held; send all again. */
  publish(topic: string, messages: readonly Publication[]): Promise<Accepted[]>;
  receive(topic: string, options: ReceiveOptions): Promise<Delivery[]>;
  /** Each of the following handles the receipts that are good, and gives back the stale ones. */
  acknowledge(topic: string, receipts: readonly string[]): Promise<string[]>;
  reject(
    topic: string,
    receipts: readonly string[],
    how: { readonly reason: string; readonly deadLetter: boolean },
  ): Promise<string[]>;
  extend(topic: string, receipts: readonly string[], visibilityTimeoutMs: number): Promise<string[]>;
  topics(): Promise<TopicStatus[]>;
  /** Dead letters of a topic, without receiving them. */
  deadLetters(topic: string, maxCount: number): Promise<(Message & { readonly partition: number })[]>;
  /** Why it should get no requests now. */
  notReadyBecause(): string[];
  /** Ends all waiting `receive`s, with nothing. */
  stopWaiting(): void;
  /** Keeps what has to be kept. Rejects when that failed. */
  close(): Promise<void>;
}

const DEAD_LETTERS = '.dead-letters';

/** The topic to which a topic's messages go when their attempts are used up. */
export function deadLetterTopic(topic: string): string {
  return topic + DEAD_LETTERS;
}

export function isDeadLetterTopic(topic: string): boolean {
  return topic.endsWith(DEAD_LETTERS);
}
