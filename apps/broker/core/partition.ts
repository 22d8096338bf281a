/**
 * One partition: a queue with receipts. Pure: its clock, its log and its share of the memory are handed in; nothing
 * here waits, but for the log.
 *
 * A message goes this way:
 *
 *     published ──► ready ──► in flight ──► settled          acknowledged
 *         │  ▲        ▲           │
 *         ▼  │        │           ├──► retry ──► in flight   rejected, or its time-out passed
 *        on disk      └───────────┘
 *                                 └──► leaving ──► settled   the same, and its attempts are used up: a dead letter
 *
 * What is promised: a message whose `publish` resolved is delivered until it is settled. It is lost only where
 * docs/guides/delivery.md says so. It may be delivered more than once. First deliveries come in the order of offsets.
 */
import { Fifo } from './fifo';
import { LogFullError, LogStoppedError, type Home, type PartitionLog } from './log';
import { memoryBytes, type Draft, type Message } from './message';

export interface PartitionOptions {
  readonly log: PartitionLog;
  readonly clock: Clock;
  readonly memory: MemoryShare;
  /** Messages in memory: ready, in flight, waiting for another attempt. */
  readonly queueSize: number;
  /** Whether a message is in the log before it is accepted; if not, the log takes what memory has no room for. */
  readonly logFirst: boolean;
  /** Deliveries of a message, before `onExhausted` is asked to take it; undefined: as many as it needs. */
  readonly maxAttempts: number | undefined;
  /** Something can be received that could not be before. */
  readonly onReady: () => void;
  /** A dead letter. Answer with `settleLeaving`, or with `returnLeaving` when it can go nowhere. */
  readonly onExhausted: (message: Message, reason: string) => void;
}

export interface Clock {
  /** The time of day, which may be set back and forth; what messages are stamped with. */
  wallMs(): number;
  /** Milliseconds since some moment, never going back; what time-outs are measured with. */
  steadyMs(): number;
}

/** The memory that all partitions share. */
export interface MemoryShare {
  readonly limitBytes: number;
  usedBytes: number;
}

/** A message in memory. */
export interface Held extends Message {
  attempts: number;
  /** When the delivery is over; only in flight. */
  deadlineMs: number;
  /** Where it lies in the log; undefined: nowhere. */
  home: Home | undefined;
}

export type Outcome = 'done' | 'stale';

export class Partition {
  private readonly options: PartitionOptions;
  private readonly log: PartitionLog;
  // Invariant: a message in memory is in exactly one of these four, and `held` is the number of all.
  private readonly ready = new Fifo<Held>();
  private readonly retry = new Fifo<Held>();
  private readonly inFlight = new Map<number, Held>();
  private readonly leaving = new Map<number, Held>();
  // Invariant: held <= queueSize.
  private held = 0;
  /** Publications that the log has not answered. Others must not pass them by through memory. */
  private appending = 0;
  // Invariant: no deadline in `inFlight` is earlier. It may be too early, when that message was settled.
  private earliestDeadlineMs = Number.POSITIVE_INFINITY;
  private loading: Promise<void> | undefined;
  private maintaining = false;

  public readonly counters = {
    published: 0,
    delivered: 0,
    acknowledged: 0,
    rejected: 0,
    expired: 0,
    spilled: 0,
    stale: 0,
  };

  public constructor(options: PartitionOptions) {
    this.options = options;
    this.log = options.log;
  }

  public get stoppedBecause(): string | undefined {
    return this.log.stoppedBecause;
  }

  public get depths(): { ready: number; inFlight: number; onDisk: number } {
    return {
      ready: this.ready.length + this.retry.length,
      inFlight: this.inFlight.size + this.leaving.size,
      onDisk: this.log.backlog,
    };
  }

