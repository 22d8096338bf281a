/**
 * Loki with Alloy on premises: "Anton", three nodes with two disks each.
 */
import { Duration, Size } from 'cdk8s';
import type { LokiAlloyProps } from '../../constructs/systems/loki-alloy-props';
import type { Site } from '../../infra/cloud';
import type { PolicyException } from '../../policies/exception';
import { singleReplicaException } from './exceptions';

const NAMESPACE = 'monitoring';

/** On premises: the cluster is there, and nothing of a cloud is. */
export const ANTON_SITE: Site = { kind: 'existing' };

export const ANTON: LokiAlloyProps = {
  environment: 'anton',
  tier: 'prod',
  // One room: what fails alone is a host, and that is the failure domain of Ceph's copies.
  zones: 1,
  namespace: NAMESPACE,
  secretStore: { kind: 'onepassword', name: 'anton' },
  survivesOutage: Duration.minutes(10),
  nodes: 3,
  kubernetesApi: '192.168.10.10/32',
  storageClass: 'ceph-block-encrypted',
  // What the documented 50 GB of a week amount to.
  lines: { perSecond: 2000, bytesEach: 200 },
  agents: {
    labels: ['namespace', 'app', 'container', 'level'],
    rateLimit: { linesPerSecond: 2000, burstLines: 10_000 },
    // Set on the nodes (`containerLogMaxSize`): the kubelet's own 10 MiB would bridge four minutes. The busiest container
    // writes a tenth of everything.
    logFiles: { maxSize: Size.mebibytes(50), busiestBytesPerSecond: 40_000 },
  },
  logs: {
    retention: Duration.hours(168),
    volume: Size.gibibytes(20),
    schemaFrom: '2025-06-15',
    maxStreams: 10_000,
  },
  ceph: {
    store: 'storage',
    cephNamespace: 'storage',
    operatorNamespace: 'rook-ceph',
    disks: { count: 6, bytesEach: 1e12 },
    hosts: 3,
  },
  grafana: {
    pods: { namespace: 'grafana', labels: { 'app.kubernetes.io/name': 'grafana' } },
    service: 'grafana',
    port: 3000,
    metricsUid: 'prometheus',
  },
  prometheus: {
    pods: { namespace: 'prometheus', labels: { 'app.kubernetes.io/name': 'prometheus' } },
    selects: { release: 'kube-prometheus-stack' },
  },
  tailnet: 'walleye-monster',
};

export const ANTON_EXCEPTIONS: readonly PolicyException[] = [
  singleReplicaException(NAMESPACE, 'loki-gateway'),
  singleReplicaException(NAMESPACE, 'loki-canary'),
];
