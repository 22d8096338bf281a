/**
 * What of the cluster is scraped beside the platform's own workloads: every kubelet (its own metrics and those of the
 * containers, which cAdvisor counts), every API server, and the pods of others that ask for it by annotation.
 */
import { AuthScheme } from '../core/credential';
import { Endpoint } from '../core/endpoint';
import { External } from '../core/party';
import type { Platform } from '../core/platform';
import type { IdentityProps, PermissionRule } from '../core/service-identity';

export interface ClusterScrapes {
  /**
   * Address blocks in which the nodes lie. Their kubelets need certificates of the cluster's own authority: EKS and AKS
   * give them, elsewhere `serverTLSBootstrap: true` does.
   */
  readonly nodes: readonly string[];
  /** The API servers, whose own metrics are scraped. */
  readonly kubernetesApi: Endpoint<'coordination', 'kubernetes-api'>;
  /**
   * Pods with `prometheus.io/scrape: "true"`, and `prometheus.io/port` being one of these ports: the network is opened to
   * those and to no other.
   * @default none
   */
  readonly annotatedPods?: { readonly cidrs: readonly string[]; readonly ports: readonly number[] };
}

/** The kubelet's port for whoever presents a token. */
const KUBELET_PORT = 10250;
const METRICS = { protocol: 'prometheus-scrape', signals: ['metrics'], access: 'read' } as const;

/** Puts them into the graph, from where scrape jobs, connections and alerts follow. */
export function addClusterTargets(platform: Platform, cluster: ClusterScrapes): void {
  addNodes(platform, cluster.nodes);
  const { owner, port } = cluster.kubernetesApi;
  platform.graph.addEndpoint(
    new Endpoint<'metrics', 'prometheus-scrape'>(owner, {
      ...METRICS,
      name: 'api-server',
      port,
      path: '/metrics',
      tls: true,
      auth: AuthScheme.serviceAccountToken(),
      scrape: { targets: 'api-servers' },
    }),
  );
  if (cluster.annotatedPods !== undefined) addAnnotatedPods(platform, cluster.annotatedPods);
}

function addNodes(platform: Platform, cidrs: readonly string[]): void {
  const nodes = new External(platform, 'nodes', { description: 'Kubelets of the nodes', cidrs });
  const kubelet = {
    ...METRICS,
    port: KUBELET_PORT,
    tls: true,
    auth: AuthScheme.serviceAccountToken(),
  } as const;
  nodes.listen({ ...kubelet, name: 'kubelet', path: '/metrics', scrape: { targets: 'nodes' } });
  nodes.listen({
    ...kubelet,
    name: 'cadvisor',
    path: '/metrics/cadvisor',
    scrape: { targets: 'nodes', aboutOthers: true },
  });
}

function addAnnotatedPods(
  platform: Platform,
  { cidrs, ports }: NonNullable<ClusterScrapes['annotatedPods']>,
): void {
  const pods = new External(platform, 'annotated-pods', {
    description: 'Pods of others that ask to be scraped',
    cidrs,
  });
  for (const port of ports) {
    pods.listen({
      ...METRICS,
      name: `pods-${port}`,
      port,
      path: '/metrics',
      scrape: { targets: 'annotated-pods' },
    });
  }
}

const READ: PermissionRule['verbs'] = ['get', 'list', 'watch'];
const PODS: PermissionRule = { apiGroup: '', resources: ['pods'], verbs: READ };

/**
 * What a scraper may do: find the pods in the platform's namespaces, and of the cluster what is scraped there. Kubelets
 * ask for `nodes/metrics`; `nodes/proxy` would let it run commands in every container.
 */
export function scrapePermissions(
  scrapes: readonly string[],
  cluster: ClusterScrapes | undefined,
): IdentityProps {
  const permissions = Object.fromEntries(scrapes.map((namespace) => [namespace, [PODS]]));
  if (cluster === undefined) return { permissions };
  return {
    permissions: {
      ...permissions,
      // The Service `kubernetes` and what stands behind it; discovery looks at the pods there, too.
      default: [
        { apiGroup: '', resources: ['services', 'pods'], verbs: READ },
        { apiGroup: 'discovery.k8s.io', resources: ['endpointslices'], verbs: READ },
      ],
    },
    clusterPermissions: [
      { apiGroup: '', resources: ['nodes'], verbs: READ },
      { apiGroup: '', resources: ['nodes/metrics'], verbs: ['get'] },
      { paths: ['/metrics'] },
      ...(cluster.annotatedPods === undefined ? [] : [PODS]),
    ],
  };
}
