/**
 * What there is to scrape, read off the graph: one job for each endpoint with Prometheus metrics. Scrape configuration
 * and target-down alerts both come from here, so that they name the same jobs.
 */
import type { Endpoint } from './endpoint';
import type { FlowGraph } from './flow-graph';
import { Workload } from './workload';

export interface ScrapeJob {
  /** The workload's name, or that of the cluster's part; followed by the port's where one has metrics on several. */
  readonly name: string;
  readonly endpoint: Endpoint<'metrics', 'prometheus-scrape'>;
  /** Where its pods are; undefined for what is not the platform's, such as the kubelets. */
  readonly namespace: string | undefined;
  /** How many targets there are at least. */
  readonly targets: number;
  /** Whether there is one target on each node (or pod of somebody else's), so that only the cluster knows how many. */
  readonly uncounted: boolean;
}

/** In the order in which their workloads were made. */
export function scrapeJobs(graph: FlowGraph): readonly ScrapeJob[] {
  const endpoints = graph.endpoints.filter(isScraped);
  return endpoints.flatMap((endpoint) => {
    const { owner, scrape } = endpoint;
    if (scrape.targets !== undefined) return [jobOfCluster(endpoint)];
    if (owner.reach.kind !== 'pods') return [];
    const alone = endpoints.filter((other) => other.owner === owner).length === 1;
    return [
      {
        name: alone ? owner.id : `${owner.id}-${endpoint.name}`,
        endpoint,
        namespace: owner.reach.namespace,
        targets: owner instanceof Workload ? owner.replicas : 1,
        uncounted: owner instanceof Workload && owner.kind === 'DaemonSet',
      },
    ];
  });
}

/** Such an endpoint bears its job's name. A cluster has a node and an API server, and perhaps no annotated pod. */
function jobOfCluster(endpoint: ScrapeJob['endpoint']): ScrapeJob {
  return {
    name: endpoint.name,
    endpoint,
    namespace: undefined,
    targets: endpoint.scrape.targets === 'annotated-pods' ? 0 : 1,
    uncounted: true,
  };
}

function isScraped(endpoint: Endpoint): endpoint is Endpoint<'metrics', 'prometheus-scrape'> {
  return endpoint.protocol === 'prometheus-scrape';
}
