/**
 * Brings a batch to its end: in the store and acknowledged, or as dead letters, or given back. Nothing else ends it: while
 * the store is away it is held, and tried again.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import { ReadingsRefused } from '../shared/store/telemetry-store';
import type { PoisonKind } from './core/decode-message';
import type { HeldMessage } from './held-message';
import { isBrokenCircuit, type StoreGate } from './store-gate';
import type { Settlement } from './settlement';

export interface BatchObserver {
  readonly written: (count: number) => void;
  readonly deadLettered: (kind: PoisonKind, count: number) => void;
  readonly stale: (count: number) => void;
  readonly givenBack: (count: number) => void;
  /** Settling failed for good; the queue will deliver these again. */
  readonly unsettled: (count: number, error: unknown) => void;
}

export interface BatchWriterOptions {
  /** Aborts when there is no more time: what is not in the store is given back. */
  readonly givenUp: AbortSignal;
  readonly observe: BatchObserver;
}

/** How soon a batch asks whether the breaker lets it through; the breaker's own wait is longer. */
const BREAKER_POLL_MS = 100;

export class BatchWriter {
  public constructor(
    private readonly gate: StoreGate,
    private readonly settlement: Settlement,
    private readonly options: BatchWriterOptions,
  ) {}

  /** Never rejects. */
  public async finish(batch: readonly HeldMessage[]): Promise<void> {
    const { givenUp, observe } = this.options;
    for (;;) {
      // Someone else has them; writing them would do no harm, and no good.
      const messages = batch.filter(({ isLost }) => !isLost);
      if (messages.length === 0) return;
      if (givenUp.aborted) return this.giveBack(messages);
      try {
        await this.gate.write(
          messages.map(({ reading }) => reading),
          givenUp,
        );
        observe.written(messages.length);
        await this.settled(messages, async () => {
          observe.stale(await this.settlement.acknowledge(messages));
        });
        return;
      } catch (error) {
        if (error instanceof ReadingsRefused) return this.separate(messages, error);
        // The last attempt's pause is the breaker's business, or the gate's next first attempt.
        await sleep(BREAKER_POLL_MS * (isBrokenCircuit(error) ? 1 : 2), undefined, { signal: givenUp }).catch(
          () => undefined,
        );
      }
    }
  }

  /** Finds the readings that the store refuses, and brings the others to their end. */
  private async separate(messages: readonly HeldMessage[], refusal: ReadingsRefused): Promise<void> {
    const { indexes } = refusal;
    if (indexes !== undefined && indexes.length > 0) {
      const refused = new Set(indexes);
      await this.bury(
        messages.filter((_, i) => refused.has(i)),
        refusal.message,
      );
      return this.finish(messages.filter((_, i) => !refused.has(i)));
    }
    if (messages.length === 1) return this.bury(messages, refusal.message);
    const half = Math.ceil(messages.length / 2);
    await this.finish(messages.slice(0, half));
    return this.finish(messages.slice(half));
  }

  private bury(messages: readonly HeldMessage[], message: string): Promise<void> {
    return this.settled(messages, async () => {
      const receipts = messages.map(({ receipt }) => receipt);
      await this.settlement.deadLetter(receipts, `the store refuses it: ${message}`);
      this.options.observe.deadLettered('refused-by-store', messages.length);
    });
  }

  private giveBack(messages: readonly HeldMessage[]): Promise<void> {
    return this.settled(messages, async () => {
      await this.settlement.giveBack(messages);
      this.options.observe.givenBack(messages.length);
    });
  }

  private async settled(messages: readonly HeldMessage[], settle: () => Promise<void>): Promise<void> {
    try {
      await settle();
    } catch (error) {
      this.options.observe.unsettled(messages.length, error);
    }
  }
}
