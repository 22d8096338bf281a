/** Taking a node out of service as `kubectl drain` does: cordoned, and its pods evicted as their budgets allow. */
import type { Manifest } from '../../../policies/manifest';
import { listAt, numberAt, textAt } from '../../../stacks/manifest-data';
import type { ApiClient } from './api-client';
import { nameOf, troubles, unavailable } from './availability';
import { until } from './until';

/** Seconds each on a quiet machine; a node that is not empty by then will never be. */
const NODE_LIMIT_MS = 120_000;

/**
 * Leaves the node cordoned and empty, with everything that ran there available elsewhere.
 * @param limitMs after which it is given up
 * @throws Error naming the pods that no budget ever lets go, or that find no other place
 */
export async function drain(api: ApiClient, node: string, limitMs = NODE_LIMIT_MS): Promise<number> {
  await cordon(api, node, true);
  const evicted = new Set<string>();
  await until(
    `${node} is drained`,
    limitMs,
    async () => {
      const staying: string[] = [];
      for (const pod of await podsOn(api, node)) {
        const { name, namespace = '' } = pod.metadata;
        if (await api.evict(namespace, name)) evicted.add(`${namespace}/${name}`);
        else staying.push(`${nameOf(pod)} is still there: no disruption budget lets it go`);
      }
      return staying.length > 0 ? staying : (await podsOn(api, node)).map(nameOf);
    },
    () => stuck(api),
  );
  await until(
    `what ran on ${node} runs elsewhere`,
    limitMs,
    () => unavailable(api),
    () => stuck(api),
  );
  return evicted.size;
}

export async function cordon(api: ApiClient, node: string, isCordoned: boolean): Promise<void> {
  await api.merge({ apiVersion: 'v1', kind: 'Node', name: node }, { spec: { unschedulable: isCordoned } });
}

/** What a drain has to move: neither what has ended nor what belongs to the node. */
async function podsOn(api: ApiClient, node: string): Promise<Manifest[]> {
  const pods = await api.list('v1', 'Pod', undefined, `fieldSelector=spec.nodeName%3D${node}`);
  return pods.filter(
    (pod) =>
      !['Succeeded', 'Failed'].includes(textAt(pod, 'status', 'phase') ?? '') &&
      !listAt(pod.metadata, 'ownerReferences').some((owner) => textAt(owner, 'kind') === 'DaemonSet'),
  );
}

/** The budgets that are used up, and why their pods are not ready. */
async function stuck(api: ApiClient): Promise<string[]> {
  const budgets = await api.list('policy/v1', 'PodDisruptionBudget');
  return [
    ...budgets
      .filter((budget) => numberAt(budget, 'status', 'disruptionsAllowed') === 0)
      .map((budget) => {
        const [healthy, wanted] = ['currentHealthy', 'desiredHealthy'].map(
          (f) => numberAt(budget, 'status', f) ?? 0,
        );
        return `${nameOf(budget)} allows no disruption: ${healthy ?? 0} healthy, ${wanted ?? 0} needed`;
      }),
    ...(await troubles(api)),
  ];
}
