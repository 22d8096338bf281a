/**
 * Every node of each environment is drained in turn through the Eviction API, as an upgrade of the cluster does it: none
 * hangs, everything runs elsewhere before the node comes back, and no disruption budget is ever broken.
 */
import type { Manifest } from '../../policies/manifest';
import { textAt } from '../../stacks/manifest-data';
import { ENVIRONMENT_NAMES } from '../environments';
import { proof } from '../tools/proof';
import { unavailable } from './control-plane/availability';
import { BudgetWatch } from './control-plane/budget-watch';
import { CONTROL_PLANE_TOOLS } from './control-plane/control-plane';
import { cordon, drain } from './control-plane/drain';
import { EnvironmentCluster, namespace } from './control-plane/environment-cluster';
import { environmentObjects } from './control-plane/environment-objects';

jest.setTimeout(900_000);

/** For a drain that can never end: long enough for all that can go to go. */
const GIVE_UP_MS = 10_000;

proof(CONTROL_PLANE_TOOLS, 'drained node by node', () => {
  describe.each(ENVIRONMENT_NAMES.map(environmentObjects))('$name$leftOut', (environment) => {
    let cluster: EnvironmentCluster;
    let nodes: string[];

    beforeAll(async () => {
      cluster = await EnvironmentCluster.start(environment);
      await cluster.install(environment);
      nodes = (await cluster.api.list('v1', 'Node')).map(({ metadata }) => metadata.name);
    });

    afterAll(async () => {
      await cluster.stop();
    });

    test('nothing hangs and no budget is broken', async () => {
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
      for (const object of blocking()) await cluster.api.create(object);
      await cluster.settle();
      const [pod] = await cluster.api.list('v1', 'Pod', 'blocked');
      const node = textAt(pod, 'spec', 'nodeName') ?? '';
      const hanging = drain(cluster.api, node, GIVE_UP_MS);
      await expect(hanging).rejects.toThrow(
        /Pod blocked\/never-goes-\S+ is still there: no disruption budget lets it go[^]*PodDisruptionBudget blocked\/never-goes allows no disruption: 1 healthy, 1 needed/,
      );
      await cordon(cluster.api, node, false);
    });
  });
});

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
