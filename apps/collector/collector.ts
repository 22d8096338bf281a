/**
 * From the queue's partitions to the store. Messages flow: received where there is room → decoded → gathered into batches →
 * written → acknowledged. The store's circuit breaker closes the first gate.
 */
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';

import type { QueueClient, QueueDelivery, QueuePartition } from '../shared/queue/queue-client';
import { BatchWriter, type BatchObserver } from './batch-writer';
import type { CollectorSettings } from './config';
import { Batcher } from './core/batcher';
import { decodeMessage, type PoisonKind } from './core/decode-message';
import { Room } from './core/room';
import type { HeldMessage } from './held-message';
import { PartitionLoop } from './partition-loop';
import { Settlement } from './settlement';
import type { BreakerState, StoreGate } from './store-gate';

export interface CollectorObserver extends BatchObserver {
  readonly consumed: (count: number) => void;
  readonly batchTaken: (count: number) => void;
  readonly queueFailed: (what: string, error: unknown) => void;
}

export interface CollectorStatus {
  readonly breaker: BreakerState;
  readonly partitions: readonly QueuePartition[];
  readonly heldMessages: number;
  readonly heldBytes: number;
}

export interface CollectorParts {
  readonly queue: QueueClient;
  readonly gate: StoreGate;
  readonly observe: CollectorObserver;
}

/** The broker's limit of one request. */
const RECEIVED_AT_ONCE = 1000;
/** One that is complete, so that no write waits for the next, and one that is being filled. */
const BATCHES_WAITING = 2;
/** Some 3 ms of reading JSON. */
const DECODED_AT_ONCE = 250;
const STORE_POLL_MS = 200;
/** Of STOP_TIMEOUT; the rest is for giving back. */
const SHARE_FOR_WRITING = 0.6;

export class Collector {
  private readonly maxMessages: number;
  private readonly room: Room;
  private readonly batcher: Batcher<HeldMessage>;
  private readonly settlement: Settlement;
  private readonly held = new Set<HeldMessage>();
  private readonly loops = new Map<number, PartitionLoop>();
  private readonly givenUp = new AbortController();
  private readonly stopping = new AbortController();
  private readonly background: Promise<void>[] = [];
  private writing: Promise<void>[] = [];
  private partitions: readonly QueuePartition[] = [];
  private storeWasSeen = false;

  public constructor(
    private readonly settings: CollectorSettings,
    private readonly parts: CollectorParts,
  ) {
    const { COLLECTOR_BATCH_SIZE: batchSize, COLLECTOR_WRITES: writes } = settings;
    this.maxMessages = settings.COLLECTOR_MAX_MESSAGES ?? batchSize * (writes + BATCHES_WAITING);
    this.room = new Room({ messages: this.maxMessages, bytes: settings.COLLECTOR_MEMORY_SIZE });
    this.batcher = new Batcher({
      size: settings.COLLECTOR_BATCH_SIZE,
      waitMs: settings.COLLECTOR_BATCH_WAIT,
    });
    this.settlement = new Settlement(parts.queue, {
      topic: settings.QUEUE_TOPIC,
      attempts: settings.RETRY_ATTEMPTS,
      backoffFactor: settings.BACKOFF_FACTOR,
      visibilityTimeoutMs: settings.COLLECTOR_VISIBILITY_TIMEOUT,
    });
  }

  public start(): void {
    const { gate, observe } = this.parts;
    const writer = new BatchWriter(gate, this.settlement, { givenUp: this.givenUp.signal, observe });
    this.writing = Array.from({ length: this.settings.COLLECTOR_WRITES }, () => this.writeBatches(writer));
    this.background.push(
      this.every(this.settings.COLLECTOR_DISCOVERY_INTERVAL, () => this.discover()),
      // Thrice in the time-out: one may fail, and one may be late.
      this.every(this.settings.COLLECTOR_VISIBILITY_TIMEOUT / 3, () => this.extendHeld()),
      this.every(STORE_POLL_MS, () => this.probe()),
    );
  }

