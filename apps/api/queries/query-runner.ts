/**
 * Asks the store, within limits: so many queries at a time, so long each, and none for a client that has gone. A query has
 * its place until the store is done with it, also when the client has long got its answer.
 */
import type { FastifyReply } from 'fastify';

import { Problem } from '../../shared/problem';
import { StoreUnavailable, type TelemetryReader } from '../../shared/store/telemetry-store';
import type { ApiSettings } from '../config';
import type { ApiMetrics } from '../metrics';
import { API_PROBLEMS, apiProblem } from '../problems';

/** The rows of an answer, and the clock that runs while the store is waited for. */
export interface RowStream<T> {
  /** Undefined behind the last one. */
  readonly next: () => Promise<T | undefined>;
  /** The client is waited for: no fault of the store. */
  readonly pause: () => void;
  readonly resume: () => void;
  readonly close: () => void;
}

/** Nobody gets to see it; as a problem it is no mistake of ours, and not logged as one. The number is nginx's. */
const CLIENT_GONE = { status: 499, title: 'The client has gone' };

type Limits = Pick<ApiSettings, 'API_MAX_QUERIES' | 'API_QUERY_TIMEOUT' | 'API_ANSWER_TIMEOUT'>;

/** Time-outs are seconds. */
const CLOCK_MS = 50;

export class QueryRunner {
  private readonly running = new Set<Query>();
  private readonly clock: NodeJS.Timeout;

  public constructor(
    private readonly reader: TelemetryReader,
    private readonly limits: Limits,
    private readonly metrics: Pick<ApiMetrics, 'queries'>,
  ) {
    this.clock = setInterval(() => {
      const nowMs = performance.now();
      for (const query of this.running) query.checkTime(nowMs);
    }, CLOCK_MS).unref();
  }

  public get runningQueries(): number {
    return this.running.size;
  }

  public close(): void {
    clearInterval(this.clock);
  }

  public async run<T>(
    family: string,
    reply: FastifyReply,
    ask: (reader: TelemetryReader, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const query = this.start(family, reply);
    const answer = ask(this.reader, query.signal);
    void settled(answer).then(query.release);
    try {
      const result = await query.orAborted(answer);
      query.end('answered');
      return result;
    } catch (error) {
      throw query.failed(error);
    }
  }

  /** Resolves when the first row is there (or none is), so that what fails before is a problem and no broken answer. */
  public async stream<T>(
    family: string,
    reply: FastifyReply,
    ask: (reader: TelemetryReader, signal: AbortSignal) => AsyncIterable<T>,
  ): Promise<RowStream<T>> {
    const query = this.start(family, reply);
    const iterator = ask(this.reader, query.signal)[Symbol.asyncIterator]();
    let isClosed = false;
    const close = (): void => {
      if (isClosed) return;
      isClosed = true;
      query.end('cut off');
      // A generator that is at work returns when that is done; it has been told to stop.
      void settled(Promise.resolve(iterator.return?.())).then(query.release);
    };
    const next = async (): Promise<T | undefined> => {
      try {
        const result = await query.orAborted(iterator.next());
        if (result.done !== true) return result.value;
        query.end('answered');
        return undefined;
      } catch (error) {
        const problem = query.failed(error);
        close();
        throw problem;
      }
    };
    const first = await next();
    let isFirst = true;
    if (first === undefined) close();
    return {
      next: () => {
        if (!isFirst) return next();
        isFirst = false;
        return Promise.resolve(first);
      },
      pause: query.pause,
      resume: query.resume,
      close,
    };
  }

  private start(family: string, reply: FastifyReply): Query {
    const { API_MAX_QUERIES: max } = this.limits;
    if (this.running.size >= max) {
      this.metrics.queries.inc({ family, outcome: 'refused' });
      throw apiProblem('too-many-queries', `${max} queries are under way (API_MAX_QUERIES)`);
    }
    const query: Query = new Query(reply, this.limits, {
      release: () => this.running.delete(query),
      count: (outcome) => {
        this.metrics.queries.inc({ family, outcome });
      },
    });
    this.running.add(query);
    return query;
  }
}

/** One query: the reasons why it may have to stop, and what became of it. */
class Query {
  private readonly controller = new AbortController();
  /** Rejects what is waited for now; a race with one long-lived promise would remember every row. */
  private giveUp: ((reason: Error) => void) | undefined;
  private pieceEndsMs: number;
  private readonly answerEndsMs: number;
  private outcome: string | undefined;
  private isReleased = false;

