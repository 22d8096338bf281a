/** Which workloads nobody would be told of if they were gone. */
import type { EvaluatedAlert, Platform } from '../../constructs/core/platform';
import { scrapeJobs } from '../../constructs/core/scrape-jobs';
import { Workload } from '../../constructs/core/workload';

/**
 * @param evaluated by whoever looks at what the platform's workloads expose, for a spoke the hub
 * @returns names of the workloads without an alert about being down
 */
export function unwatched(platform: Platform, evaluated: readonly EvaluatedAlert[]): readonly string[] {
  const jobs = scrapeJobs(platform.graph);
  const down = evaluated.filter(({ about }) => about === 'down');
  return platform.graph.parties
    .filter((party) => party instanceof Workload)
    .filter((workload) => {
      const names = [
        workload.id,
        ...jobs.filter(({ endpoint }) => endpoint.owner === workload).map(({ name }) => name),
      ];
      return !down.some(({ component, jobs: about = [] }) =>
        names.some((name) => component === name || about.includes(name)),
      );
    })
    .map(({ id }) => id);
}
