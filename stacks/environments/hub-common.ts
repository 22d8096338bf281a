/**
 * What the hub and all its spokes decide alike: where the hubs are, which one is active, and what node agents are let off.
 */
import { Duration, Size } from 'cdk8s';
import type { Hubs, SpokeProps } from '../../constructs/systems/hub-and-spoke-props';
import { awsAddresses } from '../../infra/address-plan';
import { nodeAgentExceptions, singleReplicaException } from './exceptions';

/** The primary hub's network, over three zones. */
export const HUB_ADDRESSES = awsAddresses('10.110.0.0/16', 3);

export const HUBS: Hubs = {
  zone: 'infra.service',
  // 'standby' promotes the other one, once there is one: docs/systems/hub-and-spoke.md.
  active: 'primary',
  primary: {
    name: 'infra',
    environment: 'infra',
    region: 'eu-central-1',
    cidrs: [HUB_ADDRESSES.block],
    loadBalancer: HUB_ADDRESSES.loadBalancers,
    // The design's table leaves the hub itself out: taken to be like staging.
    workload: { nodes: 5, activeSeries: 20_000, samplesPerSecond: 600 },
  },
  // One sample in five minutes of what is kept for 15 days as it came.
  coldTier: { every: Duration.minutes(5), retention: Duration.days(400), volume: Size.gibibytes(100) },
};

export const HUB_COMMON = {
  hubs: HUBS,
  storageClass: 'gp3-encrypted',
  agentVolume: Size.gibibytes(10),
  // A weekend: nobody has to come in because the hub is away.
  survivesOutage: Duration.hours(48),
} satisfies Partial<SpokeProps>;

export const NODE_AGENT_EXCEPTIONS = nodeAgentExceptions('node-agents', ['node-exporter']);

/** In production besides. */
export const SINGLE_REPLICA_EXCEPTIONS = [singleReplicaException('monitoring', 'kube-state-metrics')];