  public constructor(
    private readonly reply: FastifyReply,
    private readonly limits: Limits,
    private readonly on: { readonly release: () => void; readonly count: (outcome: string) => void },
  ) {
    const nowMs = performance.now();
    this.pieceEndsMs = nowMs + limits.API_QUERY_TIMEOUT;
    this.answerEndsMs = nowMs + limits.API_ANSWER_TIMEOUT;
    reply.raw.once('close', this.onClose);
  }

  public get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** One at a time. */
  public orAborted<T>(work: Promise<T>): Promise<T> {
    if (this.signal.aborted) {
      work.catch(() => undefined);
      return Promise.reject(this.signal.reason as Error);
    }
    return new Promise((resolve, reject) => {
      this.giveUp = reject;
      work.then(resolve, reject);
    });
  }

  public readonly pause = (): void => {
    this.pieceEndsMs = Infinity;
  };

  public readonly resume = (): void => {
    this.pieceEndsMs = performance.now() + this.limits.API_QUERY_TIMEOUT;
  };

  /** Looked at now and then: two timers for each query would cost more than all else here. */
  public checkTime(nowMs: number): void {
    if (this.outcome !== undefined) return;
    const name = nowMs > this.answerEndsMs ? 'API_ANSWER_TIMEOUT' : 'API_QUERY_TIMEOUT';
    if (nowMs <= Math.min(this.pieceEndsMs, this.answerEndsMs)) return;
    this.abort(apiProblem('query-timeout', `the query took longer than ${this.limits[name]} ms (${name})`));
    // A client that does not read would never see it.
    if (this.reply.raw.headersSent) this.reply.raw.destroy();
  }

  public readonly release = (): void => {
    if (this.isReleased) return;
    this.isReleased = true;
    this.on.release();
  };

  public end(outcome: 'answered' | 'cut off'): void {
    this.finish(outcome);
    if (outcome === 'cut off') this.abort(new Error('the answer is not needed any more'));
  }

  /** What the client is told; and the store, to stop. */
  public failed(error: unknown): unknown {
    const problem = asProblem(error);
    this.finish(problem instanceof Problem ? problem.code : this.signal.aborted ? 'client gone' : 'error');
    this.abort(problem);
    if (error instanceof StoreUnavailable) {
      this.reply.log.warn({ kind: error.kind, fault: error.message }, 'the store failed a query');
    }
    return problem;
  }

  private readonly onClose = (): void => {
    if (this.outcome !== undefined) return;
    this.finish('client gone');
    this.abort(new Problem('client-gone', CLIENT_GONE, 'the client has gone'));
  };

  private abort(reason: unknown): void {
    this.controller.abort(reason);
    this.giveUp?.(reason as Error);
  }

  private finish(outcome: string): void {
    if (this.outcome !== undefined) return;
    this.outcome = outcome;
    this.on.count(outcome);
    this.reply.raw.off('close', this.onClose);
  }
}

function asProblem(error: unknown): unknown {
  if (!(error instanceof StoreUnavailable)) return error;
  if (error.kind === 'timeout') return apiProblem('query-timeout', 'the store did not answer in time');
  // What it says may name hosts and accounts: that is for the log.
  const kind = API_PROBLEMS['store-unavailable'];
  const retryAfterS = Math.max(1, Math.ceil((error.retryAfterMs ?? kind.retryAfterS * 1000) / 1000));
  return new Problem('store-unavailable', { ...kind, retryAfterS }, `the store: ${error.kind}`);
}

function settled(work: Promise<unknown>): Promise<void> {
  return work.then(
    () => undefined,
    () => undefined,
  );
}
