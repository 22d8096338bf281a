/**
 * A partition of a Kafka topic, as the log of the embedded engine's `Partition`: what was fetched and not taken yet, and
 * what is settled. Kafka has the messages; only where the group goes on is written.
 */
import { IntervalSet } from '../core/interval-set';
import type { Home, PartitionLog, Stored } from '../core/log';
import { memoryBytes, type Message } from '../core/message';
import type { Fetched } from './cluster';

/** Kafka frees nothing when a message is settled; all have the same place. */
const AT_KAFKA: Home = { id: 0, live: 0 };

interface PendingRead {
  readonly maxCount: number;
  readonly maxBytes: number;
  readonly take: (found: readonly Stored[]) => void;
  readonly done: () => void;
}

export class KafkaLog implements PartitionLog {
  public readonly stoppedBecause = undefined;
  private buffer: readonly Message[] = [];
  private pending: PendingRead | undefined;
  private closed = false;
  private fetched = false;
  private end: number;
  // Invariant: every offset below `low` is settled, or no message has it.
  private low: number;
  private lowIsOld = false;
  /** Offsets from the start on that are settled, or that no message has. */
  private readonly settled = new IntervalSet();

  /** `next` is the offset to be fetched next; `maxAhead` how far it may run ahead of the oldest unsettled message. */
  public constructor(
    private next: number,
    private readonly maxAhead: number,
  ) {
    this.low = next;
    this.end = next;
  }

  public get backlog(): number {
    return this.buffer.length + Math.max(0, this.end - this.next);
  }

  public get nextOffset(): number {
    return this.next;
  }

  /** Where the group goes on: the oldest message that is not settled. */
  public get settledBefore(): number {
    if (this.lowIsOld) {
      this.lowIsOld = false;
      for (const { first, last } of this.settled.intervals()) {
        if (first > this.low) break;
        this.low = Math.max(this.low, last + 1);
      }
    }
    return this.low;
  }

  /** Whether Kafka was asked at least once. */
  public get isPrimed(): boolean {
    return this.fetched;
  }

  /**
   * After a restart everything from the oldest unsettled message on comes again, settled or not; so what is read does not
   * run away from it without end.
   */
  public get isHungry(): boolean {
    return !this.closed && this.buffer.length === 0 && this.next - this.settledBefore < this.maxAhead;
  }

  public feed({ messages, nextOffset, endOffset }: Fetched): void {
    if (this.closed) return;
    this.fetched = true;
    this.end = endOffset;
    // A batch is fetched whole, also when it begins before the position.
    const unread = messages.filter(({ offset }) => offset >= this.next);
    for (const { offset } of unread) {
      this.skip(offset);
      this.next = offset + 1;
    }
    this.skip(nextOffset);
    if (unread.length > 0) this.buffer = [...this.buffer, ...unread];
    this.answerPending();
  }

  /** What Kafka does not keep any more; gives how many offsets were never read. */
  public skipTo(offset: number): number {
    const lost = Math.max(0, offset - this.next);
    this.skip(offset);
    return lost;
  }

  public read(maxCount: number, maxBytes: number, take: (found: readonly Stored[]) => void): Promise<void> {
    if (this.pending !== undefined) throw new Error('one read at a time');
    return new Promise((done) => {
      this.pending = { maxCount, maxBytes, take, done };
      this.answerPending();
    });
  }

  public settle(offset: number): void {
    this.settled.add(offset);
    this.lowIsOld = true;
  }

  public flush(): Promise<void> {
    return Promise.resolve();
  }

  public wornOut(): undefined {
    return undefined;
  }

  public close(): Promise<void> {
    this.closed = true;
    this.buffer = [];
    this.end = this.next;
    this.pending?.done();
    this.pending = undefined;
    return Promise.resolve();
  }

  /** Messages are published to Kafka, and come back from there. */
  public allocate(): number {
    throw new Error('a partition of Kafka is read only here');
  }

  public bypass(): void {
    this.allocate();
  }

  public append(): Promise<void> {
    return Promise.reject(new Error('a partition of Kafka is read only here'));
  }

  public rewrite(): Promise<void> {
    return this.append();
  }

  private skip(to: number): void {
    if (to <= this.next) return;
    this.settled.add(this.next, to - 1);
    this.next = to;
    this.lowIsOld = true;
  }

  private answerPending(): void {
    const { pending } = this;
    if (pending === undefined || this.buffer.length === 0) return;
    let count = 0;
    let bytes = 0;
    for (const message of this.buffer.slice(0, pending.maxCount)) {
      bytes += memoryBytes(message);
      if (count > 0 && bytes > pending.maxBytes) break;
      count += 1;
    }
    const found = this.buffer.slice(0, count);
    this.buffer = this.buffer.slice(count);
    this.pending = undefined;
    pending.take(found.map((message) => ({ message, home: AT_KAFKA })));
    pending.done();
  }
}