  /** Resolves when all of them are held as the durability says; rejects when none is. Gives the first offset. */
  public async publish(drafts: readonly Draft[]): Promise<number> {
    const { stoppedBecause } = this.log;
    if (stoppedBecause !== undefined) throw new LogStoppedError(stoppedBecause);
    const publishedAtMs = this.options.clock.wallMs();
    const first = this.log.allocate(drafts.length);
    const messages = drafts.map((draft, i): Held => ({
      offset: first + i,
      publishedAtMs,
      attempts: 0,
      key: draft.key,
      headers: draft.headers,
      body: draft.body,
      deadlineMs: 0,
      home: undefined,
    }));
    const nothingOlderWaits = this.appending === 0 && this.log.backlog === 0;
    if (!this.options.logFirst && nothingOlderWaits && this.hasRoomFor(messages)) {
      this.log.bypass(first, messages.length);
      this.hold(messages);
    } else {
      this.appending += 1;
      try {
        await this.log.append(messages, (home) => {
          if (!this.hasRoomFor(messages)) return false;
          for (const message of messages) message.home = home;
          this.hold(messages);
          return true;
        });
      } finally {
        this.appending -= 1;
      }
      if (!this.options.logFirst) this.counters.spilled += messages.length;
      this.load();
    }
    this.counters.published += messages.length;
    return first;
  }

  /** Those that wait for another attempt first, then in order. What is on disk follows when `onReady` says so. */
  public receive(
    { maxCount, maxBytes }: { readonly maxCount: number; readonly maxBytes: number },
    visibilityTimeoutMs: number,
  ): Held[] {
    this.expire();
    const messages: Held[] = [];
    const deadlineMs = this.options.clock.steadyMs() + visibilityTimeoutMs;
    let bytes = 0;
    while (messages.length < maxCount && bytes < maxBytes) {
      const message = this.retry.shift() ?? this.ready.shift();
      if (message === undefined) break;
      message.attempts += 1;
      message.deadlineMs = deadlineMs;
      this.inFlight.set(message.offset, message);
      messages.push(message);
      bytes += message.body.length;
    }
    if (messages.length > 0 && deadlineMs < this.earliestDeadlineMs) this.earliestDeadlineMs = deadlineMs;
    this.counters.delivered += messages.length;
    this.load();
    return messages;
  }

  /** The next messages that would be received, without receiving them. */
  public peek(maxCount: number): Message[] {
    return [...this.retry.toArray(), ...this.ready.toArray()].slice(0, maxCount);
  }

  public acknowledge(offset: number, attempt: number): Outcome {
    const message = this.delivery(offset, attempt);
    if (message === undefined) return 'stale';
    this.inFlight.delete(offset);
    this.settle(message);
    this.counters.acknowledged += 1;
    this.load();
    return 'done';
  }

  /** Gives a delivery back. `deadLetter`: no further attempt makes sense. */
  public reject(offset: number, attempt: number, reason: string, deadLetter: boolean): Outcome {
    const message = this.delivery(offset, attempt);
    if (message === undefined) return 'stale';
    this.counters.rejected += 1;
    this.giveBack(message, reason, deadLetter);
    return 'done';
  }

  public extend(offset: number, attempt: number, visibilityTimeoutMs: number): Outcome {
    const message = this.delivery(offset, attempt);
    if (message === undefined) return 'stale';
    message.deadlineMs = this.options.clock.steadyMs() + visibilityTimeoutMs;
    this.earliestDeadlineMs = Math.min(this.earliestDeadlineMs, message.deadlineMs);
    return 'done';
  }

  /** A dead letter has found its place. */
  public settleLeaving(offset: number): void {
    this.settle(this.takeLeaving(offset));
    this.load();
  }

  /** A dead letter has found none: it is delivered again, rather than lost. */
  public returnLeaving(offset: number): void {
    this.retry.push(this.takeLeaving(offset));
    this.options.onReady();
  }

  /** What time brings: deliveries that are over, notes for the log, room to be freed. Call it every 100 ms or so. */
  public tick(): void {
    this.expire();
    this.load();
    if (!this.maintaining) void this.maintain();
  }

  /** Resolves when what can be in memory is. */
  public async loaded(): Promise<void> {
    await this.loading;
  }

  /** Nothing may be called after this. Rejects when what is in memory could not be kept. */
  public async close(): Promise<void> {
    await this.loading;
    await this.log.close(() => {
      const rest = [...this.inFlight.values(), ...this.leaving.values(), ...this.retry.toArray()];
      rest.sort((a, b) => a.offset - b.offset);
      return [...rest, ...this.ready.toArray()];
    });
  }

  private delivery(offset: number, attempt: number): Held | undefined {
    this.expire();
    const message = this.inFlight.get(offset);
    if (message?.attempts === attempt) return message;
    this.counters.stale += 1;
    return undefined;
  }

