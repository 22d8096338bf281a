/**
 * The production cluster, a spoke of the hub: 10 nodes in three zones, some 300 pods.
 */
import { Duration } from 'cdk8s';
import type { SpokeProps } from '../../constructs/systems/hub-and-spoke-props';
import { HUB_COMMON } from './hub-common';

const NODES = ['10.140.16.0/20', '10.140.32.0/20', '10.140.48.0/20'];

export const HUB_PROD: SpokeProps = {
  ...HUB_COMMON,
  environment: 'hub-prod',
  tier: 'prod',
  zones: 3,
  secretStore: { kind: 'aws-secrets-manager', name: 'hub-prod' },
  cluster: {
    name: 'prod',
    environment: 'production',
    cidrs: ['10.140.0.0/16'],
    workload: { nodes: 10, activeSeries: 50_000, samplesPerSecond: 1500 },
  },
  network: {
    nodes: NODES,
    kubernetesApi: ['10.140.2.0/28', '10.140.2.16/28', '10.140.2.32/28'],
  },
  annotatedPods: { cidrs: NODES, ports: [8080, 9090] },
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
