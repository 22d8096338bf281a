/**
 * How many of each part of a distributed Tempo a declared load needs, and how large they are.
 * Source: Tempo's "Size the cluster"; where it gives a span of figures, what was taken from it is said.
 */
import { Size } from 'cdk8s';
import type { Resources } from '../core/container-spec';
import type { Load } from '../core/delivery';
import type { TempoLimits } from './tempo-config';

export type TempoPart =
  | 'distributor'
  | 'live-store'
  | 'block-builder'
  | 'querier'
  | 'query-frontend'
  | 'backend-scheduler'
  | 'backend-worker';

export interface TempoPartSize {
  readonly replicas: number;
  /** Ceiling of its autoscaler. @default it has none */
  readonly maxReplicas?: number;
  readonly resources: Resources;
}

const MEGABYTE = 1_000_000;

/** Bytes a second that one replica carries. */
const CARRIES = {
  distributor: 10 * MEGABYTE,
  // 6 – 10 by the guide.
  liveStore: 8 * MEGABYTE,
  // 1 – 2 by the guide for quick searches over long times: there at the ceiling, a quarter of them at rest.
  querierAtCeiling: 2 * MEGABYTE,
  querierAtRest: 8 * MEGABYTE,
  // The guide gives none; compaction reads and writes each block a few times. Watch the scheduler's backlog.
  backendWorker: 10 * MEGABYTE,
} as const;

const RESOURCES: Readonly<Record<TempoPart, Resources>> = {
  distributor: { cpuMillis: 2000, memory: Size.gibibytes(2) },
  // 4 – 20 GB by the guide, by how traces are made up.
  'live-store': { cpuMillis: 1000, memory: Size.gibibytes(8) },
  // 5 – 10 GB.
  'block-builder': { cpuMillis: 500, memory: Size.gibibytes(6) },
  // 4 – 20 GB for both.
  querier: { cpuMillis: 1000, memory: Size.gibibytes(4) },
  'query-frontend': { cpuMillis: 1000, memory: Size.gibibytes(4) },
  'backend-scheduler': { cpuMillis: 500, memory: Size.gibibytes(2) },
  'backend-worker': { cpuMillis: 500, memory: Size.gibibytes(2) },
};

/** Fewer would not survive the loss of one. */
const LEAST_REPLICAS = 2;
/** A topic of fewer partitions would keep a broker of three idle. */
const LEAST_PARTITIONS = 3;
/** Distributors and backend-workers follow the load up to twice the declared one. */
const HEADROOM = 2;

/** Each partition is read by one live-store in each of two zones and by one block-builder. */
export function tempoPartitions(load: Load): number {
  return Math.max(LEAST_PARTITIONS, Math.ceil(load.bytesPerSecond / CARRIES.liveStore));
}

export function tempoSizes(load: Load): Readonly<Record<TempoPart, TempoPartSize>> {
  const count = (carries: number, least: number): number =>
    Math.max(least, Math.ceil(load.bytesPerSecond / carries));
  const scaled = (replicas: number): Pick<TempoPartSize, 'replicas' | 'maxReplicas'> => ({
    replicas,
    maxReplicas: replicas * HEADROOM,
  });
  const partitions = tempoPartitions(load);
  const querierCeiling = count(CARRIES.querierAtCeiling, 2 * LEAST_REPLICAS);
  return {
    distributor: {
      ...scaled(count(CARRIES.distributor, LEAST_PARTITIONS)),
      resources: RESOURCES.distributor,
    },
    'live-store': { replicas: partitions, resources: RESOURCES['live-store'] },
    'block-builder': { replicas: partitions, resources: RESOURCES['block-builder'] },
    querier: {
      replicas: count(CARRIES.querierAtRest, LEAST_REPLICAS),
      maxReplicas: querierCeiling,
      resources: RESOURCES.querier,
    },
    'query-frontend': { replicas: LEAST_REPLICAS, resources: RESOURCES['query-frontend'] },
    // There must be only one.
    'backend-scheduler': { replicas: 1, resources: RESOURCES['backend-scheduler'] },
    'backend-worker': {
      ...scaled(count(CARRIES.backendWorker, LEAST_REPLICAS)),
      resources: RESOURCES['backend-worker'],
    },
  };
}

/** Tempo's own defaults, below which no limit goes. */
const LEAST_RATE_BYTES = 30 * MEGABYTE;
const LEAST_LIVE_TRACES = 10_000;
/** Room above the declared peak: after an outage live and replayed spans come at once. */
const RATE_HEADROOM = 2;
/** A trace stays open for this long at most (`max_trace_live`). */
const OPEN_SECONDS = 30;

/**
 * @param partitions among which the load is divided; 1 in the single binary
 */
export function tempoLimits(load: Load, partitions: number): TempoLimits {
  return {
    rateBytesPerSecond: Math.max(LEAST_RATE_BYTES, Math.ceil(load.bytesPerSecond * RATE_HEADROOM)),
    // As if each span were a trace of its own: the declared load is never refused. `max_live_traces_bytes` (250 MB)
    // is what bounds the memory.
    maxLiveTraces: Math.max(LEAST_LIVE_TRACES, Math.ceil((load.eventsPerSecond / partitions) * OPEN_SECONDS)),
  };
}
