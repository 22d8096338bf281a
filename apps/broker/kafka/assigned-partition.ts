/**
 * A partition while this process reads it: the queue with receipts of the embedded engine, over Kafka's log. It lives from
 * one assignment to its end; what was not settled then is delivered again by whoever reads next, its attempts counted anew.
 */
import type { Message } from '../core/message';
import { Partition, type Clock, type MemoryShare } from '../core/partition';
import { KafkaLog } from './kafka-log';
import { LentMemory } from './lent-memory';

/** How the engine makes them. */
export interface ReadingOptions {
  readonly clock: Clock;
  /** Of all partitions together. */
  readonly memory: MemoryShare;
  readonly queueSize: number;
  readonly maxAttempts: number;
}

export interface AssignedPartitionOptions extends Omit<ReadingOptions, 'maxAttempts'> {
  readonly topic: string;
  readonly number: number;
  /** Different for every assignment to every process: a receipt from before is never good after it. */
  readonly epoch: string;
  readonly offset: number;
  readonly maxAttempts: number | undefined;
  readonly onReady: () => void;
  readonly onExhausted: (of: AssignedPartition, message: Message, reason: string) => void;
}

/** By how many times the queue's size reading may run ahead of a message that nobody settles. */
const MAX_AHEAD_FACTOR = 50;

export class AssignedPartition {
  public readonly topic: string;
  public readonly number: number;
  public readonly epoch: string;
  public readonly queue: Partition;
  public readonly log: KafkaLog;
  /** What Kafka knows of `log.settledBefore`. */
  public committed: number;
  private readonly memory: LentMemory;

  public constructor(options: AssignedPartitionOptions) {
    this.topic = options.topic;
    this.number = options.number;
    this.epoch = options.epoch;
    this.committed = options.offset;
    this.memory = new LentMemory(options.memory);
    this.log = new KafkaLog(options.offset, options.queueSize * MAX_AHEAD_FACTOR);
    this.queue = new Partition({
      log: this.log,
      clock: options.clock,
      memory: this.memory,
      queueSize: options.queueSize,
      logFirst: true,
      maxAttempts: options.maxAttempts,
      onReady: options.onReady,
      onExhausted: (message, reason) => {
        options.onExhausted(this, message, reason);
      },
    });
  }

  /** A partition that holds nothing reads on however full the memory is, or it would never deliver again. */
  public get isHungry(): boolean {
    const { ready, inFlight } = this.queue.depths;
    const hasRoom = this.memory.usedBytes < this.memory.limitBytes || ready + inFlight === 0;
    return hasRoom && this.log.isHungry;
  }

  /** It is somebody else's now, or nobody's. */
  public end(): void {
    void this.log.close();
    this.memory.giveBack();
  }
}
