/**
 * Whether a broker is to get requests, from two kinds of evidence: probes of its `/ready` (active), and what happens to
 * requests (passive). A broker whose requests fail although its probes succeed comes back for longer and longer trials.
 */
export interface HealthRules {
  /** So many probes in a row bring a broker back. */
  readonly rise: number;
  /** So many probes in a row take it out. */
  readonly fall: number;
  /** So many requests in a row take it out. */
  readonly failures: number;
  /** How long failed requests keep it out the first time; twice as long each further time. */
  readonly ejectionMs: number;
  readonly maxEjectionMs: number;
}

/** `probation`: its probes succeed, and the time for its failed requests is not over. */
export type BrokerState = 'in' | 'out' | 'probation';

export class BrokerHealth {
  private isIn = false;
  private isKnown = false;
  private goodProbes = 0;
  private badProbes = 0;
  private failedRequests = 0;
  private ejections = 0;
  private outUntilMs = 0;
  private inSinceMs = 0;
  /** What spoke against it last. */
  public lastFailure: string | undefined;

  public constructor(private readonly rules: HealthRules) {}

  public state(): BrokerState {
    if (this.isIn) return 'in';
    return this.goodProbes >= this.rules.rise ? 'probation' : 'out';
  }

  /** The first probe decides alone: a proxy that starts has nothing to fall back on. */
  public probeSucceeded(nowMs: number): void {
    this.goodProbes += 1;
    this.badProbes = 0;
    if (this.isIn) {
      // Well for longer than the longest trial: what was is forgotten.
      if (nowMs - this.inSinceMs >= this.rules.maxEjectionMs) this.ejections = 0;
      return;
    }
    if (this.isKnown && (this.goodProbes < this.rules.rise || nowMs < this.outUntilMs)) return;
    this.isKnown = true;
    this.isIn = true;
    this.inSinceMs = nowMs;
    this.failedRequests = 0;
    this.lastFailure = undefined;
  }

  public probeFailed(why: string): void {
    this.isKnown = true;
    this.goodProbes = 0;
    this.badProbes += 1;
    this.lastFailure = why;
    if (this.badProbes >= this.rules.fall) this.isIn = false;
  }

  public requestSucceeded(): void {
    this.failedRequests = 0;
  }

  public requestFailed(nowMs: number, why: string): void {
    this.lastFailure = why;
    this.failedRequests += 1;
    if (!this.isIn || this.failedRequests < this.rules.failures) return;
    this.isIn = false;
    this.goodProbes = 0;
    const lengthMs = Math.min(this.rules.ejectionMs * 2 ** this.ejections, this.rules.maxEjectionMs);
    this.ejections += 1;
    this.outUntilMs = nowMs + lengthMs;
  }
}