  public status(): CollectorStatus {
    return {
      breaker: this.parts.gate.state,
      partitions: this.partitions,
      heldMessages: this.held.size,
      heldBytes: this.room.heldBytes,
    };
  }

  public notReadyBecause(): string[] {
    const { gate } = this.parts;
    if (gate.state !== 'closed') return [`the store does not answer as it should: ${gate.lastProblem}`];
    return this.storeWasSeen ? [] : [`the store has not answered yet: ${gate.lastProblem}`];
  }

  /** Takes nothing more, writes what it has, and gives back what the store does not take in time. */
  public async stop(): Promise<void> {
    this.stopping.abort();
    const deadline = setTimeout(() => {
      this.givenUp.abort();
    }, this.settings.STOP_TIMEOUT * SHARE_FOR_WRITING);
    for (const loop of this.loops.values()) loop.end();
    await Promise.all([...this.loops.values()].map(({ done }) => done));
    // No store, no hope within the time that is left.
    if (this.parts.gate.state === 'open') this.givenUp.abort();
    this.batcher.end();
    await Promise.all(this.writing);
    clearTimeout(deadline);
    await Promise.all(this.background);
  }

  private async writeBatches(writer: BatchWriter): Promise<void> {
    for (let batch = await this.batcher.next(); batch !== undefined; batch = await this.batcher.next()) {
      this.parts.observe.batchTaken(batch.length);
      await writer.finish(batch);
      this.forget(batch);
    }
  }

  private async discover(): Promise<void> {
    const { queue } = this.parts;
    const topics = await queue.topics(this.stopping.signal);
    if (this.isStopping()) return;
    this.partitions = topics.find(({ topic }) => topic === this.settings.QUEUE_TOPIC)?.partitions ?? [];
    const there = new Set(this.partitions.map(({ partition }) => partition));
    for (const [partition, loop] of this.loops) {
      if (there.has(partition)) continue;
      loop.end();
      void loop.done.then(() => this.loops.delete(partition));
    }
    for (const partition of there) {
      if (!this.loops.has(partition)) this.loops.set(partition, this.loopFor(partition));
    }
  }

  private loopFor(partition: number): PartitionLoop {
    return new PartitionLoop({
      queue: this.parts.queue,
      topic: this.settings.QUEUE_TOPIC,
      partition,
      visibilityTimeoutMs: this.settings.COLLECTOR_VISIBILITY_TIMEOUT,
      admission: () => this.admission(),
      take: (reserved, deliveries) => this.take(reserved, deliveries),
      failed: (error) => {
        this.parts.observe.queueFailed(`receive from partition ${partition}`, error);
      },
    });
  }

  /** Half of the room is shared out among the partitions' polls, idle ones too; the other half is for what they brought. */
  private async admission(): Promise<number | undefined> {
    const share = Math.floor(this.maxMessages / 2 / Math.max(1, this.loops.size));
    const count = Math.max(1, Math.min(RECEIVED_AT_ONCE, share));
    await this.untilStopped(this.room.reserve(count));
    while (!this.isStopping() && !this.storeIsWell()) await this.pause(STORE_POLL_MS / 4);
    return this.isStopping() ? undefined : count;
  }

  private isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  private storeIsWell(): boolean {
    return this.storeWasSeen && this.parts.gate.state === 'closed';
  }

  /** While a batch waits for the store, its own attempts tell how the store is. */
  private async probe(): Promise<void> {
    if (this.storeIsWell() || this.held.size > 0 || this.isStopping()) return;
    try {
      await this.parts.gate.ping(this.stopping.signal);
      this.storeWasSeen = true;
    } catch {
      // The gate has noted it.
    }
  }

