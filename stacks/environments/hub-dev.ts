/**
 * The development cluster, a spoke of the hub: 3 nodes, some 50 pods.
 */
import type { SpokeProps } from '../../constructs/systems/hub-and-spoke-props';
import { HUB_COMMON } from './hub-common';

export const HUB_DEV: SpokeProps = {
  ...HUB_COMMON,
  environment: 'hub-dev',
  tier: 'dev',
  zones: 1,
  secretStore: { kind: 'aws-secrets-manager', name: 'hub-dev' },
  cluster: {
    name: 'dev',
    environment: 'dev',
    cidrs: ['10.120.0.0/16'],
    workload: { nodes: 3, activeSeries: 10_000, samplesPerSecond: 300 },
  },
  network: { nodes: ['10.120.16.0/20'], kubernetesApi: ['10.120.2.0/28'] },
  annotatedPods: { cidrs: ['10.120.16.0/20'], ports: [8080, 9090] },
};
