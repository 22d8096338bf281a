import { complete } from '../../../constructs/core/complete';
import { Workload, type WorkloadKind } from '../../../constructs/core/workload';
import { VerticalRecommendations } from '../../../constructs/secure/vertical-recommendations';
import { CONTAINER, manifest, manifests, TestComponent, testPlatform } from '../core/fixture';

function addWorkload(component: TestComponent, id: string, kind: WorkloadKind): void {
  new Workload(component, id, { kind, uid: 1, drainSeconds: 1, container: CONTAINER }).listen({
    name: 'http',
    port: 8080,
    protocol: 'http',
    signals: ['web'],
    access: 'control',
  });
}

const platform = testPlatform();
new VerticalRecommendations(platform, 'recommendations', { namespace: 'elsewhere' });
// Made after it, and some of it only when the environment is complete: neither is forgotten.
const component = new TestComponent(platform, 'app');
addWorkload(component, 'web', 'Deployment');
addWorkload(component, 'store', 'StatefulSet');
addWorkload(component, 'agent', 'DaemonSet');
platform.whenComplete(() => {
  addWorkload(component, 'late', 'Deployment');
});
complete(platform);

test('recommends for a workload, in its namespace, and changes nothing', () => {
  expect(manifest(platform, 'VerticalPodAutoscaler', 'store')).toMatchObject({
    apiVersion: 'autoscaling.k8s.io/v1',
    metadata: { name: 'store', namespace: 'test' },
    spec: {
      targetRef: { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'store' },
      updatePolicy: { updateMode: 'Off' },
    },
  });
});

test('leaves no workload out', () => {
  const targets = manifests(platform)
    .filter(({ kind }) => kind === 'VerticalPodAutoscaler')
    .map(({ spec }) => (spec as { targetRef: { kind: string; name: string } }).targetRef)
    .map(({ kind, name }) => `${kind} ${name}`);
  expect(targets.sort()).toEqual([
    'DaemonSet agent',
    'Deployment late',
    'Deployment web',
    'StatefulSet store',
  ]);
});
