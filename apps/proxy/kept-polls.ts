/**
 * Polls whose receiver has gone, and what they brought, kept for a moment for the next receiver of the same kind.
 */
import type { Broker } from './brokers/broker';
import { fits, type Delivery, type ReceiveRequest } from './deliveries';
import type { RunningPoll } from './receiving';

/** Messages of one broker that came to nobody. */
export interface Landed {
  readonly broker: number;
  readonly request: ReceiveRequest;
  readonly messages: readonly Delivery[];
}

/** Longer than a quick consumer takes to ask again. */
const KEEP_POLL_MS = 250;
/**
 * Longer than most consumers take for a batch, for to give messages back costs one of their attempts. A quarter of their
 * time-out at most, as far as the request says it; a broker's own is 30 s unless it is told otherwise.
 */
const HOLD_MS = 5000;
/** Answers that are held; each may have megabytes. */
const MAX_HELD = 32;

export class KeptPolls {
  private readonly polls = new Map<RunningPoll, NodeJS.Timeout>();
  private readonly byPlace = new Map<string, Set<RunningPoll>>();
  private readonly landed = new Map<Landed, NodeJS.Timeout>();

  public constructor(private readonly giveBack: (landed: Landed) => void) {}

  public keep(poll: RunningPoll): void {
    const timer = setTimeout(() => {
      this.forget(poll);
      poll.poll.cancel();
    }, KEEP_POLL_MS);
    this.polls.set(poll, timer);
    const place = placeOf(poll);
    this.byPlace.set(place, (this.byPlace.get(place) ?? new Set()).add(poll));
  }

  public has(kind: string, broker: Broker): boolean {
    return this.find(kind, broker) !== undefined;
  }

  public takeOver(kind: string, broker: Broker): RunningPoll | undefined {
    const poll = this.find(kind, broker);
    if (poll !== undefined) this.forget(poll);
    return poll;
  }

  public forget(poll: RunningPoll): void {
    clearTimeout(this.polls.get(poll));
    if (!this.polls.delete(poll)) return;
    const place = placeOf(poll);
    const there = this.byPlace.get(place);
    there?.delete(poll);
    if (there?.size === 0) this.byPlace.delete(place);
  }

  public hold(landed: Landed): void {
    if (this.landed.size >= MAX_HELD) {
      this.giveBack(landed);
      return;
    }
    const timer = setTimeout(
      () => {
        this.landed.delete(landed);
        this.giveBack(landed);
      },
      Math.min(HOLD_MS, (landed.request.visibilityTimeoutMs ?? Number.POSITIVE_INFINITY) / 4),
    );
    this.landed.set(landed, timer);
  }

  public takeLanded(request: ReceiveRequest): Landed | undefined {
    for (const [landed, timer] of this.landed) {
      if (!fits(request, landed)) continue;
      clearTimeout(timer);
      this.landed.delete(landed);
      return landed;
    }
    return undefined;
  }

  public dropAll(): void {
    for (const poll of [...this.polls.keys()]) {
      this.forget(poll);
      poll.poll.cancel();
    }
    for (const [landed, timer] of [...this.landed]) {
      clearTimeout(timer);
      this.landed.delete(landed);
      this.giveBack(landed);
    }
  }

  private find(kind: string, broker: Broker): RunningPoll | undefined {
    const there = this.byPlace.get(placeOf({ kind, broker })) ?? [];
    // A broker may have another address by now, under the same ordinal.
    for (const poll of there) if (poll.broker === broker) return poll;
    return undefined;
  }
}

function placeOf({ kind, broker }: Pick<RunningPoll, 'kind' | 'broker'>): string {
  return `${broker.ordinal} ${kind}`;
}
