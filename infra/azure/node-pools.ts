/**
 * The cluster's nodes: one system pool for AKS' own pods, and workload pools for the platform. A workload pool is one agent pool
 * in each zone, as Microsoft recommends with the autoscaler: it then knows in which zone its next node appears.
 * @see https://learn.microsoft.com/azure/aks/availability-zones-overview
 */
import * as containerservice from '@pulumi/azure-native/containerservice';
import type { Output, Resource } from '@pulumi/pulumi';
import { Type, type Static } from '@sinclair/typebox';
import type { AzureContext } from './context';
import type { Network } from './network';
import { PODS_PER_NODE } from './node-sizes';

const NodeSizeName = Type.String({ pattern: '^Standard_' });
const NodeCount = Type.Integer({ minimum: 0, maximum: 1000 });

export const SystemPool = Type.Object(
  {
    /** A size of `node-sizes.ts`. */
    size: NodeSizeName,
    min: NodeCount,
    max: NodeCount,
  },
  { additionalProperties: false },
);
export type SystemPool = Static<typeof SystemPool>;

export const WorkloadPool = Type.Object(
  {
    size: NodeSizeName,
    minPerZone: NodeCount,
    maxPerZone: NodeCount,
  },
  { additionalProperties: false },
);
export type WorkloadPool = Static<typeof WorkloadPool>;

/** The platform's pods do not tolerate it; AKS' own do. */
const SYSTEM_TAINT = 'CriticalAddonsOnly=true:NoSchedule';

const OS_DISK_GIBIBYTES = 128;

interface PoolPlan {
  readonly name: string;
  readonly size: string;
  readonly min: number;
  readonly max: number;
  readonly zones: readonly string[];
}

export interface PoolProps {
  readonly subnetId: Pick<Network['subnetId'], 'nodes' | 'pods'>;
  /** Kubernetes' minor version. */
  readonly version: string;
}

/** It comes with the cluster: AKS makes none without. */
export function systemPool(
  context: AzureContext,
  props: PoolProps,
  { size, min, max }: SystemPool,
): ReturnType<typeof poolInputs> & { readonly name: string; readonly nodeTaints: string[] } {
  const plan = { name: 'system', size, min, max, zones: context.zones };
  return {
    name: plan.name,
    ...poolInputs(context, props, plan),
    mode: containerservice.AgentPoolMode.System,
    nodeTaints: [SYSTEM_TAINT],
  };
}

export function makeWorkloadPools(
  context: AzureContext,
  props: PoolProps & { readonly clusterName: Output<string> },
  pools: Readonly<Record<string, WorkloadPool>>,
): readonly Resource[] {
  const made: Resource[] = [];
  for (const plan of Object.entries(pools).flatMap(([name, pool]) =>
    poolsByZone(name, pool, context.zones),
  )) {
    const pool = new containerservice.AgentPool(
      context.name(`pool-${plan.name}`),
      {
        agentPoolName: plan.name,
        resourceGroupName: context.resourceGroupName,
        resourceName: props.clusterName,
        ...poolInputs(context, props, plan),
        mode: containerservice.AgentPoolMode.User,
      },
      // One after the other: AKS answers 409 to two changes of a cluster's pools at a time.
      { ...context.options, dependsOn: made.slice(-1) },
    );
    made.push(pool);
  }
  return made;
}

/** In a region or an environment without zones: one pool, and Azure puts its nodes where it likes. */
function poolsByZone(
  name: string,
  { size, minPerZone, maxPerZone }: WorkloadPool,
  zones: readonly string[],
): readonly PoolPlan[] {
  const plan = { size, min: minPerZone, max: maxPerZone };
  if (zones.length === 0) return [{ name, ...plan, zones }];
  return zones.map((zone) => ({ name: `${name}${zone}`, ...plan, zones: [zone] }));
}

function poolInputs({ tags }: AzureContext, { subnetId, version }: PoolProps, plan: PoolPlan) {
  const { size, min, max, zones } = plan;
  return {
    type: containerservice.AgentPoolType.VirtualMachineScaleSets,
    mode: containerservice.AgentPoolMode.User as containerservice.AgentPoolMode,
    vmSize: size,
    // AKS demands it, between the two; where a pool begins, and where each change of it begins again.
    count: min,
    minCount: min,
    maxCount: max,
    enableAutoScaling: true,
    ...(zones.length === 0 ? {} : { availabilityZones: [...zones] }),
    orchestratorVersion: version,
    osType: containerservice.OSType.Linux,
    osSKU: containerservice.OSSKU.AzureLinux,
    osDiskType: containerservice.OSDiskType.Managed,
    osDiskSizeGB: OS_DISK_GIBIBYTES,
    maxPods: PODS_PER_NODE,
    vnetSubnetID: subnetId.nodes,
    // Pods have addresses of the network, in a subnet of their own, given out as they come.
    podSubnetID: subnetId.pods,
    enableNodePublicIP: false,
    enableEncryptionAtHost: true,
    securityProfile: { enableSecureBoot: true, enableVTPM: true },
    // A new node first, then the old one goes; stores get an hour to write what they hold.
    upgradeSettings: { maxSurge: '1', drainTimeoutInMinutes: 60 },
    tags,
  };
}
