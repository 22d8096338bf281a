/** One flow of one signal: its numbered records, the load that sends them, and the ledger in the end. */
import { CLOCK } from './clock';
import { LIMITS } from './limits';
import type { HyperionPlatform } from './hyperion-platform';
import { settle, type Ledger } from './ledger';
import { Load, type Journal } from './load';
import { NumberedTelemetry } from './numbered-telemetry';
import type { Signal } from './otlp';
import type { Sender } from './sender';
import type { StoredRecord } from './stored-record';

export interface FlowProps {
  readonly signal: Signal;
  /** Names the records in the stores: `kafka-killed`. */
  readonly run: string;
  /**
   * Records; after them the flow ends by itself.
   * @default until `stop`, at a steady rate
   */
  readonly total?: number;
}

/** Share of the points whose names are not on the allow-list. */
const DISALLOWED_SHARE = 0.1;
const SEED = 20_260_101;

export class Flow {
  public readonly telemetry: NumberedTelemetry;
  private readonly load: Load;
  private readonly senders: readonly Sender[];

  /** Starts to send. */
  constructor(
    private readonly platform: HyperionPlatform,
    private readonly props: FlowProps,
  ) {
    this.telemetry = new NumberedTelemetry({
      run: props.run,
      seed: SEED,
      // Numbers run faster than time in a burst; none may lie in the future.
      startMs: CLOCK.nowMs() - 120_000,
      disallowedShare: DISALLOWED_SHARE,
    });
    this.senders = platform.senders();
    this.load = new Load({
      signal: props.signal,
      telemetry: this.telemetry,
      senders: this.senders,
      batchSize: LIMITS.batchSize,
      ...(props.total === undefined ? { perSecond: LIMITS.perSecond } : { total: props.total }),
      giveUpAfterMs: LIMITS.settleMs,
      clock: CLOCK,
    });
  }

  public get signal(): Signal {
    return this.props.signal;
  }

  public get journal(): Journal {
    return this.load.journal;
  }

  /** How many records have been acknowledged by now. */
  public get acknowledged(): number {
    return this.load.journal.acknowledged.size;
  }

  public done(): Promise<Journal> {
    return this.ended(this.load.done());
  }

  public stop(): Promise<Journal> {
    return this.ended(this.load.stop());
  }

  /** Whether the record belongs into the store of its signal. */
  public isDue(number: number): boolean {
    return this.signal !== 'metrics' || !this.telemetry.isDisallowed(number);
  }

  /** Looks into the store until nothing is missing, or the time is over. After the flow has ended. */
  public async settled(
    title: string,
  ): Promise<{ readonly ledger: Ledger; readonly stored: readonly StoredRecord[] }> {
    const { sent, acknowledged, refused } = this.journal;
    const last = Math.max(0, ...sent);
    const deadlineMs = CLOCK.nowMs() + LIMITS.settleMs;
    for (;;) {
      const stored = await this.storedUnless(last, deadlineMs);
      const entries = {
        title,
        sent,
        acknowledged,
        refused,
        due: (number: number) => this.isDue(number),
        stored: stored.map(({ number }) => number),
      };
      const ledger = settle({ ...entries, deadLettered: [] });
      if (ledger.missing.length === 0 || CLOCK.nowMs() > deadlineMs) {
        const aside = await this.platform.deadLetters(this.signal, this.telemetry.run);
        return { ledger: settle({ ...entries, deadLettered: aside.map(({ number }) => number) }), stored };
      }
      await CLOCK.sleep(LIMITS.lookAgainMs);
    }
  }

  /** A store that has just come back may refuse for a moment: then it shows nothing yet. */
  private async storedUnless(last: number, deadlineMs: number): Promise<StoredRecord[]> {
    try {
      return await this.platform.stored(this.signal, this.telemetry, last);
    } catch (error) {
      if (CLOCK.nowMs() > deadlineMs) throw error;
      return [];
    }
  }

  private async ended(journal: Promise<Journal>): Promise<Journal> {
    try {
      return await journal;
    } finally {
      for (const sender of this.senders) sender.close();
    }
  }
}
