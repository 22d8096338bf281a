/**
 * What the pods of a namespace ask for at their largest, read off the workloads: for quotas and the capacity plan.
 */
import type { Platform } from './platform';
import { bytesOf } from './quantity';
import { Workload } from './workload';

export interface PodRequests {
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  readonly pods: number;
}

export function podRequests(platform: Platform, namespace: string): PodRequests {
  let cpuMillis = 0;
  let memoryBytes = 0;
  let pods = 0;
  for (const party of platform.graph.parties) {
    if (!(party instanceof Workload) || party.reach.namespace !== namespace) continue;
    for (const { resources } of [party.spec.container, ...(party.spec.sidecars ?? [])]) {
      cpuMillis += resources.cpuMillis * party.maxReplicas;
      memoryBytes += bytesOf(resources.memory) * party.maxReplicas;
    }
    pods += party.maxReplicas;
  }
  return { cpuMillis, memoryBytes, pods };
}
