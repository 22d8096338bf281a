/** What becomes of messages at the queue: acknowledged, dead, extended, given back. */
import { setTimeout as sleep } from 'node:timers/promises';

import { QueueError, type QueueClient } from '../shared/queue/queue-client';
import type { HeldMessage } from './held-message';

export interface SettlementOptions {
  readonly topic: string;
  readonly attempts: number;
  readonly backoffFactor: number;
  readonly visibilityTimeoutMs: number;
}

/** The broker's limits of one request. */
const RECEIPTS_AT_ONCE = 1000;
const REASON_CHARS = 512;
const MESSAGES_AT_ONCE = 100;
const FIRST_PAUSE_MS = 100;

/**
 * A message that was delivered so often is given back as a new one: the broker makes it a dead letter after
 * BROKER_MAX_ATTEMPTS (5 unless changed), and that the store was away is no fault of the message.
 */
const RENEWED_FROM_ATTEMPT = 3;

export class Settlement {
  public constructor(
    private readonly queue: QueueClient,
    private readonly options: SettlementOptions,
  ) {}

  /** Gives how many were stale: stored, and to be delivered once more. */
  public async acknowledge(messages: readonly HeldMessage[]): Promise<number> {
    const { topic } = this.options;
    const stale = await this.inPieces(messages, (receipts) => this.queue.acknowledge(topic, receipts));
    return stale.length;
  }

  public async deadLetter(receipts: readonly string[], reason: string): Promise<void> {
    const how = { reason: reason.slice(0, REASON_CHARS), deadLetter: true };
    await this.inPieces(
      receipts.map((receipt) => ({ receipt })),
      (some) => this.queue.reject(this.options.topic, some, how),
    );
  }

  /** Marks those that are lost. */
  public async extend(messages: readonly HeldMessage[]): Promise<void> {
    const { topic, visibilityTimeoutMs } = this.options;
    const nowMs = performance.now();
    const stale = new Set(
      await this.inPieces(messages, (receipts) => this.queue.extend(topic, receipts, visibilityTimeoutMs)),
    );
    for (const message of messages) {
      message.extendedAtMs = nowMs;
      message.isLost = stale.has(message.receipt);
    }
  }

  /** So that another collector gets them now, and none of them comes nearer to being a dead letter than it must. */
  public async giveBack(messages: readonly HeldMessage[]): Promise<void> {
    const tired = messages.filter(({ attempts }) => attempts >= RENEWED_FROM_ATTEMPT);
    const fresh = messages.filter(({ attempts }) => attempts < RENEWED_FROM_ATTEMPT);
    const how = { reason: 'the collector stopped before the store took it', deadLetter: false };
    await this.inPieces(fresh, (receipts) => this.queue.reject(this.options.topic, receipts, how));
    for (let start = 0; start < tired.length; start += MESSAGES_AT_ONCE) {
      await this.renew(tired.slice(start, start + MESSAGES_AT_ONCE));
    }
  }

  private async renew(messages: readonly HeldMessage[]): Promise<void> {
    const { topic } = this.options;
    const drafts = messages.map(({ key, headers, reading }) => ({
      key,
      headers,
      body: JSON.stringify(reading),
    }));
    await this.withRetries(() => this.queue.publish(topic, drafts));
    await this.acknowledge(messages);
  }

  /** All at once, because each waits for an answer only, and time-outs are running. Gives the stale receipts. */
  private async inPieces(
    messages: readonly { readonly receipt: string }[],
    settle: (receipts: string[]) => Promise<string[]>,
  ): Promise<string[]> {
    const pieces: Promise<string[]>[] = [];
    for (let start = 0; start < messages.length; start += RECEIPTS_AT_ONCE) {
      const receipts = messages.slice(start, start + RECEIPTS_AT_ONCE).map(({ receipt }) => receipt);
      pieces.push(this.withRetries(() => settle(receipts)));
    }
    return (await Promise.all(pieces)).flat();
  }

  private async withRetries<T>(action: () => Promise<T>): Promise<T> {
    const { attempts, backoffFactor } = this.options;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await action();
      } catch (error) {
        const isTemporary = error instanceof QueueError && error.isTemporary;
        if (!isTemporary || attempt >= attempts) throw error;
        await sleep(Math.random() * FIRST_PAUSE_MS * backoffFactor ** attempt);
      }
    }
  }
}
