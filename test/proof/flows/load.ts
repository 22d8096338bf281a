/**
 * Sends numbered records as a handful of SDKs would: each sender has one batch under way, sends the same batch again
 * while the refusal is retryable, and makes no new one before. Keeps a journal of every request.
 */
import type { Clock } from './clock';
import type { NumberedTelemetry } from './numbered-telemetry';
import type { Signal } from './otlp';
import type { Outcome, Sender } from './sender';

export interface LoadProps {
  readonly signal: Signal;
  readonly telemetry: NumberedTelemetry;
  /** Each is one SDK. */
  readonly senders: readonly Sender[];
  readonly batchSize: number;
  /**
   * Records; after them the load ends by itself.
   * @default until it is told to stop
   */
  readonly total?: number;
  /**
   * Records a second of all senders together.
   * @default as fast as they are taken
   */
  readonly perSecond?: number;
  /** How long one batch is sent again before it is given up. */
  readonly giveUpAfterMs: number;
  readonly clock: Clock;
}

export interface Attempt {
  readonly protocol: string;
  readonly numbers: readonly number[];
  readonly startedAtMs: number;
  readonly tookMs: number;
  readonly outcome: Outcome;
}

export interface Journal {
  readonly signal: Signal;
  readonly attempts: readonly Attempt[];
  readonly sent: ReadonlySet<number>;
  readonly acknowledged: ReadonlySet<number>;
  /** Refused for good, or given up. */
  readonly refused: ReadonlySet<number>;
}

/** SDKs wait longer and add chance; short and regular finds a returned receiver sooner and every time alike. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 2_000;

export class Load {
  private readonly attempts: Attempt[] = [];
  private readonly acknowledged = new Set<number>();
  private readonly refused = new Set<number>();
  private isStopping = false;
  private readonly startedAtMs: number;
  private readonly lanes: Promise<void>;

  /** Starts at once. */
  constructor(private readonly props: LoadProps) {
    this.startedAtMs = props.clock.nowMs();
    this.lanes = Promise.all(props.senders.map((sender, lane) => this.runLane(sender, lane))).then(
      () => undefined,
    );
  }

  /** When all records are taken or given up; of a load without a total, never. */
  public async done(): Promise<Journal> {
    await this.lanes;
    return this.journal;
  }

  /** Starts no further batch; what is under way is still brought to its end. */
  public stop(): Promise<Journal> {
    this.isStopping = true;
    return this.done();
  }

  /** As it stands now. */
  public get journal(): Journal {
    return {
      signal: this.props.signal,
      attempts: [...this.attempts],
      sent: new Set(this.attempts.flatMap(({ numbers }) => numbers)),
      acknowledged: new Set(this.acknowledged),
      refused: new Set(this.refused),
    };
  }

  /** Every lane has its own batches, every so-manieth: each sender carries the same share, however fast it is. */
  private async runLane(sender: Sender, lane: number): Promise<void> {
    const { senders, batchSize, total } = this.props;
    for (let batch = lane; ; batch += senders.length) {
      const first = batch * batchSize + 1;
      const last = Math.min(first + batchSize - 1, total ?? Number.MAX_SAFE_INTEGER);
      if (first > last) return;
      await this.waitForTurnOf(first);
      // Before it is sent, nobody waits for it.
      if (this.isStopping) return;
      await this.deliver(
        sender,
        Array.from({ length: last - first + 1 }, (_, i) => first + i),
      );
    }
  }

  private async waitForTurnOf(first: number): Promise<void> {
    const { perSecond, clock } = this.props;
    if (perSecond === undefined) return;
    const dueAtMs = this.startedAtMs + ((first - 1) * 1000) / perSecond;
    const aheadMs = dueAtMs - clock.nowMs();
    if (aheadMs > 0) await clock.sleep(aheadMs);
  }

  private async deliver(sender: Sender, numbers: readonly number[]): Promise<void> {
    const { signal, telemetry, clock, giveUpAfterMs } = this.props;
    const request = telemetry.request(signal, numbers);
    const giveUpAtMs = clock.nowMs() + giveUpAfterMs;
    let pauseMs = FIRST_PAUSE_MS;
    for (;;) {
      const startedAtMs = clock.nowMs();
      const outcome = await sender.send(signal, request);
      const tookMs = clock.nowMs() - startedAtMs;
      this.attempts.push({ protocol: sender.protocol, numbers, startedAtMs, tookMs, outcome });
      if (outcome.acknowledged) {
        for (const number of numbers) this.acknowledged.add(number);
        return;
      }
      if (!outcome.retryable || clock.nowMs() + pauseMs > giveUpAtMs) {
        for (const number of numbers) this.refused.add(number);
        return;
      }
      await clock.sleep(pauseMs);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }
}

/** The longest request of all, acknowledged or not. */
export function slowest(journals: readonly Journal[]): Attempt | undefined {
  const [first] = journals.flatMap(({ attempts }) => attempts).sort((a, b) => b.tookMs - a.tookMs);
  return first;
}
