/** What a component runs, and what its pods ask of the cluster. */
import { imageOf } from '../../constructs/core/catalog';
import type { VolumeClaim } from '../../constructs/core/pod-volumes';
import type { Platform } from '../../constructs/core/platform';
import { containersOf } from '../../constructs/core/images';
import { podCounts, podRequests } from '../../constructs/core/pod-requests';
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
      ...podRequests(party),
    }));
}

type Pods = Pick<WorkloadEntry, 'kind' | 'replicas' | 'maxReplicas' | 'volumeBytes'>;

function podsOf(workload: Workload, platform: Platform): Pods {
  const { kind, spec } = workload;
  const counts = podCounts(workload, platform);
  return {
    kind,
    ...counts,
    volumeBytes: claimed(spec.claims) * counts.replicas + claimed(spec.sharedClaims),
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
