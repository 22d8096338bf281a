/** What the environment asks of a cluster as long as it runs, with all replicas. */
import type { ComponentEntry, ObjectEntry, Totals, WorkloadEntry } from './review-document';

/** Jobs end, and count for nothing here. */
const ENDS = ['Job', 'CronJob'];

export function totalsOf(components: readonly ComponentEntry[], objects: readonly ObjectEntry[]): Totals {
  const running = components.flatMap(({ workloads }) => workloads).filter(({ kind }) => !ENDS.includes(kind));
  const sum = (amount: (workload: WorkloadEntry) => number): number =>
    running.reduce((total, workload) => total + amount(workload), 0);
  return {
    pods: sum(({ replicas }) => replicas),
    cpuMillis: sum(({ replicas, cpuMillis }) => replicas * cpuMillis),
    memoryBytes: sum(({ replicas, memoryBytes }) => replicas * memoryBytes),
    volumeBytes: sum(({ volumeBytes }) => volumeBytes),
    objects: objects.length,
  };
}
