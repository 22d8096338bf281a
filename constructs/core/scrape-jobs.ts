/**
 * What there is to scrape, read off the graph: one job for each endpoint with Prometheus metrics. Scrape configuration
 * and target-down alerts both come from here, so that they name the same jobs.
 */
import type { Endpoint } from './endpoint';
import type { FlowGraph } from './flow-graph';
import { Workload } from './workload';

export interface ScrapeJob {
  /** The workload's name; followed by the port's where a workload has metrics on several. */
  readonly name: string;
  readonly endpoint: Endpoint<'metrics', 'prometheus-scrape'>;
  readonly namespace: string;
  /** How many targets there are at least; a DaemonSet has one on each node, so at least one. */
  readonly targets: number;
}

/** In the order in which their workloads were made. */
export function scrapeJobs(graph: FlowGraph): readonly ScrapeJob[] {
  const endpoints = graph.endpoints.filter(isScraped);
  return endpoints.flatMap((endpoint) => {
    const { owner } = endpoint;
    if (owner.reach.kind !== 'pods') return [];
    const alone = endpoints.filter((other) => other.owner === owner).length === 1;
    return [
      {
        name: alone ? owner.id : `${owner.id}-${endpoint.name}`,
        endpoint,
        namespace: owner.reach.namespace,
        targets: owner instanceof Workload ? owner.replicas : 1,
      },
    ];
  });
}

function isScraped(endpoint: Endpoint): endpoint is Endpoint<'metrics', 'prometheus-scrape'> {
  return endpoint.protocol === 'prometheus-scrape';
}
