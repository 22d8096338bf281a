/**
 * Puts messages into the queue, with a number of attempts. What the queue will never take is found and given back.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import { QueueError, type QueueClient } from '../../shared/queue/queue-client';
import type { StreamerMetrics } from '../metrics';
import { backoffMs, type Backoff } from './backoff';
import type { Message } from './message';

export interface PublisherOptions {
  readonly client: Pick<QueueClient, 'publish'>;
  readonly topic: string;
  readonly factor: number;
  readonly random: () => number;
  readonly metrics: Pick<StreamerMetrics, 'batch' | 'retries'>;
  /** Is told what the queue holds. */
  readonly onPublished: (messages: readonly Message[]) => void;
}

/** A message that will not do, however often it is sent. */
export interface Refused {
  readonly index: number;
  readonly reason: string;
}

/** From a blink to what a client with a connection open can bear. */
const ATTEMPTS: Omit<Backoff, 'factor'> = { baseMs: 100, maxMs: 5000 };
/** Refusals that are about the messages, not about the queue's state. */
const ABOUT_MESSAGES = new Set([
  'invalid-request',
  'malformed-body',
  'message-too-large',
  'body-too-large',
  'text-not-unicode',
]);

export class Publisher {
  public constructor(private readonly options: PublisherOptions) {}

  /**
   * Resolves when the queue holds all but those that it gives. Rejects with a `QueueError` when the attempts are used up:
   * some may be held, send all again.
   */
  public async publish(
    messages: readonly Message[],
    attempts: number,
    signal: AbortSignal,
  ): Promise<readonly Refused[]> {
    try {
      await this.tryPublish(messages, attempts, signal);
      this.options.onPublished(messages);
      return [];
    } catch (error) {
      if (!(error instanceof QueueError) || !ABOUT_MESSAGES.has(error.code)) throw error;
      if (messages.length === 1) return [{ index: 0, reason: `the queue refused it: ${error.message}` }];
      const half = Math.ceil(messages.length / 2);
      const first = await this.publish(messages.slice(0, half), attempts, signal);
      const second = await this.publish(messages.slice(half), attempts, signal);
      return [...first, ...second.map(({ index, reason }) => ({ index: index + half, reason }))];
    }
  }

  private async tryPublish(
    messages: readonly Message[],
    attempts: number,
    signal: AbortSignal,
  ): Promise<void> {
    const { client, topic, factor, random, metrics } = this.options;
    const drafts = messages.map(({ key, body }) => ({ key, body }));
    for (let attempt = 1; ; attempt += 1) {
      const startedMs = performance.now();
      try {
        await client.publish(topic, drafts, signal);
        metrics.batch('published', performance.now() - startedMs);
        return;
      } catch (error) {
        if (signal.aborted || !(error instanceof QueueError)) throw error;
        metrics.batch(error.code, performance.now() - startedMs);
        if (!error.isTemporary || attempt >= attempts) throw error;
        metrics.retries.inc();
        const waitMs = backoffMs({ ...ATTEMPTS, factor }, attempt, random);
        await sleep(Math.min(ATTEMPTS.maxMs, Math.max(waitMs, error.retryAfterMs ?? 0)), undefined, {
          signal,
        });
      }
    }
  }
}
