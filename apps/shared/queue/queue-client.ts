/**
 * Speaks to the broker, or to the proxy before several: the two have the same interface.
 */
import { Pool } from 'undici';

import { Deadline } from '../deadline';
import { startClientSpan } from '../tracing';

export interface QueueClientOptions {
  /** For example `http://msg-queue-proxy:8080`. */
  readonly url: string;
  readonly token: string;
  /** For everything but the wait of a long poll. */
  readonly timeoutMs: number;
  readonly connections: number;
}

export interface QueueDraft {
  readonly key?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body: string;
}

export interface QueueDelivery {
  readonly receipt: string;
  readonly partition: number;
  readonly offset: number;
  readonly attempts: number;
  readonly publishedAtMs: number;
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface QueuePartition {
  readonly partition: number;
  readonly ready: number;
  readonly inFlight: number;
  readonly onDisk: number;
  readonly stoppedBecause?: string;
}

export interface QueueTopic {
  readonly topic: string;
  readonly partitions: readonly QueuePartition[];
}

export interface ReceiveRequest {
  readonly maxMessages: number;
  readonly waitMs: number;
  readonly partition?: number | undefined;
  readonly visibilityTimeoutMs?: number | undefined;
}

/** The queue refused, or gave no answer (`status` undefined). */
export class QueueError extends Error {
  public constructor(
    message: string,
    public readonly status: number | undefined,
    /** Of the problem that came back; `no-answer` when nothing did. */
    public readonly code: string,
    public readonly retryAfterMs: number | undefined,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'QueueError';
  }

  /** The same request may do later. */
  public get isTemporary(): boolean {
    return this.status === undefined || this.status >= 500 || this.status === 429 || this.status === 408;
  }
}

/** An answer's largest body: a thousand of the largest messages never come at once, see the broker's limits. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

interface Problem {
  readonly code?: unknown;
  readonly detail?: unknown;
  readonly stale?: unknown;
}

export class QueueClient {
  private readonly pool: Pool;
  private readonly url: URL;

  public constructor(private readonly options: QueueClientOptions) {
    this.url = new URL(options.url);
    this.pool = new Pool(options.url, {
      connections: options.connections,
      connect: { timeout: options.timeoutMs },
      maxResponseSize: MAX_ANSWER_BYTES,
    });
  }

  /** Resolves when all are held as the broker's durability says. When it rejects, some may be: send all again. */
  public async publish(topic: string, messages: readonly QueueDraft[], signal?: AbortSignal): Promise<void> {
    await this.post(`/topics/${topic}/messages`, { messages }, { signal });
  }

  /** Rejects with `unknown-topic` (404) before the first message of a topic was published. */
  public async receive(
    topic: string,
    request: ReceiveRequest,
    signal?: AbortSignal,
  ): Promise<QueueDelivery[]> {
    const path = `/topics/${topic}/receive`;
    const { messages } = (await this.post(path, request, { signal, waitMs: request.waitMs })) as {
      messages: QueueDelivery[];
    };
    return messages;
  }

  /** Gives the receipts that were stale: their messages will come again, or have been done by someone else. */
  public acknowledge(topic: string, receipts: readonly string[], signal?: AbortSignal): Promise<string[]> {
    return this.settle(`/topics/${topic}/acknowledge`, { receipts }, signal);
  }

  public reject(
    topic: string,
    receipts: readonly string[],
    how: { readonly reason: string; readonly deadLetter: boolean },
    signal?: AbortSignal,
  ): Promise<string[]> {
    return this.settle(`/topics/${topic}/reject`, { receipts, ...how }, signal);
  }

  public extend(
    topic: string,
    receipts: readonly string[],
    visibilityTimeoutMs: number,
    signal?: AbortSignal,
  ): Promise<string[]> {
    return this.settle(`/topics/${topic}/extend`, { receipts, visibilityTimeoutMs }, signal);
  }

  public async topics(signal?: AbortSignal): Promise<readonly QueueTopic[]> {
    const { topics } = (await this.request('GET', '/topics', undefined, { signal })) as {
      topics: QueueTopic[];
    };
    return topics;
  }

  public async deadLetters(
    topic: string,
    limit: number,
    signal?: AbortSignal,
  ): Promise<readonly Omit<QueueDelivery, 'receipt'>[]> {
    const path = `/topics/${topic}/dead-letters?limit=${limit}`;
    const { messages } = (await this.request('GET', path, undefined, { signal })) as {
      messages: Omit<QueueDelivery, 'receipt'>[];
    };
    return messages;
  }

  public async close(): Promise<void> {
    await this.pool.destroy();
  }

  private async settle(path: string, body: object, signal: AbortSignal | undefined): Promise<string[]> {
    try {
      await this.post(path, body, { signal });
      return [];
    } catch (error) {
      if (error instanceof StaleReceipts) return [...error.stale];
      throw error;
    }
  }

  private post(
    path: string,
    body: object,
    options: { readonly signal?: AbortSignal | undefined; readonly waitMs?: number },
  ): Promise<unknown> {
    return this.request('POST', path, JSON.stringify(body), options);
  }

  private async request(
    method: 'GET' | 'POST',
    path: string,
    body: string | undefined,
    { signal, waitMs = 0 }: { readonly signal?: AbortSignal | undefined; readonly waitMs?: number },
  ): Promise<unknown> {
    const timeoutMs = this.options.timeoutMs + waitMs;
    const deadline = new Deadline(timeoutMs, signal);
    let status: number;
    let text: string;
    let retryAfter: string | string[] | undefined;
    const span = startClientSpan(() => ({ method, route: routeOf(path), url: this.url }));
    try {
      const answer = await this.pool.request({
        method,
        path,
        ...(body === undefined ? {} : { body }),
        headers: {
          authorization: `Bearer ${this.options.token}`,
          ...span?.headers,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        signal: deadline.signal,
        // The deadline covers all of it; undici's own limits would fire within a long poll.
        headersTimeout: 0,
        bodyTimeout: 0,
      });
      status = answer.statusCode;
      retryAfter = answer.headers['retry-after'];
      text = await answer.body.text();
      span?.end(status);
    } catch (error) {
      span?.end(undefined);
      if (signal?.aborted === true) throw error;
      const why = deadline.hasPassed ? `no answer within ${timeoutMs} ms` : describe(error);
      throw new QueueError(`${method} ${path}: ${why}`, undefined, 'no-answer', undefined, { cause: error });
    } finally {
      deadline.end();
    }
    const parsed = parse(text);
    if (status < 300 && parsed !== undefined) return parsed;
    const { code, detail, stale } = (parsed ?? {}) as Problem;
    const name = typeof code === 'string' ? code : 'no-problem-details';
    const message = `${method} ${path}: ${status} ${name}${typeof detail === 'string' ? `: ${detail}` : ''}`;
    if (name === 'stale-receipt' && Array.isArray(stale))
      throw new StaleReceipts(message, status, stale.map(String));
    const retryAfterMs =
      typeof retryAfter === 'string' && /^\d{1,5}$/.test(retryAfter) ? +retryAfter * 1000 : undefined;
    throw new QueueError(message, status, name, retryAfterMs);
  }
}

class StaleReceipts extends QueueError {
  public constructor(
    message: string,
    status: number,
    public readonly stale: readonly string[],
  ) {
    super(message, status, 'stale-receipt', undefined);
  }
}

/** The topic's name is no part of a span's name: OpenTelemetry wants few of them. */
function routeOf(path: string): string {
  return path.replace(/^\/topics\/[^/?]+/, '/topics/:topic').replace(/\?.*$/, '');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}
