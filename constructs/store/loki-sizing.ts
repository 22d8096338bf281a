/**
 * How many of each part of a distributed Loki a declared load needs, and how large they are.
 * Source: Loki's "Size the cluster"; its tables are p90 of what its makers run, queriers excepted, which depend on use.
 */
import { Size } from 'cdk8s';
import type { Resources } from '../core/container-spec';
import type { Load } from '../core/delivery';

export interface PartSize {
  readonly replicas: number;
  readonly resources: Resources;
}

export type LokiPart =
  'distributor' | 'ingester' | 'querier' | 'query-frontend' | 'index-gateway' | 'compactor';

export type LokiSizes = Readonly<Record<LokiPart, PartSize>>;

interface Tier {
  /** Load for which `parts` were written down. */
  readonly bytesPerSecond: number;
  readonly parts: LokiSizes;
}

const DAY_SECONDS = 86_400;

const part = (replicas: number, cpuMillis: number, memoryMebibytes: number): PartSize => ({
  replicas,
  resources: { cpuMillis, memory: Size.mebibytes(memoryMebibytes) },
});

/** Ingesters come to 2.9 MB/s a core and distributors to 4.3 in the first, to 1.9 and 4.3 in the second. */
const TIERS: readonly [Tier, Tier] = [
  {
    bytesPerSecond: 3e12 / DAY_SECONDS,
    parts: {
      distributor: part(4, 2000, 512),
      ingester: part(6, 2000, 4096),
      querier: part(10, 1000, 1024),
      'query-frontend': part(2, 1000, 2048),
      'index-gateway': part(4, 500, 2048),
      compactor: part(1, 2000, 10_240),
    },
  },
  {
    bytesPerSecond: 30e12 / DAY_SECONDS,
    parts: {
      distributor: part(40, 2000, 1024),
      ingester: part(90, 2000, 6144),
      querier: part(100, 1500, 2048),
      'query-frontend': part(8, 1000, 2048),
      'index-gateway': part(10, 500, 4096),
      compactor: part(1, 6000, 20_480),
    },
  },
];

/** Fewer would not survive the loss of one. */
const LEAST_REPLICAS = 2;

/**
 * @param zones in which ingesters keep a copy each; their count is rounded up to the same number in every zone
 */
export function lokiSizes(load: Load, zones: number): LokiSizes {
  const [small, large] = TIERS;
  const tier = load.bytesPerSecond <= small.bytesPerSecond ? small : large;
  const share = load.bytesPerSecond / tier.bytesPerSecond;
  const sized = (name: LokiPart, least: number): PartSize => {
    const base = tier.parts[name];
    // The larger tier has larger parts: its share must not come out below what the smaller one ends with.
    const before = tier === small ? 0 : small.parts[name].replicas;
    // A billionth less: an exact share must not become one more by rounding of floating point.
    const needed = Math.ceil(base.replicas * share - 1e-9);
    return { ...base, replicas: Math.max(least, before, needed) };
  };
  const ingester = sized('ingester', zones);
  return {
    distributor: sized('distributor', zones),
    ingester: { ...ingester, replicas: Math.ceil(ingester.replicas / zones) * zones },
    querier: sized('querier', LEAST_REPLICAS),
    'query-frontend': sized('query-frontend', LEAST_REPLICAS),
    'index-gateway': sized('index-gateway', LEAST_REPLICAS),
    // A singleton, whatever the load.
    compactor: tier.parts.compactor,
  };
}