  private expire(): void {
    const nowMs = this.options.clock.steadyMs();
    if (nowMs < this.earliestDeadlineMs) return;
    this.earliestDeadlineMs = Number.POSITIVE_INFINITY;
    for (const message of this.inFlight.values()) {
      if (message.deadlineMs <= nowMs) {
        this.counters.expired += 1;
        this.giveBack(message, 'the visibility time-out passed without an acknowledgement', false);
      } else if (message.deadlineMs < this.earliestDeadlineMs) {
        this.earliestDeadlineMs = message.deadlineMs;
      }
    }
  }

  private giveBack(message: Held, reason: string, deadLetter: boolean): void {
    this.inFlight.delete(message.offset);
    const { maxAttempts } = this.options;
    if (maxAttempts !== undefined && (deadLetter || message.attempts >= maxAttempts)) {
      this.leaving.set(message.offset, message);
      this.options.onExhausted(message, reason);
    } else {
      this.retry.push(message);
      this.options.onReady();
    }
  }

  private takeLeaving(offset: number): Held {
    const message = this.leaving.get(offset);
    if (message === undefined) throw new Error(`message ${offset} is not leaving`);
    this.leaving.delete(offset);
    return message;
  }

  private settle(message: Held): void {
    this.held -= 1;
    this.options.memory.usedBytes -= memoryBytes(message);
    if (message.home !== undefined) this.log.settle(message.offset, message.home);
    message.home = undefined;
  }

  private hasRoomFor(messages: readonly Held[]): boolean {
    const { queueSize, memory } = this.options;
    return this.held + messages.length <= queueSize && memory.usedBytes < memory.limitBytes;
  }

  private hold(messages: readonly Held[]): void {
    for (const message of messages) {
      this.ready.push(message);
      this.options.memory.usedBytes += memoryBytes(message);
    }
    this.held += messages.length;
    if (this.held > this.options.queueSize) throw new Error(`${this.held} messages in memory`);
    this.options.onReady();
  }

  /** Brings what is on disk into memory, once half of the room is free: few large reads instead of many small ones. */
  private load(): void {
    const { queueSize, memory } = this.options;
    if (this.loading !== undefined || this.log.backlog === 0 || this.log.stoppedBecause !== undefined) return;
    const memoryIsFull = memory.usedBytes >= memory.limitBytes;
    // A partition with nothing in memory loads a little however full it is, or it would never deliver again.
    if (this.held * 2 > queueSize || (memoryIsFull && this.held > 0)) return;
    const maxBytes = Math.max(0, memory.limitBytes - memory.usedBytes);
    this.loading = this.log
      .read(queueSize - this.held, maxBytes, (found) => {
        if (found.length > 0)
          this.hold(found.map(({ message, home }) => ({ ...message, deadlineMs: 0, home })));
      })
      .then(() => {
        this.loading = undefined;
        this.load();
      })
      .catch((error: unknown) => {
        this.loading = undefined;
        // A log that has stopped says so in `stoppedBecause`; anything else is a mistake in here.
        if (!(error instanceof LogStoppedError)) throw error;
      });
  }

  private async maintain(): Promise<void> {
    this.maintaining = true;
    try {
      await this.rewriteWornOut();
      await this.log.flush();
    } catch (error) {
      // Full: another time. Stopped: `stoppedBecause` says so.
      if (!(error instanceof LogFullError) && !(error instanceof LogStoppedError)) throw error;
    } finally {
      this.maintaining = false;
    }
  }

  /** Few messages that nobody acknowledges must not keep all the segments behind them on disk. */
  private async rewriteWornOut(): Promise<void> {
    const from = this.log.wornOut();
    if (from === undefined) return;
    const delivered = [...this.inFlight.values(), ...this.retry.toArray(), ...this.leaving.values()];
    const messages = delivered.filter(({ home }) => home === from);
    // Others are still to be read from there; then they will be freed in their order.
    if (messages.length !== from.live) return;
    await this.log.rewrite(from, messages, (home) => {
      const stillHeld = messages.filter((message) => message.home === from);
      for (const message of stillHeld) message.home = home;
      return stillHeld.length;
    });
  }
}
