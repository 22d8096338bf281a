/**
 * How many collectors a rate needs: pure arithmetic on what one core carries.
 */
import type { DeclaredWorkload } from '../../core/declared-workload';
import { TELEMETRY } from '../../core/endpoint';
import type { Tier } from '../../core/platform';

/**
 * Events each second that one core carries.
 * Passing on: the low end of the collector's own testbed (77,000 – 161,000 spans/s). Processing: a vendor's sizing guide.
 * Balancing by trace costs twice a pass-through (split by trace, encode for each receiver): the platform's own bound.
 */
export const EVENTS_PER_CORE = {
  passing: 77_000,
  balancing: 38_500,
  traces: 15_000,
  metrics: 20_000,
  logs: 10_000,
} as const;

/** Busy share at the declared rate: what is left takes a lost zone of three, or a replay beside the live traffic. */
const BUSY_SHARE = 0.6;

export interface Demand {
  readonly eventsPerSecond: number;
  readonly eventsPerCore: number;
}

export interface ReplicaPlan {
  readonly replicas: number;
  /** The arithmetic, for `hyperion explain`. */
  readonly from: string;
}

export function planReplicas(demands: readonly Demand[], cpuMillis: number, tier: Tier): ReplicaPlan {
  const cores = demands.reduce((sum, demand) => sum + demand.eventsPerSecond / demand.eventsPerCore, 0);
  const needed = Math.ceil((cores * 1000) / (cpuMillis * BUSY_SHARE));
  // Two in production: a rolling update or a lost node never leaves none.
  const least = tier === 'prod' ? 2 : 1;
  const terms = demands.map(
    ({ eventsPerSecond, eventsPerCore }) => `${eventsPerSecond}/s ÷ ${eventsPerCore}/s per core`,
  );
  return {
    replicas: Math.max(least, needed),
    from: `(${terms.join(' + ')}) ÷ (${cpuMillis / 1000} cores × ${BUSY_SHARE} busy), at least ${least}`,
  };
}

/** Twice the planned replicas at most: for a burst, or for what an outage held back. */
const MOST = 2;
/** Above what the declared rate makes, so that replicas are added only beyond it. */
const SCALE_AT_CPU_PERCENT = 70;

export function autoscale(replicas: number): { readonly maxReplicas: number; readonly cpuPercent: number } {
  return { maxReplicas: replicas * MOST, cpuPercent: SCALE_AT_CPU_PERCENT };
}

/** For a collector through which all signals pass at the declared workload. */
export function planPassingOn(workload: DeclaredWorkload, cpuMillis: number, tier: Tier): ReplicaPlan {
  const demands = TELEMETRY.map((signal) => ({
    eventsPerSecond: workload[signal].perSecond,
    eventsPerCore: EVENTS_PER_CORE.passing,
  }));
  return planReplicas(demands, cpuMillis, tier);
}
