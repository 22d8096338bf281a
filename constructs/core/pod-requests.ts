/**
 * What the pods of a namespace ask for at their largest, Jobs included: for quotas and the capacity plan.
 */
import type { Platform } from './platform';
import { bytesOf } from './quantity';
import { Task } from './task';
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
    if (!(party instanceof Workload || party instanceof Task) || party.reach.namespace !== namespace)
      continue;
    const replicas = party instanceof Workload ? podsOf(party, platform) : 1;
    const beside = party instanceof Workload ? (party.spec.sidecars ?? []) : [];
    for (const { resources } of [party.spec.container, ...beside]) {
      cpuMillis += resources.cpuMillis * replicas;
      memoryBytes += bytesOf(resources.memory) * replicas;
    }
    pods += replicas;
  }
  return { cpuMillis, memoryBytes, pods };
}

/** A node agent has one on each node. */
function podsOf(workload: Workload, platform: Platform): number {
  return workload.kind === 'DaemonSet' ? (platform.nodes ?? 1) : workload.maxReplicas;
}
