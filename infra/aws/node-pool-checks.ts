/**
 * Whether node pools make sense, and whether the platform fits on them: pure arithmetic.
 */
import type { CloudDemand } from '../cloud';
import type { SettingProblem } from '../setting-error';
import { instanceType, KNOWN_INSTANCE_TYPES, type Capacity } from './instance-types';
import { fits, nodeCapacity, roomOn, type NodePools } from './node-capacity';
import type { NodePoolSettings } from './node-groups';

/** Images, logs and `emptyDir`s of a node; EKS' own default. */
const LEAST_DISK_GIBIBYTES = 20;
/** A gp3 volume of more is a mistake of units: 16 TiB is the most there is. */
const MOST_DISK_GIBIBYTES = 16_384;
/** Nodes of one managed node group (EKS quotas). */
const MOST_NODES = 450;

/** @param path where the pools stand, e.g. `Pulumi.hub-infra.yaml: hyperion:aws.cluster.nodePools` */
export function checkNodePools(
  { zones, requests }: Pick<CloudDemand, 'zones' | 'requests'>,
  pools: NodePools,
  path: string,
): readonly SettingProblem[] {
  const problems = Object.entries(pools).flatMap(([name, pool]) => checkPool(pool, `${path}.${name}`));
  if (Object.keys(pools).length === 0) {
    return [
      {
        path,
        property: 'nodePools',
        value: pools,
        rule: 'the platform runs on at least one pool of nodes',
        remedy: 'add a pool, e.g. general',
      },
    ];
  }
  // Arithmetic over pools that are wrong would only confuse.
  return problems.length > 0 ? problems : checkRoom(zones, requests, pools, path);
}

function checkPool(pool: NodePoolSettings, path: string): readonly SettingProblem[] {
  return [...checkTypes(pool, path), ...checkNumbers(pool, path)];
}

function checkTypes({ instanceTypes }: NodePoolSettings, path: string): readonly SettingProblem[] {
  const unknown = instanceTypes.filter((name) => instanceType(name) === undefined);
  if (unknown.length > 0) {
    return unknown.map((name) => ({
      path,
      property: 'instanceTypes',
      value: name,
      rule: `nodes are of a type whose capacity is known: ${KNOWN_INSTANCE_TYPES}`,
      remedy: 'take e.g. m7i.xlarge, or add the type to infra/aws/instance-types.ts',
    }));
  }
  const makers = new Set(instanceTypes.map((name) => instanceType(name)?.architecture));
  if (makers.size < 2) return [];
  return [
    {
      path,
      property: 'instanceTypes',
      value: instanceTypes,
      rule: 'the types of a pool share one processor architecture, as they start from one image',
      remedy: 'make a second pool for the others',
    },
  ];
}

function checkNumbers(
  { perZone: { min, max }, diskGibibytes }: NodePoolSettings,
  path: string,
): readonly SettingProblem[] {
  const problems: SettingProblem[] = [];
  if (min < 1 || max < min || max > MOST_NODES) {
    problems.push({
      path,
      property: 'perZone',
      value: { min, max },
      rule: `a zone has at least 1 node, at most as many as max, and max is at most ${MOST_NODES} (EKS quotas)`,
      remedy: max < min ? `raise max to ${min} or more, or lower min` : 'correct the numbers',
    });
  }
  if (diskGibibytes < LEAST_DISK_GIBIBYTES || diskGibibytes > MOST_DISK_GIBIBYTES) {
    problems.push({
      path,
      property: 'diskGibibytes',
      value: diskGibibytes,
      rule: `a node's root disk has ${LEAST_DISK_GIBIBYTES} to ${MOST_DISK_GIBIBYTES} GiB`,
      remedy: 'take e.g. 50',
    });
  }
  return problems;
}

function checkRoom(
  zones: number,
  requests: Capacity,
  pools: NodePools,
  path: string,
): readonly SettingProblem[] {
  const most = Object.fromEntries(Object.entries(pools).map(([name, { perZone }]) => [name, perZone.max]));
  const room = roomOn(pools, most, zones);
  if (fits(requests, room)) return [];
  const offers = Object.entries(pools).map(
    ([name, pool]) =>
      `${name}, ${zones} × ${pool.perZone.max} ${pool.instanceTypes.join(' or ')} with ${inWords(nodeCapacity(pool))} each for pods`,
  );
  return [
    {
      path,
      property: 'perZone.max',
      value: most,
      rule:
        `the platform's pods fit on the most nodes there may be: they request ${inWords(requests)}; ` +
        `there is ${offers.join(', and ')}: ${inWords(room)}`,
      remedy: 'raise max, or take larger instance types',
    },
  ];
}

function inWords({ cpuMillis, memoryMebibytes }: Capacity): string {
  return `${cpuMillis} m CPU and ${memoryMebibytes} Mi memory`;
}
