/**
 * Counts what comes from each key or address within a minute. @fastify/rate-limit does the same, but as if its store were on another
 * machine: with two limits, that is some ten promises for each request, and here nothing has to be waited for.
 */

export interface WindowState {
  readonly max: number;
  readonly remaining: number;
  /** Until all of them are there again. */
  readonly afterS: number;
  readonly isExceeded: boolean;
}

export const WINDOW_MS = 60_000;

/** Of more than these, the ones that came first are forgotten: memory is bounded, also against made-up addresses. */
const MAX_COUNTERS = 20_000;

export class WindowCounter {
  private counts = new Map<string, number>();
  /** All windows end together. */
  private endMs = 0;

  public constructor(
    private readonly max: number,
    private readonly maxCounters = MAX_COUNTERS,
  ) {}

  /** `nowMs`: of a clock that nobody can set. */
  public count(key: string, nowMs: number): WindowState {
    if (nowMs >= this.endMs) {
      this.counts = new Map();
      this.endMs = nowMs + WINDOW_MS;
    }
    const known = this.counts.get(key);
    if (known === undefined && this.counts.size >= this.maxCounters) {
      const [first] = this.counts.keys();
      if (first !== undefined) this.counts.delete(first);
    }
    const count = (known ?? 0) + 1;
    this.counts.set(key, count);
    return {
      max: this.max,
      remaining: Math.max(0, this.max - count),
      afterS: Math.ceil((this.endMs - nowMs) / 1000),
      isExceeded: count > this.max,
    };
  }
}
