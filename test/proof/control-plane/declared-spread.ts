/** Where the replicas of a workload have to be by what the model says of it, whatever its manifests ask for. */
import type { Platform } from '../../../constructs/core/platform';
import { Workload } from '../../../constructs/core/workload';
import type { Manifest } from '../../../policies/manifest';
import { fieldsAt, selects, textAt } from '../../../stacks/manifest-data';
import { HOSTNAME, ZONE } from './topology';

/** Replicas in as many zones as can be; sets of copies one zone each; replicas of data on nodes of their own. */
export function declaredSpreadMistakes(
  platform: Platform,
  pods: readonly Manifest[],
  nodes: readonly Manifest[],
): string[] {
  if (platform.zones === 1) return [];
  const workloads = platform.graph.parties.filter((party) => party instanceof Workload);
  const replicated = workloads.filter(({ kind, replicas }) => kind !== 'DaemonSet' && replicas > 1);
  const zonesOf = (workload: Workload): Set<string> => domainsOf(workload, ZONE, pods, nodes);
  return [
    ...replicated.flatMap((workload) => {
      const wanted = workload.spec.zoneSet === undefined ? Math.min(workload.replicas, platform.zones) : 1;
      const found = [...zonesOf(workload)].sort();
      return found.length === wanted
        ? []
        : [`${workload.id}: in ${found.join(', ') || 'no zone'}, and ${wanted} of them are declared`];
    }),
    ...replicated
      .filter(({ kind }) => kind === 'StatefulSet')
      .flatMap((workload) => {
        const found = domainsOf(workload, HOSTNAME, pods, nodes).size;
        return found === workload.replicas
          ? []
          : [`${workload.id}: ${workload.replicas} replicas of data lie on ${found} nodes`];
      }),
    ...workloads.flatMap((workload, index) =>
      workloads
        .slice(index + 1)
        .filter(
          (other) =>
            workload.spec.zoneSet !== undefined &&
            other.spec.zoneSet === workload.spec.zoneSet &&
            [...zonesOf(other)].some((zone) => zonesOf(workload).has(zone)),
        )
        .map((other) => `${workload.id} and ${other.id} hold copies of the same data in one zone`),
    ),
  ];
}

function domainsOf(
  { reach }: Workload,
  key: string,
  pods: readonly Manifest[],
  nodes: readonly Manifest[],
): Set<string> {
  const names = pods
    .filter(
      ({ metadata }) =>
        metadata.namespace === reach.namespace &&
        metadata.deletionTimestamp === undefined &&
        selects({ matchLabels: reach.labels }, fieldsAt(metadata, 'labels')),
    )
    .map((pod) => textAt(pod, 'spec', 'nodeName'));
  return new Set(
    nodes
      .filter(({ metadata }) => names.includes(metadata.name))
      .flatMap(({ metadata }) => textAt(metadata, 'labels', key) ?? []),
  );
}
