/** Which programs answer a scrape job: those of the containers of its workload, or what is scraped of the cluster itself. */
import type { CatalogEntry } from '../../constructs/core/catalog';
import type { ScrapeJob } from '../../constructs/core/scrape-jobs';
import { Workload } from '../../constructs/core/workload';

/** Of endpoints that are no workload's: what answers there. Pods of others may expose anything, so they have no list. */
const OF_THE_CLUSTER: Readonly<Record<string, string>> = {
  kubelet: 'kubelet',
  cadvisor: 'cadvisor',
  'api-server': 'kube-apiserver',
};
/** Operators that run beside the platform, by the party's name. */
const OPERATORS: ReadonlySet<string> = new Set(['cert-manager', 'external-secrets']);

/** Names of inventories; a program without one of its own exposes nothing. */
export function programsOf({ endpoint }: Pick<ScrapeJob, 'endpoint'>): readonly string[] {
  const { owner } = endpoint;
  if (!(owner instanceof Workload)) {
    const known = OPERATORS.has(owner.id) ? owner.id : OF_THE_CLUSTER[endpoint.name];
    return known === undefined ? [] : [known];
  }
  return imagesOf(owner).map(({ name }) => name);
}

/** An agent inside a program's process is put there by an init container. */
function imagesOf({ spec }: Workload): readonly CatalogEntry[] {
  const all = [spec.container, ...(spec.sidecars ?? []), ...(spec.initContainers ?? [])];
  return [...new Map(all.map(({ image }) => [image.name, image])).values()];
}
