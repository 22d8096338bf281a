/**
 * What runs in every cluster, the hub's own included: exporters on its nodes and for its objects, and the vmagent that
 * scrapes them and writes to the hubs.
 */
import { KubeStateMetrics } from '../collect/kube-state-metrics';
import { NodeExporter } from '../collect/node-exporter';
import type { WatchedOperator } from '../collect/operator-scrapes';
import { Vmagent, type VmagentDestination } from '../collect/vmagent';
import type { CertificateSecret } from '../core/certificate';
import type { Endpoint } from '../core/endpoint';
import type { Platform } from '../core/platform';
import { ExporterReaders } from '../secure/exporter-readers';
import { Namespaces } from '../secure/namespaces';
import { exporterReaders } from '../store/access-matrix';
import { hubAccess } from './hub-and-spoke-access';
import { clusterToken } from './hub-and-spoke-clusters';
import type { Cluster, ClusterProps, Hubs } from './hub-and-spoke-props';

type KubernetesApi = Endpoint<'coordination', 'kubernetes-api'>;

export const MONITORING = { namespace: 'monitoring' } as const;
/** Of their own: they see their nodes, which nothing else may. */
const NODE_AGENTS = { namespace: 'node-agents' } as const;

export function clusterNamespaces(platform: Platform): void {
  new Namespaces(platform, 'namespaces', {
    namespaces: {
      [MONITORING.namespace]: { podSecurity: 'restricted' },
      [NODE_AGENTS.namespace]: { podSecurity: 'privileged' },
    },
  });
}

/** Of nodes and of objects; people read them through the Kubernetes API. */
export function exporters(
  platform: Platform,
  { network }: ClusterProps,
  kubernetesApi: KubernetesApi,
): readonly Endpoint<'metrics', 'prometheus-scrape'>[] {
  const { metrics: nodes } = new NodeExporter(platform, 'node-exporter', {
    ...NODE_AGENTS,
    nodes: network.nodes,
  });
  const { metrics: objects } = new KubeStateMetrics(platform, 'kube-state-metrics', {
    ...MONITORING,
    kubernetesApi,
  });
  new ExporterReaders(platform, 'exporter-readers', {
    ...MONITORING,
    groups: exporterReaders(hubAccess([])),
    exporters: [nodes, objects],
    kubernetesApi,
  });
  return [nodes, objects];
}

/** A door of a hub for samples, and whom to trust there. */
export interface Door {
  readonly remoteWrite: Endpoint<'metrics', 'prometheus-remote-write'>;
  readonly ca: CertificateSecret | undefined;
}

export interface HubDoors {
  readonly metrics: Door;
  readonly coldMetrics: Door | undefined;
}

/** Everything to every hub, and one sample in a while to its cold tier. */
export function scrapeAgent(
  platform: Platform,
  props: ClusterProps,
  cluster: Cluster,
  ground: {
    readonly kubernetesApi: KubernetesApi;
    readonly hubs: readonly HubDoors[];
    /** Those that keep what the cluster has of certificates and secrets. */
    readonly operators: readonly WatchedOperator[];
  },
): Vmagent {
  const { kubernetesApi, operators } = ground;
  const [first, ...others] = ground.hubs.flatMap((hub) => destinations(props.hubs, hub, cluster));
  if (first === undefined) throw new Error('there is a primary hub, which every cluster writes to');
  return new Vmagent(platform, 'vmagent', {
    ...MONITORING,
    destinations: [first, ...others],
    kubernetesApi,
    scrapes: [MONITORING.namespace, NODE_AGENTS.namespace],
    operators,
    cluster: {
      nodes: props.network.nodes,
      kubernetesApi,
      ...(props.annotatedPods === undefined ? {} : { annotatedPods: props.annotatedPods }),
    },
    declared: cluster.workload,
    labels: labelsOf(cluster),
    volume: { size: props.agentVolume, storageClass: props.storageClass },
    ...(props.drop === undefined ? {} : { drop: props.drop }),
    ...(props.relabel === undefined ? {} : { relabel: props.relabel }),
    ...(props.aggregate === undefined ? {} : { aggregate: props.aggregate }),
  });
}

/** On every series of a cluster. */
export function labelsOf({ name, environment }: Cluster): { cluster: string; environment: string } {
  return { cluster: name, environment };
}

function destinations(
  { coldTier }: Hubs,
  { metrics, coldMetrics }: HubDoors,
  cluster: Cluster,
): VmagentDestination[] {
  const at = ({ remoteWrite, ca }: Door): VmagentDestination => ({
    remoteWrite,
    credential: { kind: 'bearer', secret: clusterToken(cluster) },
    ...(ca === undefined ? {} : { ca }),
  });
  return [
    at(metrics),
    ...(coldTier === undefined || coldMetrics === undefined
      ? []
      : [{ ...at(coldMetrics), aggregate: { interval: coldTier.every } }]),
  ];
}
