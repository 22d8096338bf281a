/**
 * A matcher for what is about pods of the platform itself: what others run in the same cluster is theirs to watch.
 */
import type { Platform } from '../../core/platform';
import { Task } from '../../core/task';
import { Workload } from '../../core/workload';

/** Without braces: `namespace=~"monitoring|node-agents"`. Names of namespaces have nothing to escape. */
export function ownNamespaces({ graph }: Platform): string {
  const namespaces = graph.parties
    .filter((party) => party instanceof Workload || party instanceof Task)
    .map(({ reach }) => reach.namespace);
  return `namespace=~"${[...new Set(namespaces)].sort().join('|')}"`;
}
