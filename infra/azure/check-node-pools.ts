/**
 * Whether a cluster's pools can be made, spread over the zones, and hold the platform: arithmetic, before anything is made.
 */
import type { CloudDemand } from '../cloud';
import type { SettingProblem } from '../setting-error';
import type { SystemPool, WorkloadPool } from './node-pools';
import { allocatable, NODE_SIZES, type Capacity } from './node-sizes';

/** AKS takes 12 characters, and the zone's digit is one of them. */
const POOL_NAME = /^[a-z][a-z0-9]{0,10}$/;
const SYSTEM_NAME = 'system';

/** Of a node's room: AKS' own pods on every node take some, and pods of all sizes never fill one to the brim. */
const FILLED_PERCENT = 90;

export interface Pools {
  readonly systemPool: SystemPool;
  readonly workloadPools: Readonly<Record<string, WorkloadPool>>;
}

export function checkNodePools(
  { systemPool, workloadPools }: Pools,
  demand: Pick<CloudDemand, 'tier' | 'zones' | 'requests'>,
  path: string,
): readonly SettingProblem[] {
  const problems = [
    ...checkSystemPool(systemPool, demand, `${path}.systemPool`),
    ...Object.entries(workloadPools).flatMap(([name, pool]) => [
      ...checkName(name, `${path}.workloadPools`),
      ...checkWorkloadPool(pool, demand, `${path}.workloadPools.${name}`),
    ]),
  ];
  // Pools that cannot be made have no capacity to speak of.
  return problems.length > 0 ? problems : checkCapacity(workloadPools, demand, path);
}

function checkName(name: string, path: string): readonly SettingProblem[] {
  if (POOL_NAME.test(name) && !name.startsWith(SYSTEM_NAME)) return [];
  return [
    {
      path,
      property: name,
      value: name,
      rule: `the name of a pool has 1 to 11 lower-case letters and digits, a letter first, and does not begin with ${SYSTEM_NAME} (AKS takes 12, and the zone's digit is one)`,
      remedy: 'choose another name, e.g. stores',
    },
  ];
}

function checkSystemPool(
  { size, min, max }: SystemPool,
  { tier, zones }: Pick<CloudDemand, 'tier' | 'zones'>,
  path: string,
): readonly SettingProblem[] {
  const least = tier === 'prod' ? zones : 1;
  return [
    ...checkSize(size, zones, path),
    ...checkOrder({ min: ['min', min], max: ['max', max] }, path),
    ...(min >= least
      ? []
      : [
          {
            path,
            property: 'min',
            value: min,
            rule:
              tier === 'prod'
                ? `the system pool of a production has a node in each of its ${zones} zones`
                : 'AKS keeps at least one node in the system pool',
            remedy: `set it to ${least} or more`,
          },
        ]),
  ];
}

function checkWorkloadPool(
  { size, minPerZone, maxPerZone }: WorkloadPool,
  { zones }: Pick<CloudDemand, 'zones'>,
  path: string,
): readonly SettingProblem[] {
  return [
    ...checkSize(size, zones, path),
    ...checkOrder({ min: ['minPerZone', minPerZone], max: ['maxPerZone', maxPerZone] }, path),
  ];
}

function checkSize(size: string, zones: number, path: string): readonly SettingProblem[] {
  const known = NODE_SIZES[size];
  if (known === undefined) {
    return [
      {
        path,
        property: 'size',
        value: size,
        rule: 'the vCPUs, the memory and the zones of a size have to be known, to tell whether the platform fits',
        remedy: `choose one of ${Object.keys(NODE_SIZES).join(', ')}, or add the size to infra/azure/node-sizes.ts`,
      },
    ];
  }
  if (known.zones || zones === 1) return [];
  return [
    {
      path,
      property: 'size',
      value: size,
      rule: `the environment spreads over ${zones} zones, and Azure offers this size in none`,
      remedy: 'choose a size with zones, e.g. Standard_D8s_v5',
    },
  ];
}

type Named = readonly [property: string, value: number];

function checkOrder(
  { min, max }: { readonly min: Named; readonly max: Named },
  path: string,
): readonly SettingProblem[] {
  if (max[1] >= min[1] && max[1] > 0) return [];
  return [
    {
      path,
      property: max[0],
      value: max[1],
      rule: `a pool grows from ${min[0]} (${min[1]}) to ${max[0]}, which is at least 1`,
      remedy: `set ${max[0]} to ${Math.max(min[1], 1)} or more`,
    },
  ];
}

function checkCapacity(
  pools: Readonly<Record<string, WorkloadPool>>,
  { requests, zones }: Pick<CloudDemand, 'requests' | 'zones'>,
  path: string,
): readonly SettingProblem[] {
  const offered = Object.values(pools).map((pool) => offer(pool, zones));
  const room: Capacity = {
    cpuMillis: usable(offered.map(({ capacity }) => capacity.cpuMillis)),
    memoryMebibytes: usable(offered.map(({ capacity }) => capacity.memoryMebibytes)),
  };
  if (requests.cpuMillis <= room.cpuMillis && requests.memoryMebibytes <= room.memoryMebibytes) return [];
  const sums = Object.keys(pools).map((name, index) => `${name}: ${offered[index]?.text ?? ''}`);
  return [
    {
      path,
      property: 'workloadPools',
      value: Object.fromEntries(Object.entries(pools).map(([name, { maxPerZone }]) => [name, maxPerZone])),
      rule: `the platform's pods request ${written(requests)}, and ${FILLED_PERCENT} % of the pools at their largest are ${written(room)} (${sums.join('; ')})`,
      remedy: 'raise maxPerZone, choose a larger size, or add a pool',
    },
  ];
}

/** All its nodes at their largest, and how that was reckoned. */
function offer(
  { size, maxPerZone }: WorkloadPool,
  zones: number,
): { readonly capacity: Capacity; readonly text: string } {
  const known = NODE_SIZES[size];
  if (known === undefined) throw new RangeError(`${size} is not in NODE_SIZES`);
  const node = allocatable(known);
  const nodes = zones * maxPerZone;
  return {
    capacity: { cpuMillis: nodes * node.cpuMillis, memoryMebibytes: nodes * node.memoryMebibytes },
    text: `${zones} zones × ${maxPerZone} × ${size} with ${written(node)} for pods`,
  };
}

function usable(parts: readonly number[]): number {
  return Math.floor((parts.reduce((sum, part) => sum + part, 0) * FILLED_PERCENT) / 100);
}

function written({ cpuMillis, memoryMebibytes }: Capacity): string {
  return `${cpuMillis}m CPU and ${memoryMebibytes} MiB`;
}
