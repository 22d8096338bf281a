/**
 * In which order the components of an environment start: namespaces, policies, then each component after those that
 * it connects to. Components that connect to each other in a ring start together.
 */
import type { Platform } from '../constructs/core/platform';

/** What everything else lives in. */
const NAMESPACES_WAVE = 0;
/** Enforced before the first workload arrives. */
export const POLICIES_WAVE = 1;
const FIRST_WAVE = 2;

/** The wave of each component, by name; components of one wave start together. */
export function startOrder(platform: Platform, ofTheCluster: ReadonlySet<string>): Map<string, number> {
  const needs = dependencies(platform);
  const groups = rings([...needs.keys()].sort(), needs);
  const level = new Map<string, number>();
  // A ring comes out of the search after every ring that it depends on.
  for (const members of groups) {
    const before = members
      .flatMap((member) => [...(needs.get(member) ?? [])])
      .filter((name) => !members.includes(name))
      .map((name) => level.get(name) ?? FIRST_WAVE);
    const wave = before.length === 0 ? FIRST_WAVE : Math.max(...before) + 1;
    for (const member of members) level.set(member, ofTheCluster.has(member) ? NAMESPACES_WAVE : wave);
  }
  return level;
}

function dependencies(platform: Platform): Map<string, Set<string>> {
  const needs = new Map(platform.components.map((component) => [component.node.id, new Set<string>()]));
  for (const { from, to } of platform.graph.connections) {
    // A scraper tries again by itself, and it scrapes everything: counted, it would close a ring around all.
    if (to.protocol === 'prometheus-scrape') continue;
    const target = to.owner.componentName;
    if (target !== from.componentName && needs.has(target)) needs.get(from.componentName)?.add(target);
  }
  return needs;
}

/** Tarjan's strongly connected components, dependencies first. */
function rings(names: readonly string[], needs: ReadonlyMap<string, ReadonlySet<string>>): string[][] {
  const found: string[][] = [];
  const index = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const visit = (name: string): number => {
    const own = index.size;
    index.set(name, own);
    lowest.set(name, own);
    stack.push(name);
    for (const next of [...(needs.get(name) ?? [])].sort()) {
      const reached = index.has(next) ? (stack.includes(next) ? (index.get(next) ?? own) : own) : visit(next);
      lowest.set(name, Math.min(lowest.get(name) ?? own, reached));
    }
    if (lowest.get(name) === own) found.push(stack.splice(stack.indexOf(name)));
    return lowest.get(name) ?? own;
  };
  for (const name of names) if (!index.has(name)) visit(name);
  return found;
}
