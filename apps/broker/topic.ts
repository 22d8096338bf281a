/**
 * A topic of the embedded engine: its partitions, opened on demand, and the receivers that wait for messages.
 */
import type { Held, Partition } from './core/partition';
import type { PartitionStatus } from './message-queue';

export interface Waiter {
  readonly maxCount: number;
  readonly partition?: number | undefined;
  readonly visibilityTimeoutMs: number;
  readonly answer: (messages: readonly Received[]) => void;
}

export interface Received {
  readonly partition: number;
  readonly message: Held;
}

/** Text in one answer; without it, a thousand of the largest messages would be built into one string. */
const MAX_RECEIVED_BYTES = 8 * 1024 * 1024;

export class Topic {
  /** Open partitions, by number; holes where none was needed yet. */
  public readonly partitions: (Partition | undefined)[] = [];
  /** Why a partition could not be opened; it stays closed until the broker starts anew. */
  public readonly failures = new Map<number, string>();
  /** Those that came first are served first. */
  public readonly waiters = new Set<Waiter>();
  private readonly opening = new Map<number, Promise<Partition>>();
  private nextUnkeyed = 0;
  private nextToReceive = 0;
  private serving = false;

  public constructor(
    public readonly name: string,
    private readonly openPartition: (topic: Topic, number: number) => Promise<Partition>,
  ) {}

  public async partition(number: number): Promise<Partition> {
    const open = this.partitions[number];
    if (open !== undefined) return open;
    let opening = this.opening.get(number);
    if (opening === undefined) {
      opening = this.openPartition(this, number).then(
        (partition) => (this.partitions[number] = partition),
        (error: unknown) => {
          this.failures.set(number, error instanceof Error ? error.message : String(error));
          throw error;
        },
      );
      this.opening.set(number, opening);
    }
    return opening;
  }

  /** Messages without a key go round, a request at a time: one write for all of them. */
  public chooseUnkeyed(partitionCount: number): number {
    this.nextUnkeyed = (this.nextUnkeyed + 1) % partitionCount;
    return this.nextUnkeyed;
  }

  /** What there is, without waiting; each call starts with another partition, so that none is forgotten. */
  public take(maxCount: number, partition: number | undefined, visibilityTimeoutMs: number): Received[] {
    const received: Received[] = [];
    let bytesLeft = MAX_RECEIVED_BYTES;
    const count = this.partitions.length;
    this.nextToReceive = (this.nextToReceive + 1) % Math.max(1, count);
    for (let i = 0; i < count && received.length < maxCount && bytesLeft > 0; i += 1) {
      const number = (this.nextToReceive + i) % count;
      if (partition !== undefined && partition !== number) continue;
      const room = { maxCount: maxCount - received.length, maxBytes: bytesLeft };
      for (const message of this.partitions[number]?.receive(room, visibilityTimeoutMs) ?? []) {
        received.push({ partition: number, message });
        bytesLeft -= message.body.length;
      }
    }
    return received;
  }

  public status(): PartitionStatus[] {
    const numbers = new Set([...this.partitions.keys(), ...this.failures.keys()]);
    return [...numbers].flatMap((number) => {
      const partition = this.partitions[number];
      const stoppedBecause = this.failures.get(number) ?? partition?.stoppedBecause;
      if (partition === undefined && stoppedBecause === undefined) return [];
      return [
        {
          partition: number,
          ...(partition?.depths ?? { ready: 0, inFlight: 0, onDisk: 0 }),
          ...(stoppedBecause === undefined ? {} : { stoppedBecause }),
          counters: partition?.counters ?? {},
        },
      ];
    });
  }

  /** After a partition has something new. Deferred, for it is said in the middle of the partition's own work. */
  public serveWaiters(): void {
    if (this.serving || this.waiters.size === 0) return;
    this.serving = true;
    queueMicrotask(() => {
      this.serving = false;
      for (const waiter of this.waiters) {
        const received = this.take(waiter.maxCount, waiter.partition, waiter.visibilityTimeoutMs);
        if (received.length > 0) waiter.answer(received);
      }
    });
  }
}
