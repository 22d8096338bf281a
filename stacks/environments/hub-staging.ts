/**
 * The staging cluster, a spoke of the hub: 5 nodes, some 100 pods.
 */
import { awsAddresses } from '../../infra/address-plan';
import { HUB_COMMON } from './hub-common';
import type { Spoke } from './hub-spokes';

const ADDRESSES = awsAddresses('10.130.0.0/16', 2);

export const HUB_STAGING: Spoke = {
  ...HUB_COMMON,
  addresses: ADDRESSES,
  environment: 'hub-staging',
  tier: 'dev',
  zones: 2,
  secretStore: { kind: 'aws-secrets-manager', name: 'hub-staging' },
  cluster: {
    name: 'staging',
    environment: 'staging',
    cidrs: [ADDRESSES.block],
    workload: { nodes: 5, activeSeries: 20_000, samplesPerSecond: 600 },
  },
  network: {
    nodes: ADDRESSES.nodes,
    kubernetesApi: ADDRESSES.controlPlane,
  },
  annotatedPods: { cidrs: ADDRESSES.nodes, ports: [8080, 9090] },
};
