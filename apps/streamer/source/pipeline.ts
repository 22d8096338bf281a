/**
 * The way of one source's rows to the queue: batches, several of them at a time, and how far all of them are done. A batch
 * whose attempts are used up waits and is tried again, until the service stops.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import { errorText } from '../error-text';
import type { StreamerMetrics } from '../metrics';
import { backoffMs, type Backoff } from '../publish/backoff';
import type { Message } from '../publish/message';
import type { Publisher } from '../publish/publisher';
import type { Reject, RejectFile } from './reject-file';
import type { Position, SourceStatus } from './source-status';

export interface PipelineOptions {
  readonly publisher: Pick<Publisher, 'publish'>;
  readonly rejects: Pick<RejectFile, 'write'>;
  readonly metrics: Pick<StreamerMetrics, 'row' | 'outages'>;
  readonly status: SourceStatus;
  readonly attempts: number;
  readonly backoffFactor: number;
  readonly random: () => number;
  readonly maxMessages: number;
  readonly maxBytes: number;
  readonly maxInFlight: number;
  /** Everything up to the status's position is done. */
  readonly onProgress: () => void;
  /** Aborts when no new attempts are to begin. */
  readonly stopping: AbortSignal;
  /** Aborts when there is no more time for those under way. */
  readonly stopNow: AbortSignal;
}

interface Batch {
  readonly messages: Message[];
  /** Where each message came from, for those that the queue refuses. */
  readonly lines: number[];
  readonly rejects: Reject[];
  refused: number;
  bytes: number;
  end: Position;
  /** Given up: the service stops before it is in the queue. */
  state: 'under way' | 'done' | 'given up';
}

/** The queue is away for longer: tried often enough to be back soon, and seldom enough to be no burden. */
const OUTAGE: Omit<Backoff, 'factor'> = { baseMs: 500, maxMs: 15_000 };
/** How long a row waits for others. */
const LINGER_MS = 200;

export class Pipeline {
  private batch: Batch | undefined;
  private readonly inFlight: Batch[] = [];
  private readonly waiting: (() => void)[] = [];
  private linger: NodeJS.Timeout | undefined;
  private blocked = 0;
  private failure: Error | undefined;

  public constructor(private readonly options: PipelineOptions) {}

  /** Wait for `room` before the next row. */
  public get isFull(): boolean {
    return this.inFlight.length >= this.options.maxInFlight;
  }

  public add(message: Message, line: number, end: Position): void {
    const batch = this.current();
    batch.messages.push(message);
    batch.lines.push(line);
    batch.bytes += message.body.length;
    this.advance(batch, end);
  }

  public reject(reject: Omit<Reject, 'file'>, end: Position): void {
    const batch = this.current();
    batch.rejects.push({ file: this.options.status.name, ...reject });
    batch.bytes += reject.row.length;
    this.advance(batch, end);
  }

  /** Resolves when another batch may begin, or none will. */
  public async room(): Promise<void> {
    while (this.isFull && !this.options.stopping.aborted && this.failure === undefined) await this.change();
    this.throwFailure();
  }

  /** Sends what there is. */
  public flush(): void {
    clearTimeout(this.linger);
    this.linger = undefined;
    const { batch } = this;
    if (batch === undefined) return;
    this.batch = undefined;
    this.inFlight.push(batch);
    void this.run(batch);
  }

  /** Sends what there is, and resolves when all is done, or given up because the service stops. */
  public async drain(): Promise<void> {
    this.flush();
    while (this.inFlight.some(({ state }) => state === 'under way')) await this.change();
    this.throwFailure();
  }

  private current(): Batch {
    this.batch ??= {
      messages: [],
      lines: [],
      rejects: [],
      refused: 0,
      bytes: 0,
      end: this.options.status.position,
      state: 'under way',
    };
    return this.batch;
  }

  private advance(batch: Batch, end: Position): void {
    batch.end = end;
    const { status, metrics } = this.options;
    status.counts = { ...status.counts, read: status.counts.read + 1 };
    metrics.row(status.kind, 'read', 1);
    const { maxMessages, maxBytes } = this.options;
    const count = batch.messages.length + batch.rejects.length;
    if (count >= maxMessages || batch.bytes >= maxBytes) this.flush();
    else
      this.linger ??= setTimeout(() => {
        this.flush();
      }, LINGER_MS);
  }

  private async run(batch: Batch): Promise<void> {
    try {
      if (batch.messages.length > 0) await this.publish(batch);
      if (batch.rejects.length > 0) await this.options.rejects.write(batch.rejects);
      batch.state = 'done';
    } catch (error) {
      // The checkpoint stays before it.
      batch.state = 'given up';
      if (!this.options.stopping.aborted)
        this.failure ??= error instanceof Error ? error : new Error(String(error));
    }
    this.settle();
  }

  private async publish(batch: Batch): Promise<void> {
    const { publisher, attempts, metrics, status, stopNow } = this.options;
    for (let failures = 0; ;) {
      try {
        for (const { index, reason } of await publisher.publish(batch.messages, attempts, stopNow)) {
          batch.refused += 1;
          batch.rejects.push({
            file: status.name,
            line: batch.lines[index] ?? 0,
            reason,
            row: batch.messages[index]?.body ?? '',
          });
        }
        if (failures > 0) this.unblock();
        return;
      } catch (error) {
        if (failures === 0) this.blocked += 1;
        failures += 1;
        metrics.outages.inc({ source: status.kind });
        await this.waitForQueue(error, failures);
      }
    }
  }

  private async waitForQueue(error: unknown, failures: number): Promise<void> {
    const { status, stopping, backoffFactor: factor, random } = this.options;
    status.state = 'blocked';
    status.reason = `the queue takes nothing: ${errorText(error)}`;
    await sleep(backoffMs({ ...OUTAGE, factor }, failures, random), undefined, { signal: stopping });
  }

  private unblock(): void {
    this.blocked -= 1;
    if (this.blocked > 0) return;
    this.options.status.state = 'reading';
    this.options.status.reason = undefined;
  }

  /** A position is reached when all batches before it are done too. */
  private settle(): void {
    const { status, metrics, onProgress } = this.options;
    const rest = this.inFlight.findIndex(({ state }) => state !== 'done');
    for (const batch of this.inFlight.splice(0, rest === -1 ? this.inFlight.length : rest)) {
      const published = batch.messages.length - batch.refused;
      const rejected = batch.rejects.length;
      const { counts } = status;
      status.position = batch.end;
      status.counts = {
        read: counts.read,
        published: counts.published + published,
        rejected: counts.rejected + rejected,
      };
      metrics.row(status.kind, 'published', published);
      metrics.row(status.kind, 'rejected', rejected);
    }
    onProgress();
    for (const wake of this.waiting.splice(0)) wake();
  }

  private change(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  private throwFailure(): void {
    if (this.failure !== undefined) throw this.failure;
  }
}
