/**
 * Asks one probe again and again and says when its thresholds are passed, in either direction.
 *
 * Deviates from the kubelet in one point, to be up sooner: until the first success it looks once a second, from the start.
 * Failures count only when the manifest would have looked, so nothing is given up earlier than declared. Commands are not
 * run more often, for they may be heavy.
 */
import type { ProbePlan } from '../cluster-plan';
import type { Clock } from './clock';

const EAGER_PERIOD_MS = 1_000;

export interface ProbeResult {
  readonly ok: boolean;
  /** What was seen, for a person. */
  readonly message: string;
}

export interface ProbeEffects {
  attempt(): Promise<ProbeResult>;
  /** The success threshold was reached; again after every failure. */
  succeeded(): void;
  /** The failure threshold was reached; again at every further failure. */
  failed(message: string): void;
}

export class ProbeLoop {
  /** What the last attempt said if it failed. */
  public message: string | undefined;
  private successes = 0;
  private failures = 0;
  private countsFromMs = 0;
  private isOver = false;
  private everPassed = false;
  private cancel: () => void = () => undefined;

  public constructor(
    private readonly probe: ProbePlan,
    private readonly effects: ProbeEffects,
    private readonly clock: Clock,
  ) {}

  public begin(): void {
    const initialDelayMs = this.probe.initialDelayS * 1_000;
    this.countsFromMs = this.clock.nowMs() + initialDelayMs;
    this.next(this.isEager ? Math.min(initialDelayMs, EAGER_PERIOD_MS) : initialDelayMs);
  }

  public end(): void {
    this.isOver = true;
    this.cancel();
  }

  private get isEager(): boolean {
    return !this.everPassed && this.probe.action.kind !== 'exec';
  }

  private next(delayMs: number): void {
    this.cancel = this.clock.after(delayMs, () => {
      void this.effects.attempt().then((result) => {
        if (!this.isOver) this.take(result);
      });
    });
  }

  private take({ ok, message }: ProbeResult): void {
    if (ok) this.takeSuccess();
    else this.takeFailure(message);
    // The verdict may have ended this loop.
    if (this.isOver) return;
    const periodMs = this.probe.periodS * 1_000;
    this.next(this.isEager ? Math.min(periodMs, EAGER_PERIOD_MS) : periodMs);
  }

  private takeSuccess(): void {
    this.message = undefined;
    this.failures = 0;
    this.successes += 1;
    if (this.successes < this.probe.successThreshold) return;
    this.everPassed = true;
    if (this.successes === this.probe.successThreshold) this.effects.succeeded();
  }

  private takeFailure(message: string): void {
    this.message = message;
    this.successes = 0;
    if (this.isEager && this.clock.nowMs() < this.countsFromMs) return;
    this.countsFromMs = this.clock.nowMs() + this.probe.periodS * 1_000;
    this.failures += 1;
    if (this.failures >= this.probe.failureThreshold) this.effects.failed(message);
  }
}
