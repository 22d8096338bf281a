/**
 * The staging cluster, a spoke of the hub: 5 nodes, some 100 pods.
 */
import type { SpokeProps } from '../../constructs/systems/hub-and-spoke-props';
import { HUB_COMMON } from './hub-common';

export const HUB_STAGING: SpokeProps = {
  ...HUB_COMMON,
  environment: 'hub-staging',
  tier: 'dev',
  zones: 2,
  secretStore: { kind: 'aws-secrets-manager', name: 'hub-staging' },
  cluster: {
    name: 'staging',
    environment: 'staging',
    cidrs: ['10.130.0.0/16'],
    workload: { nodes: 5, activeSeries: 20_000, samplesPerSecond: 600 },
  },
  network: {
    nodes: ['10.130.16.0/20', '10.130.32.0/20'],
    kubernetesApi: ['10.130.2.0/28', '10.130.2.16/28'],
  },
  annotatedPods: { cidrs: ['10.130.16.0/20', '10.130.32.0/20'], ports: [8080, 9090] },
};
