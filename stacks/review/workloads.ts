/** What a component runs, and what its pods ask of the cluster. */
import { imageOf } from '../../constructs/core/catalog';
import type { VolumeClaim } from '../../constructs/core/pod-volumes';
import type { Platform } from '../../constructs/core/platform';
import { containersOf } from '../../constructs/core/images';
import { bytesOf } from '../../constructs/core/quantity';
import { Task } from '../../constructs/core/task';
import { Workload } from '../../constructs/core/workload';
import type { WorkloadEntry } from './review-document';

export function workloadEntries(platform: Platform, component: string): WorkloadEntry[] {
  return platform.graph.parties
    .filter((party) => party instanceof Workload || party instanceof Task)
    .filter(({ componentName }) => componentName === component)
    .map((party) => ({
      id: party.id,
      ...(party instanceof Workload ? podsOf(party, platform) : podsOfTask(party)),
      images: [...new Set(containersOf(party).map(({ image }) => imageOf(image)))],
      ...requestsOf(party),
    }));
}

type Pods = Pick<WorkloadEntry, 'kind' | 'replicas' | 'maxReplicas' | 'volumeBytes'>;

function podsOf({ kind, replicas, maxReplicas, spec }: Workload, platform: Platform): Pods {
  // A node agent has one on each node.
  const [least, most] =
    kind === 'DaemonSet' ? [platform.nodes ?? 1, platform.nodes ?? 1] : [replicas, maxReplicas];
  return {
    kind,
    replicas: least,
    maxReplicas: most,
    volumeBytes: claimed(spec.claims) * least + claimed(spec.sharedClaims),
  };
}

function podsOfTask({ spec }: Task): Pods {
  return {
    kind: spec.schedule === undefined ? 'Job' : 'CronJob',
    replicas: 1,
    maxReplicas: 1,
    volumeBytes: 0,
  };
}

function claimed(claims: readonly VolumeClaim[] = []): number {
  return claims.reduce((sum, { size }) => sum + bytesOf(size), 0);
}

/** Of one pod; init containers are gone when the others run. */
function requestsOf(party: Workload | Task): { cpuMillis: number; memoryBytes: number } {
  const beside = party instanceof Workload ? (party.spec.sidecars ?? []) : [];
  const containers = [party.spec.container, ...beside];
  return {
    cpuMillis: containers.reduce((sum, { resources }) => sum + resources.cpuMillis, 0),
    memoryBytes: containers.reduce((sum, { resources }) => sum + bytesOf(resources.memory), 0),
  };
}
