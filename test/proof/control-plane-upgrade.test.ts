/**
 * Each environment goes from its earlier release to the current one on a live control plane: no field that cannot be
 * changed is touched, and while everything rolls, never fewer pods are ready than the budgets promise.
 */
import type { Manifest } from '../../policies/manifest';
import { fieldsAt, identityOf, listAt, numberAt, textAt } from '../../stacks/manifest-data';
import { ENVIRONMENT_NAMES } from '../environments';
import { proof } from '../tools/proof';
import { nameOf } from './control-plane/availability';
import { BudgetWatch } from './control-plane/budget-watch';
import { refOf } from './control-plane/by-hand';
import { CONTROL_PLANE_TOOLS } from './control-plane/control-plane';
import { EARLIER_TAG, earlierRelease } from './control-plane/earlier-release';
import { EnvironmentCluster } from './control-plane/environment-cluster';
import { environmentObjects } from './control-plane/environment-objects';
import { sharersOf } from './control-plane/shared-budgets';
import { until } from './control-plane/until';

jest.setTimeout(900_000);

const releases = ENVIRONMENT_NAMES.map(environmentObjects).map((current) => {
  const earlier = earlierRelease(current.name, current.objects);
  return { name: current.name, leftOut: current.leftOut, source: earlier.source, current, earlier };
});

/** Not every environment has a Job. */
const FIXED_FIELDS = [
  { kind: 'Job', spec: { completions: 7 }, why: 'completions.*field is immutable' },
  {
    kind: 'StatefulSet',
    spec: { serviceName: 'another' },
    why: 'updates to statefulset spec for fields other than',
  },
] as const;

proof(CONTROL_PLANE_TOOLS, 'an upgrade', () => {
  describe.each(releases)('$name from $source$leftOut', ({ current, earlier }) => {
    let cluster: EnvironmentCluster;

    beforeAll(async () => {
      cluster = await EnvironmentCluster.start(current);
      await cluster.install({ waves: inTwoWaves(earlier.objects), policies: current.policies });
    });

    afterAll(async () => {
      await cluster.stop();
    });

    test('rolls every workload within its budgets', async () => {
      const before = await images(cluster);
      expect(before.length).toBeGreaterThan(0);
      expect(before.filter((image) => !image.endsWith(`:${EARLIER_TAG}`))).toEqual([]);
      const watch = await BudgetWatch.start(cluster.api, { next: current.objects, rollOuts: true });
      await cluster.install(current);
      const gone = earlier.objects.filter(
        (object) => !current.objects.some((kept) => identityOf(kept) === identityOf(object)),
      );
      for (const object of gone) await cluster.api.delete(refOf(object));
      await cluster.settle();
      expect(watch.stop()).toEqual([]);
      expect(watch.size).toBeGreaterThan(0);
      expect((await images(cluster)).filter((image) => image.endsWith(`:${EARLIER_TAG}`))).toEqual([]);
    });

    describe('and this proof can fail', () => {
      const fixed = FIXED_FIELDS.flatMap(({ kind, ...change }) => {
        const object = current.objects.find((each) => each.kind === kind);
        return object === undefined ? [] : [{ kind, object, ...change }];
      });

      test.each(fixed)(
        'a $kind that cannot be changed so is refused by name',
        async ({ object, spec, why }) => {
          const attempt = cluster.applyAll([{ ...object, spec: { ...fieldsAt(object, 'spec'), ...spec } }]);
          await expect(attempt).rejects.toThrow(new RegExp(`${nameOf(object)}: .*${why}`));
        },
      );

      test('pods that go before others came are reported', async () => {
        const watch = await BudgetWatch.start(cluster.api, { rollOuts: true });
        const deployments = await cluster.api.list('apps/v1', 'Deployment');
        const replicasOf = ({ spec }: Manifest): number => numberAt(spec, 'replicas') ?? 1;
        // Small environments have one of each.
        const deployment = deployments.find((each) => replicasOf(each) === 2) ?? deployments[0];
        if (deployment === undefined) throw new Error('there is no Deployment');
        const replicas = replicasOf(deployment);
        const pods = await cluster.api.list('v1', 'Pod', deployment.metadata.namespace);
        const victim = pods.find(({ metadata }) => metadata.name.startsWith(`${deployment.metadata.name}-`));
        if (victim === undefined) throw new Error(`${nameOf(deployment)} has no pod`);
        await cluster.api.delete(refOf(victim));
        await until('the loss is seen', 60_000, () =>
          Promise.resolve(watch.broken.length > 0 ? [] : ['no promise is broken']),
        );
        // The Deployment's own count may still be that of before.
        await until('another pod is ready', 60_000, async () => {
          const now = await cluster.api.list('v1', 'Pod', deployment.metadata.namespace);
          const ready = now.filter(
            (pod) =>
              pod.metadata.name.startsWith(`${deployment.metadata.name}-`) &&
              pod.metadata.name !== victim.metadata.name &&
              listAt(pod, 'status', 'conditions').some(
                (one) => textAt(one, 'type') === 'Ready' && textAt(one, 'status') === 'True',
              ),
          );
          return ready.length === replicas ? [] : [`${ready.length} of ${replicas} are ready`];
        });
        await cluster.settle();
        expect(watch.stop().map((breach) => breach.split(';')[0])).toEqual([
          `${nameOf(deployment)}: ${replicas - 1} ready of at least ${replicas}`,
        ]);
      });

      if (sharersOf(current.objects).length > 0) {
        // Only whoever applies them can prevent it: a budget does not hold roll-outs back.
        test('copies of the same data that are applied at once roll at once, and their budget is broken', async () => {
          const watch = await BudgetWatch.start(cluster.api, { rollOuts: true });
          const names = sharersOf(current.objects).flat().map(nameOf);
          await cluster.applyAll(earlier.objects.filter((object) => names.includes(nameOf(object))));
          await cluster.settle();
          const breaches = watch.stop();
          expect(breaches.length).toBeGreaterThan(0);
          for (const breach of breaches)
            expect(breach).toMatch(/^PodDisruptionBudget \S+: \d+ ready of at least \d+/);
        });
      }
    });
  });
});

/** Images of what runs for good. */
async function images(cluster: EnvironmentCluster): Promise<string[]> {
  const pods = await cluster.api.list('v1', 'Pod');
  return pods
    .filter((pod) => textAt(pod, 'status', 'phase') === 'Running')
    .flatMap((pod) => listAt(pod, 'spec', 'containers').flatMap((c) => textAt(c, 'image') ?? []));
}

/** Quotas are counted before anything else comes. */
function inTwoWaves(objects: readonly Manifest[]): Manifest[][] {
  const isGround = ({ kind }: Manifest): boolean =>
    ['Namespace', 'ResourceQuota', 'LimitRange'].includes(kind);
  return [objects.filter(isGround), objects.filter((object) => !isGround(object))];
}
