/**
 * One broker: connections to it, bounded in number and time, and what is known of its health.
 */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

import { Pool } from 'undici';

import { startClientSpan } from '../../shared/tracing';
import { BrokerHealth, type HealthRules } from '../core/broker-health';
import { BrokerAway, BrokerRefusal, failureOf, type BrokerFailure, type RawAnswer } from './answer';
import { LongPoll } from './long-poll';
import { MAX_ANSWER_BYTES, send } from './send';

export interface BrokerOptions {
  readonly ordinal: number;
  readonly url: string;
  readonly token: string;
  readonly health: HealthRules;
  readonly connections: number;
  /** Connections of their own, so that who waits keeps nobody from working. */
  readonly pollConnections: number;
  readonly connectTimeoutMs: number;
  readonly observe: (ordinal: number, operation: Operation, outcome: Outcome, durationMs: number) => void;
  readonly onStateChange: (broker: Broker) => void;
}

export type Operation = 'publish' | 'receive' | 'settle' | 'overview';
export type Outcome = 'ok' | 'refused' | 'failed';

export interface Call {
  readonly operation: Operation;
  readonly method: 'GET' | 'POST';
  /** `/topics/:topic/…`, for traces. */
  readonly route: string;
  readonly path: string;
  readonly contentType?: 'application/json' | 'text/plain';
  readonly body?: Buffer | string;
  readonly timeoutMs: number;
}

export interface Poll {
  readonly answer: Promise<RawAnswer>;
  /** Nobody waits for it any more; what the broker has sent already still comes. */
  cancel(): void;
}

/** A proxy that is idle need not hold connections for a minute of quiet. */
const IDLE_POLL_CONNECTIONS = 16;

export class Broker {
  public readonly ordinal: number;
  public readonly url: string;
  public readonly health: BrokerHealth;
  /** Until then, it has said, it takes no messages. */
  public fullUntilMs = 0;
  private readonly pool: Pool;
  private readonly agent: HttpAgent;
  private readonly origin: URL;
  private readonly authorization: string;
  private lastState = 'out';

  public constructor(private readonly options: BrokerOptions) {
    this.ordinal = options.ordinal;
    this.url = options.url;
    this.origin = new URL(options.url);
    this.authorization = `Bearer ${options.token}`;
    this.health = new BrokerHealth(options.health);
    this.pool = new Pool(this.origin.origin, {
      connections: options.connections,
      connect: { timeout: options.connectTimeoutMs },
      maxResponseSize: MAX_ANSWER_BYTES,
    });
    const Agent = this.origin.protocol === 'https:' ? HttpsAgent : HttpAgent;
    this.agent = new Agent({
      keepAlive: true,
      maxSockets: options.pollConnections,
      maxFreeSockets: IDLE_POLL_CONNECTIONS,
    });
  }

  /** Rejects with a `BrokerFailure` for all but a success. */
  public async call(call: Call): Promise<RawAnswer> {
    const { method, path, timeoutMs, contentType, body = null } = call;
    return this.watch(call, (traceHeaders) => {
      const headers = ['authorization', this.authorization];
      for (const name in traceHeaders) headers.push(name, traceHeaders[name] ?? '');
      if (contentType !== undefined) headers.push('content-type', contentType);
      return send(this.pool, { method, path, headers, body, timeoutMs });
    });
  }

  public poll(call: Call & { readonly body: string }): Poll {
    let poll: LongPoll | undefined;
    const answer = this.watch(
      call,
      (traceHeaders) => {
        poll = new LongPoll({
          url: this.origin,
          agent: this.agent,
          path: call.path,
          headers: { authorization: this.authorization, 'content-type': 'application/json', ...traceHeaders },
          body: call.body,
          timeoutMs: call.timeoutMs,
        });
        return poll.answer;
      },
      () => poll?.isCancelled === true,
    );
    return { answer, cancel: () => poll?.cancel() };
  }

  /** Its `/ready`. */
  public async probe(timeoutMs: number): Promise<void> {
    try {
      const { status } = await send(this.pool, {
        method: 'GET',
        path: '/ready',
        headers: [],
        body: null,
        timeoutMs,
      });
      if (status === 200) this.health.probeSucceeded(performance.now());
      else this.health.probeFailed(`/ready answered ${status}`);
    } catch (error) {
      this.health.probeFailed(`/ready: ${describe(error)}`);
    }
    this.noteState();
  }

  public get isIn(): boolean {
    return this.health.state() === 'in';
  }

  public get takesMessages(): boolean {
    return this.isIn && (this.fullUntilMs === 0 || performance.now() >= this.fullUntilMs);
  }

  /** What is under way ends first. */
  public async close(): Promise<void> {
    await this.pool.close();
    this.agent.destroy();
  }

  private async watch(
    call: Call,
    start: (traceHeaders: Readonly<Record<string, string>>) => Promise<RawAnswer>,
    isCancelled: () => boolean = () => false,
  ): Promise<RawAnswer> {
    const startedMs = performance.now();
    const span = startClientSpan(() => ({ method: call.method, route: call.route, url: this.origin }));
    const note = (outcome: Outcome): void => {
      this.options.observe(this.ordinal, call.operation, outcome, performance.now() - startedMs);
    };
    let answer: RawAnswer;
    try {
      answer = await start(span?.headers ?? {});
    } catch (error) {
      span?.end(undefined);
      // Neither did the broker fail nor did it answer.
      if (isCancelled()) throw new BrokerAway(this.ordinal, 'given up');
      note('failed');
      throw this.failed(new BrokerAway(this.ordinal, describe(error), { cause: error }));
    }
    span?.end(answer.status);
    if (answer.status < 300) {
      note('ok');
      this.health.requestSucceeded();
      return answer;
    }
    const failure = failureOf(this.ordinal, answer);
    if (failure instanceof BrokerRefusal) {
      note('refused');
      this.health.requestSucceeded();
      if (failure.code === 'disk-full') {
        this.fullUntilMs = performance.now() + (failure.retryAfterS ?? 1) * 1000;
      }
      throw failure;
    }
    note('failed');
    throw this.failed(failure);
  }

  private failed(failure: BrokerFailure): BrokerFailure {
    this.health.requestFailed(performance.now(), failure.message);
    this.noteState();
    return failure;
  }

  private noteState(): void {
    const state = this.health.state();
    if (state === this.lastState) return;
    this.lastState = state;
    this.options.onStateChange(this);
  }
}

function describe(error: unknown): string {
  const { message, name, errors } = error as Partial<AggregateError>;
  // A host with several addresses fails with one error for each.
  if (message === '' && Array.isArray(errors)) return errors.map(describe).join(', ');
  return message ?? name ?? String(error);
}
