/**
 * Acknowledge, reject, extend: each receipt to the broker that gave it. Those that are good are handled whatever becomes of
 * the others.
 */
import { BrokerRefusal, isBrokerFailure } from './brokers/answer';
import type { Brokers } from './brokers/brokers';
import { brokerReceipt, proxyReceipt } from './core/numbering';
import { proxyProblem } from './problems';
import { refusalOfAll } from './refusals';

export type Action = 'acknowledge' | 'reject' | 'extend';

interface Outcome {
  readonly stale: readonly string[];
  /** Nobody knows what became of them. */
  readonly open: readonly string[];
  readonly why?: unknown;
}

export class Settler {
  public constructor(
    private readonly brokers: Brokers,
    private readonly timeoutMs: number,
  ) {}

  /** Gives the number of receipts that were handled, or throws a problem that names the others. */
  public async settle(
    topic: string,
    action: Action,
    receipts: readonly string[],
    how: object,
  ): Promise<number> {
    const parts = new Map<number, string[]>();
    const nobodys: string[] = [];
    for (const text of receipts) {
      const found = brokerReceipt(text);
      if (found === undefined) {
        nobodys.push(text);
        continue;
      }
      const part = parts.get(found.ordinal);
      if (part === undefined) parts.set(found.ordinal, [found.receipt]);
      else part.push(found.receipt);
    }
    const outcomes = await Promise.all(
      [...parts].map(([ordinal, part]) => this.settlePart(topic, action, ordinal, part, how)),
    );
    const failures = outcomes.flatMap(({ why }) => (why === undefined ? [] : [why]));
    const unknownTopic = failures.find((why) => why instanceof BrokerRefusal && why.code === 'unknown-topic');
    if (unknownTopic instanceof BrokerRefusal && failures.length === parts.size && nobodys.length === 0) {
      throw refusalOfAll([unknownTopic]);
    }
    return answer(receipts, [...nobodys, ...outcomes.flatMap(({ stale }) => stale)], outcomes);
  }

  private async settlePart(
    topic: string,
    action: Action,
    ordinal: number,
    receipts: readonly string[],
    how: object,
  ): Promise<Outcome> {
    const named = (of: readonly string[]): string[] => of.map((receipt) => proxyReceipt(ordinal, receipt));
    const broker = this.brokers.get(ordinal);
    if (broker === undefined)
      return { stale: [], open: named(receipts), why: `broker ${ordinal} is not there` };
    try {
      await broker.call({
        operation: 'settle',
        method: 'POST',
        route: `/topics/:topic/${action}`,
        path: `/topics/${topic}/${action}`,
        contentType: 'application/json',
        body: JSON.stringify({ receipts, ...how }),
        timeoutMs: this.timeoutMs,
      });
      return { stale: [], open: [] };
    } catch (error) {
      if (!isBrokerFailure(error)) throw error;
      if (!(error instanceof BrokerRefusal)) return { stale: [], open: named(receipts), why: error };
      if (error.code === 'stale-receipt') return { stale: named(error.problem.stale as string[]), open: [] };
      // It has lost the topic, or never had it: the receipt is from another life.
      if (error.code === 'unknown-topic') return { stale: named(receipts), open: [], why: error };
      return { stale: [], open: named(receipts), why: error };
    }
  }
}

function answer(
  receipts: readonly string[],
  staleOnes: readonly string[],
  outcomes: readonly Outcome[],
): number {
  const stale = inOrderOf(receipts, staleOnes);
  const open = inOrderOf(
    receipts,
    outcomes.flatMap((outcome) => outcome.open),
  );
  const done = receipts.length - stale.length - open.length;
  if (open.length > 0) {
    const why = outcomes.flatMap((each) => (each.open.length === 0 ? [] : [messageOf(each.why)])).join('; ');
    const detail = `${open.length} of ${receipts.length} receipts were not handled: ${why}`;
    throw proxyProblem('broker-away', detail, { notHandled: open, stale, done });
  }
  if (stale.length > 0) {
    throw proxyProblem('stale-receipt', `${stale.length} of ${receipts.length} receipts are stale`, {
      stale,
      done,
    });
  }
  return done;
}

function inOrderOf(all: readonly string[], some: readonly string[]): string[] {
  if (some.length === 0) return [];
  const chosen = new Set(some);
  return all.filter((each) => chosen.has(each));
}

function messageOf(why: unknown): string {
  return why instanceof Error ? why.message : String(why);
}
