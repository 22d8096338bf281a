/**
 * How many pods there are, and what they ask of the cluster: for quotas, the capacity plan and the review.
 */
import type { Platform } from './platform';
import { bytesOf } from './quantity';
import { Task } from './task';
import { Workload } from './workload';

export interface PodRequests {
  readonly cpuMillis: number;
  readonly memoryBytes: number;
}

export interface NamespaceRequests extends PodRequests {
  readonly pods: number;
}

/** Of a workload that has an autoscaler, they differ. */
export interface PodCounts {
  readonly replicas: number;
  readonly maxReplicas: number;
}

/** What the pods of a namespace ask for at their largest, Jobs included. */
export function namespaceRequests(platform: Platform, namespace: string): NamespaceRequests {
  let cpuMillis = 0;
  let memoryBytes = 0;
  let pods = 0;
  for (const party of platform.graph.parties) {
    if (!(party instanceof Workload || party instanceof Task) || party.reach.namespace !== namespace)
      continue;
    const { maxReplicas } = party instanceof Workload ? podCounts(party, platform) : { maxReplicas: 1 };
    const one = podRequests(party);
    cpuMillis += one.cpuMillis * maxReplicas;
    memoryBytes += one.memoryBytes * maxReplicas;
    pods += maxReplicas;
  }
  return { cpuMillis, memoryBytes, pods };
}

/** A node agent has one on each node. */
export function podCounts({ kind, replicas, maxReplicas }: Workload, { nodes = 1 }: Platform): PodCounts {
  return kind === 'DaemonSet' ? { replicas: nodes, maxReplicas: nodes } : { replicas, maxReplicas };
}

/** Of one pod; init containers are gone when the others run. */
export function podRequests(party: Workload | Task): PodRequests {
  const beside = party instanceof Workload ? (party.spec.sidecars ?? []) : [];
  const containers = [party.spec.container, ...beside];
  return {
    cpuMillis: containers.reduce((sum, { resources }) => sum + resources.cpuMillis, 0),
    memoryBytes: containers.reduce((sum, { resources }) => sum + bytesOf(resources.memory), 0),
  };
}
