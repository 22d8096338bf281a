/**
 * Tests that drain every node of an environment in turn through the Eviction API, as an upgrade of the cluster does it:
 * none hangs, everything runs elsewhere before the node comes back, and no disruption budget is ever broken.
 */
import type { Manifest } from '../../../policies/manifest';
import { numberAt, textAt } from '../../../stacks/manifest-data';
import type { ApiClient } from './api-client';
import { nameOf, unavailable } from './availability';
import { BudgetWatch } from './budget-watch';
import { cordon, drain } from './drain';
import { namespace, type EnvironmentCluster } from './environment-cluster';
import type { EnvironmentObjects } from './environment-objects';
import { until } from './until';

/** What no budget lets go is refused the first time already: a drain that can never end need not be waited for. */
const GIVE_UP_MS = 0;
const COUNT_LIMIT_MS = 120_000;

/** @param clusterOf on which the environment runs, when the tests run */
export function drainTests(environment: EnvironmentObjects, clusterOf: () => EnvironmentCluster): void {
  test('drained node by node, nothing hangs and no budget is broken', async () => {
    const cluster = clusterOf();
    await cluster.settle();
    const nodes = (await cluster.api.list('v1', 'Node')).map(({ metadata }) => metadata.name);
    const watch = await BudgetWatch.start(cluster.api, { rollOuts: false });
    let moved = 0;
    for (const node of nodes) {
      moved += await drain(cluster.api, node);
      await cordon(cluster.api, node, false);
    }
    expect(watch.stop()).toEqual([]);
    const budgets = environment.objects.filter(({ kind }) => kind === 'PodDisruptionBudget');
    expect(budgets.length).toBeGreaterThan(0);
    expect(watch.size).toBe(budgets.length);
    // Every pod that runs for good was moved at least once.
    const running = environment.objects.filter(({ kind }) => /^(Deployment|StatefulSet)$/.test(kind));
    expect(moved).toBeGreaterThanOrEqual(running.length);
    // What was moved last is still starting.
    await cluster.settle();
    expect(await unavailable(cluster.api)).toEqual([]);
  });

  test('a budget that lets nothing go is named, with the pod that stays', async () => {
    const cluster = clusterOf();
    for (const object of blocking()) await cluster.api.create(object);
    await cluster.settle();
    await until('the budget is counted', COUNT_LIMIT_MS, () => uncounted(cluster.api));
    const [pod] = await cluster.api.list('v1', 'Pod', 'blocked');
    const node = textAt(pod, 'spec', 'nodeName') ?? '';
    const hanging = drain(cluster.api, node, GIVE_UP_MS);
    await expect(hanging).rejects.toThrow(
      /Pod blocked\/never-goes-\S+ is still there: no disruption budget lets it go[^]*PodDisruptionBudget blocked\/never-goes allows no disruption: 1 healthy, 1 needed/,
    );
    await cordon(cluster.api, node, false);
  });
}

/** Budgets whose pods are not all known to be healthy. */
async function uncounted(api: ApiClient): Promise<string[]> {
  const budgets = await api.list('policy/v1', 'PodDisruptionBudget', 'blocked');
  return budgets.filter(({ status }) => numberAt(status, 'currentHealthy') !== 1).map(nameOf);
}

function blocking(): Manifest[] {
  const labels = { app: 'never-goes' };
  const metadata = { namespace: 'blocked', name: 'never-goes' };
  return [
    namespace('blocked'),
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: { containers: [{ name: 'main', image: 'registry.example.com/main:1' }] },
        },
      },
    },
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata,
      spec: { maxUnavailable: 0, selector: { matchLabels: labels } },
    },
  ];
}
