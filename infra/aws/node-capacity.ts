/**
 * What node pools can carry, and how many nodes a platform needs to start with: pure arithmetic.
 */
import { allocatable, instanceType, type Capacity } from './instance-types';
import type { NodePoolSettings } from './node-groups';

export type NodePools = Readonly<Record<string, NodePoolSettings>>;

/** Nodes in each zone, by pool. */
type PerZone = Readonly<Record<string, number>>;

/** Share of the nodes' room that pods of many sizes fill before the next one fits on no node. */
const FILLED = 0.85;

/** For pods, on the smallest type of the pool. @throws RangeError for an unknown type: it has been checked before */
export function nodeCapacity({ instanceTypes }: NodePoolSettings): Capacity {
  const nodes = instanceTypes.map((name) => {
    const type = instanceType(name);
    if (type === undefined) throw new RangeError(`the capacity of ${name} is not known`);
    return allocatable(type);
  });
  return {
    cpuMillis: Math.min(...nodes.map(({ cpuMillis }) => cpuMillis)),
    memoryMebibytes: Math.min(...nodes.map(({ memoryMebibytes }) => memoryMebibytes)),
  };
}

export function roomOn(pools: NodePools, perZone: PerZone, zones: number): Capacity {
  const room = { cpuMillis: 0, memoryMebibytes: 0 };
  for (const [name, pool] of Object.entries(pools)) {
    const node = nodeCapacity(pool);
    const count = zones * (perZone[name] ?? 0);
    room.cpuMillis += node.cpuMillis * count;
    room.memoryMebibytes += node.memoryMebibytes * count;
  }
  return room;
}

export function fits(requests: Capacity, room: Capacity): boolean {
  return requests.cpuMillis <= room.cpuMillis && requests.memoryMebibytes <= room.memoryMebibytes;
}

/**
 * From `min` on as many as the platform needs, in each pool and zone alike, so that it starts before anything scales nodes.
 * Never above `max`.
 */
export function firstNodes(pools: NodePools, zones: number, requests: Capacity): PerZone {
  const wanted = {
    cpuMillis: requests.cpuMillis / FILLED,
    memoryMebibytes: requests.memoryMebibytes / FILLED,
  };
  const most = Math.max(...Object.values(pools).map(({ perZone }) => perZone.max - perZone.min));
  const withMore = (more: number): PerZone =>
    Object.fromEntries(
      Object.entries(pools).map(([name, { perZone }]) => [name, Math.min(perZone.min + more, perZone.max)]),
    );
  for (let more = 0; more < most; more += 1) {
    if (fits(wanted, roomOn(pools, withMore(more), zones))) return withMore(more);
  }
  return withMore(most);
}
