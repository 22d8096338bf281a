/**
 * What a page says has to be there first: taken from the objects, so that nobody has to remember an operator.
 */
import { operatorTable } from '../../docs/environment-page/needs';
import type { Manifest } from '../../policies/manifest';
import { synthesisOf } from '../environments';

/** Operator and what it is for, by row. */
function rowsOf(table: string): string[] {
  const [, , ...rows] = table.split('\n');
  return rows.map((row) => row.slice(1, -1).replace(/ +/g, ' ').trim());
}

function tableOf(...objects: Manifest[]): string {
  return operatorTable({ objects: objects.map((object) => ({ component: 'some', wave: 0, object })) });
}

function ingress(ingressClassName: string): Manifest {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'web' },
    spec: { ingressClassName },
  };
}

test('the hub wants the Vertical Pod Autoscaler and the controller of its load balancers', () => {
  const rows = rowsOf(operatorTable(synthesisOf('hub-infra')));
  expect(rows).toContain('Vertical Pod Autoscaler | `autoscaling.k8s.io/v1` | `VerticalPodAutoscaler`');
  expect(rows).toContain('AWS Load Balancer Controller | `networking.k8s.io/v1` | `Ingress` of class `alb`');
});

test('anton wants Rook, the prometheus-operator and the operator of Tailscale', () => {
  expect(rowsOf(operatorTable(synthesisOf('anton')))).toEqual([
    'Rook | `ceph.rook.io/v1` | `CephObjectStore`',
    expect.stringMatching(/^prometheus-operator \| `monitoring\.coreos\.com\/v1` \| .*`ServiceMonitor`/),
    'Rook | `objectbucket.io/v1alpha1` | `ObjectBucketClaim`',
    'Kyverno | `policies.kyverno.io/v1` | `PolicyException`, `ValidatingPolicy`',
    "Tailscale's operator | `networking.k8s.io/v1` | `Ingress` of class `tailscale`",
  ]);
});

test('what Kubernetes serves itself is no need, nor a class of the environment’s own', () => {
  const own = { apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass', metadata: { name: 'own' } };
  const others = ['v1', 'apps/v1', 'autoscaling/v2', 'rbac.authorization.k8s.io/v1'].map((apiVersion) => ({
    apiVersion,
    kind: 'Any',
    metadata: { name: 'any' },
  }));
  expect(rowsOf(tableOf(own, ingress('own'), ...others))).toEqual([]);
});

test('two Ingresses of a class are one need', () => {
  expect(rowsOf(tableOf(ingress('alb'), ingress('alb')))).toHaveLength(1);
});

test('a group that nobody is known to serve is refused, also below k8s.io', () => {
  const snapshot = {
    apiVersion: 'snapshot.storage.k8s.io/v1',
    kind: 'VolumeSnapshot',
    metadata: { name: 'any' },
  };
  expect(() => tableOf(snapshot)).toThrow(
    'stacks/operators.ts does not know who serves the API group snapshot.storage.k8s.io: add it there',
  );
});

test('a class that nobody is known to serve is refused', () => {
  expect(() => tableOf(ingress('traefik'))).toThrow(
    'stacks/operators.ts does not know who serves the Ingress class traefik: add it there',
  );
});
