/**
 * The way to the store: each write with a time limit, several attempts with growing pauses, and a circuit breaker over all
 * of them, so that a store that is down is asked now and then and not by everybody.
 */
import {
  BrokenCircuitError,
  CircuitState,
  ConsecutiveBreaker,
  DelegateBackoff,
  ExponentialBackoff,
  circuitBreaker,
  handleWhen,
  retry,
  wrap,
  type CircuitBreakerPolicy,
  type IPolicy,
} from 'cockatiel';

import { ReadingsRefused, StoreUnavailable, type TelemetryWriter } from '../shared/store/telemetry-store';
import type { Reading } from '../shared/telemetry/reading';

export interface StoreGateOptions {
  readonly attempts: number;
  readonly backoffFactor: number;
  /** Of one attempt. */
  readonly timeoutMs: number;
  readonly breakerFailures: number;
  readonly breakerWaitMs: number;
  readonly observe: StoreObserver;
}

export type AttemptOutcome = 'stored' | 'refused' | 'failed';

export interface StoreObserver {
  /** After each attempt to write. */
  readonly attempted: (outcome: AttemptOutcome, seconds: number) => void;
  readonly retried: () => void;
  readonly breakerChanged: (state: BreakerState, because: string) => void;
}

export const BREAKER_STATES = ['closed', 'half-open', 'open'] as const;
export type BreakerState = (typeof BREAKER_STATES)[number];

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;
/** By what the breaker's wait may grow at most. */
const BREAKER_GROWTH = 16;

export class StoreGate {
  private readonly breaker: CircuitBreakerPolicy;
  private readonly policy: IPolicy;
  private lastFailure = '';

  public constructor(
    private readonly writer: TelemetryWriter,
    private readonly options: StoreGateOptions,
  ) {
    const { attempts, backoffFactor, breakerFailures, breakerWaitMs, observe } = options;
    // A refused reading says nothing against the store; anything else that goes wrong does.
    const failures = handleWhen((error) => !(error instanceof ReadingsRefused));
    this.breaker = circuitBreaker(failures, {
      breaker: new ConsecutiveBreaker(breakerFailures),
      halfOpenAfter: new ExponentialBackoff({
        initialDelay: breakerWaitMs,
        maxDelay: breakerWaitMs * BREAKER_GROWTH,
      }),
    });
    this.breaker.onStateChange((state) => {
      observe.breakerChanged(nameOf(state), this.lastFailure);
    });
    const pauses = retry(
      handleWhen((error) => !(error instanceof ReadingsRefused) && !(error instanceof BrokenCircuitError)),
      {
        maxAttempts: attempts - 1,
        backoff: new DelegateBackoff(({ attempt, result }) => {
          observe.retried();
          return pauseMs(attempt, backoffFactor, 'error' in result ? result.error : undefined);
        }),
      },
    );
    this.policy = wrap(pauses, this.breaker);
  }

  public get state(): BreakerState {
    return nameOf(this.breaker.state);
  }

  public get lastProblem(): string {
    return this.lastFailure;
  }

  /** Rejects with `ReadingsRefused`, or with whatever kept the store from taking them. */
  public async write(readings: readonly Reading[], signal: AbortSignal): Promise<void> {
    const { observe } = this.options;
    await this.policy.execute(async () => {
      const startedAtMs = performance.now();
      const note = (outcome: AttemptOutcome): void => {
        observe.attempted(outcome, (performance.now() - startedAtMs) / 1000);
      };
      try {
        await this.attempt((limit) => this.writer.write(readings, limit), signal);
        note('stored');
      } catch (error) {
        note(error instanceof ReadingsRefused ? 'refused' : 'failed');
        throw error;
      }
    }, signal);
  }

  /** One attempt, which counts for the breaker. */
  public async ping(signal: AbortSignal): Promise<void> {
    await this.breaker.execute(() => this.attempt((limit) => this.writer.ping(limit), signal));
  }

  private async attempt(action: (limit: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    try {
      await withinLimit(action, this.options.timeoutMs, signal);
    } catch (error) {
      this.lastFailure = error instanceof Error ? error.message : String(error);
      throw error;
    }
  }
}

/** Whether the failure came without asking the store. */
export function isBrokenCircuit(error: unknown): boolean {
  return error instanceof BrokenCircuitError;
}

/** Also when the store's client forgets its own limits. */
async function withinLimit(
  action: (limit: AbortSignal) => Promise<void>,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<void> {
  const controller = new AbortController();
  let end: (error: Error) => void = () => undefined;
  const ended = new Promise<never>((_resolve, reject) => {
    end = (error) => {
      reject(error);
      controller.abort(error);
    };
  });
  const timer = setTimeout(() => {
    end(new StoreUnavailable(`the store did not answer within ${timeoutMs} ms`, 'timeout'));
  }, timeoutMs);
  const giveUp = (): void => {
    end(new StoreUnavailable('the collector stops', 'timeout'));
  };
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    await Promise.race([action(controller.signal), ended]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
  }
}

/** Full jitter: many collectors must not come back at the same moment. */
function pauseMs(attempt: number, factor: number, error: unknown): number {
  const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * factor ** attempt);
  const asked = error instanceof StoreUnavailable ? (error.retryAfterMs ?? 0) : 0;
  return Math.max(Math.min(asked, LONGEST_PAUSE_MS), Math.random() * longest);
}

function nameOf(state: CircuitState): BreakerState {
  if (state === CircuitState.Closed) return 'closed';
  return state === CircuitState.HalfOpen ? 'half-open' : 'open';
}
