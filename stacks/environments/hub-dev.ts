/**
 * The development cluster, a spoke of the hub: 3 nodes, some 50 pods.
 */
import { awsAddresses } from '../../infra/address-plan';
import { HUB_COMMON } from './hub-common';
import type { Spoke } from './hub-spokes';

const ADDRESSES = awsAddresses('10.120.0.0/16', 1);

export const HUB_DEV: Spoke = {
  ...HUB_COMMON,
  addresses: ADDRESSES,
  environment: 'hub-dev',
  tier: 'dev',
  zones: 1,
  secretStore: { kind: 'aws-secrets-manager', name: 'hub-dev' },
  cluster: {
    name: 'dev',
    environment: 'dev',
    cidrs: [ADDRESSES.block],
    workload: { nodes: 3, activeSeries: 10_000, samplesPerSecond: 300 },
  },
  network: { nodes: ADDRESSES.nodes, kubernetesApi: ADDRESSES.controlPlane },
  annotatedPods: { cidrs: ADDRESSES.nodes, ports: [8080, 9090] },
};
