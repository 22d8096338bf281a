/**
 * Workloads that hold copies of the same data: what keeps two copies out of one zone, and two of their pods from being
 * taken away at once.
 */
import { Workload } from '../../../constructs/core/workload';
import { CONTAINER, manifest, manifests, TestComponent, testPlatform } from './fixture';

function made(zones: number): ReturnType<typeof testPlatform> {
  const platform = testPlatform({ zones });
  const component = new TestComponent(platform, 'store');
  for (const id of ['store-a', 'store-b']) {
    const workload = new Workload(component, id, {
      kind: 'StatefulSet',
      replicas: 2,
      uid: 10001,
      drainSeconds: 30,
      container: CONTAINER,
      zoneSet: 'store-copies',
    });
    workload.listen({ name: 'http', port: 3100, protocol: 'http', signals: ['web'], access: 'read' });
  }
  return platform;
}

test('replicas of one workload share a zone, which no other of the set enters', () => {
  const labels = { 'app.kubernetes.io/name': 'store', 'app.kubernetes.io/component': 'store-a' };
  const { spec } = manifest(made(3), 'StatefulSet', 'store-a');
  expect(spec).toMatchObject({
    template: { metadata: { labels: { 'hyperion.example.com/zone-set': 'store-copies' } } },
  });
  const pod = (spec as { template: { spec: Record<string, unknown> } }).template.spec;
  expect(pod.affinity).toEqual({
    podAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { labelSelector: { matchLabels: labels }, topologyKey: 'topology.kubernetes.io/zone' },
      ],
    },
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        {
          labelSelector: {
            matchLabels: { 'hyperion.example.com/zone-set': 'store-copies' },
            matchExpressions: [
              { key: 'app.kubernetes.io/component', operator: 'NotIn', values: ['store-a'] },
            ],
          },
          topologyKey: 'topology.kubernetes.io/zone',
        },
      ],
    },
  });
  // Spread over the nodes of that zone; over zones it cannot be.
  expect(pod.topologySpreadConstraints).toEqual([
    {
      maxSkew: 1,
      topologyKey: 'kubernetes.io/hostname',
      whenUnsatisfiable: 'DoNotSchedule',
      labelSelector: { matchLabels: labels },
    },
  ]);
});

test('one disruption budget covers the set: a second one on the same pods would block their eviction', () => {
  const budgets = manifests(made(3)).filter(({ kind }) => kind === 'PodDisruptionBudget');
  expect(budgets.map(({ metadata, spec }) => [metadata.name, spec])).toEqual([
    [
      'store-copies',
      {
        maxUnavailable: 1,
        selector: {
          matchLabels: {
            'app.kubernetes.io/name': 'store',
            'hyperion.example.com/zone-set': 'store-copies',
          },
        },
      },
    ],
  ]);
});

test('in one zone there is nothing to keep apart', () => {
  const { spec } = manifest(made(1), 'StatefulSet', 'store-a');
  expect((spec as { template: { spec: object } }).template.spec).not.toHaveProperty('affinity');
});
