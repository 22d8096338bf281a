/** What a component's pods ask for together. Free of the DOM. */
import type { ComponentEntry } from '../review-document';

export interface Requests {
  readonly pods: number;
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  readonly volumeBytes: number;
}

export function requestsOf({ workloads }: Pick<ComponentEntry, 'workloads'>): Requests {
  const sum = (of: (workload: ComponentEntry['workloads'][number]) => number): number =>
    workloads.reduce((total, workload) => total + of(workload), 0);
  return {
    pods: sum(({ replicas }) => replicas),
    cpuMillis: sum(({ replicas, cpuMillis }) => replicas * cpuMillis),
    memoryBytes: sum(({ replicas, memoryBytes }) => replicas * memoryBytes),
    volumeBytes: sum(({ volumeBytes }) => volumeBytes),
  };
}
