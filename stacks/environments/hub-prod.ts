/**
 * The production cluster, a spoke of the hub: 10 nodes in three zones, some 300 pods.
 */
import { Duration } from 'cdk8s';
import { awsAddresses } from '../../infra/address-plan';
import { HUB_COMMON } from './hub-common';
import type { Spoke } from './hub-spokes';

const ADDRESSES = awsAddresses('10.140.0.0/16', 3);

export const HUB_PROD: Spoke = {
  ...HUB_COMMON,
  addresses: ADDRESSES,
  environment: 'hub-prod',
  tier: 'prod',
  zones: 3,
  secretStore: { kind: 'aws-secrets-manager', name: 'hub-prod' },
  cluster: {
    name: 'prod',
    environment: 'production',
    cidrs: [ADDRESSES.block],
    workload: { nodes: 10, activeSeries: 50_000, samplesPerSecond: 1500 },
  },
  network: {
    nodes: ADDRESSES.nodes,
    kubernetesApi: ADDRESSES.controlPlane,
  },
  annotatedPods: { cidrs: ADDRESSES.nodes, ports: [8080, 9090] },
  // What applications put there by mistake, and nobody queries: each value would be a series.
  relabel: [{ action: 'labeldrop', regex: 'request_id|trace_id|session_id' }],
  // Latencies are asked for by application, never by pod: a tenth of the series.
  aggregate: [
    {
      match: 'http_request_duration_seconds_bucket',
      interval: Duration.minutes(1),
      labels: { without: ['pod', 'instance'] },
      outputs: ['total'],
    },
  ],
};
