/**
 * Every container image of an environment, read off its workloads and tasks.
 */
import { imageOf } from './catalog';
import type { ContainerSpec } from './container-spec';
import type { Platform } from './platform';
import { Task } from './task';
import { Workload } from './workload';

/** Sorted, each once, as `repository:tag`. */
export function imagesOf(platform: Platform): string[] {
  const images = new Set<string>();
  for (const party of platform.graph.parties) {
    if (!(party instanceof Workload || party instanceof Task)) continue;
    for (const spec of containersOf(party)) images.add(imageOf(spec.image));
  }
  return [...images].sort();
}

export function containersOf(party: Workload | Task): readonly ContainerSpec[] {
  const { container, initContainers } = party.spec;
  const sidecars = party instanceof Workload ? (party.spec.sidecars ?? []) : [];
  return [container, ...sidecars, ...(initContainers ?? [])];
}