  private async take(reserved: number, deliveries: readonly QueueDelivery[]): Promise<void> {
    const nowMs = performance.now();
    let bytes = 0;
    for (const { body } of deliveries) bytes += body.length;
    this.room.settle(reserved, { messages: deliveries.length, bytes });
    this.parts.observe.consumed(deliveries.length);
    for (let start = 0; start < deliveries.length; start += DECODED_AT_ONCE) {
      await this.takePiece(deliveries.slice(start, start + DECODED_AT_ONCE), nowMs);
      await nextTurn();
    }
  }

  private async takePiece(deliveries: readonly QueueDelivery[], nowMs: number): Promise<void> {
    const good: HeldMessage[] = [];
    const poison = new Map<string, { readonly kind: PoisonKind; readonly deliveries: QueueDelivery[] }>();
    for (const delivery of deliveries) {
      const decoded = decodeMessage(delivery.body);
      if ('reading' in decoded) {
        good.push({
          ...pick(delivery),
          reading: decoded.reading,
          bytes: delivery.body.length,
          extendedAtMs: nowMs,
          isLost: false,
        });
      } else {
        const { kind, reason } = decoded.poison;
        const group = poison.get(reason) ?? { kind, deliveries: [] };
        group.deliveries.push(delivery);
        poison.set(reason, group);
      }
    }
    for (const message of good) this.held.add(message);
    this.batcher.add(good);
    for (const [reason, group] of poison) await this.bury(reason, group.kind, group.deliveries);
  }

  private async bury(reason: string, kind: PoisonKind, deliveries: readonly QueueDelivery[]): Promise<void> {
    const { observe } = this.parts;
    try {
      await this.settlement.deadLetter(
        deliveries.map(({ receipt }) => receipt),
        reason,
      );
      observe.deadLettered(kind, deliveries.length);
    } catch (error) {
      observe.unsettled(deliveries.length, error);
    }
    let bytes = 0;
    for (const { body } of deliveries) bytes += body.length;
    this.room.release({ messages: deliveries.length, bytes });
  }

  private forget(batch: readonly HeldMessage[]): void {
    let bytes = 0;
    for (const message of batch) {
      this.held.delete(message);
      bytes += message.bytes;
    }
    this.room.release({ messages: batch.length, bytes });
  }

  /** Nothing that is held may go to someone else, however long the store is away. */
  private async extendHeld(): Promise<void> {
    const before = performance.now() - this.settings.COLLECTOR_VISIBILITY_TIMEOUT / 3;
    const messages = [...this.held].filter(({ extendedAtMs, isLost }) => !isLost && extendedAtMs <= before);
    if (messages.length > 0) await this.settlement.extend(messages);
  }

  private async every(intervalMs: number, action: () => Promise<void>): Promise<void> {
    // Extending goes on while the last batches are written.
    const isOver = (): boolean => this.isStopping() && this.held.size === 0;
    while (!isOver()) {
      try {
        await action();
      } catch (error) {
        if (!this.isStopping()) this.parts.observe.queueFailed('look after messages', error);
      }
      await this.pause(this.isStopping() ? STORE_POLL_MS : intervalMs);
    }
  }

  private async pause(ms: number): Promise<void> {
    const signal = this.isStopping() ? undefined : this.stopping.signal;
    await sleep(ms, undefined, { signal }).catch(() => undefined);
  }

  private async untilStopped(promise: Promise<void>): Promise<void> {
    const { signal } = this.stopping;
    if (signal.aborted) return;
    let stop = (): void => undefined;
    const stopped = new Promise<void>((resolve) => {
      stop = resolve;
      signal.addEventListener('abort', stop, { once: true });
    });
    await Promise.race([promise, stopped]);
    signal.removeEventListener('abort', stop);
  }
}

function pick({
  receipt,
  partition,
  attempts,
  key,
  headers,
}: QueueDelivery): Omit<HeldMessage, 'reading' | 'bytes' | 'extendedAtMs' | 'isLost'> {
  return { receipt, partition, attempts, key, headers };
}
