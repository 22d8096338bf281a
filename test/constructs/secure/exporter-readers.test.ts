import { complete } from '../../../constructs/core/complete';
import { KubeStateMetrics } from '../../../constructs/collect/kube-state-metrics';
import type { Platform } from '../../../constructs/core/platform';
import { ExporterReaders } from '../../../constructs/secure/exporter-readers';
import { kubernetesApi } from '../../../constructs/systems/outside';
import { manifest, manifests, problemsOf, testPlatform } from '../core/fixture';

function made(groups: readonly string[]): Platform {
  const platform = testPlatform();
  const api = kubernetesApi(platform, ['10.0.0.4/32']);
  const { metrics } = new KubeStateMetrics(platform, 'kube-state-metrics', {
    namespace: 'monitoring',
    kubernetesApi: api,
  });
  new ExporterReaders(platform, 'exporter-readers', {
    namespace: 'monitoring',
    groups,
    exporters: [metrics],
    kubernetesApi: api,
  });
  return platform;
}

it('lets the group read these Services through the API server, and nothing else', () => {
  const platform = made(['operations']);
  expect(manifest(platform, 'Role', 'exporter-readers')).toMatchObject({
    metadata: { namespace: 'monitoring' },
    rules: [
      {
        apiGroups: [''],
        resources: ['services/proxy'],
        resourceNames: ['kube-state-metrics:8080'],
        verbs: ['get'],
      },
    ],
  });
  expect(manifest(platform, 'RoleBinding', 'exporter-readers')).toMatchObject({
    roleRef: { kind: 'Role', name: 'exporter-readers' },
    subjects: [{ kind: 'Group', name: 'operations', apiGroup: 'rbac.authorization.k8s.io' }],
  });
  expect(manifests(platform).filter(({ kind }) => kind === 'Role')).toHaveLength(1);
});

it('opens the exporters for the API server’s proxy, by the NetworkPolicy', () => {
  const platform = made(['operations']);
  complete(platform);
  expect(manifest(platform, 'NetworkPolicy', 'kube-state-metrics').spec).toMatchObject({
    ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.4/32' } }], ports: [{ port: 8080, protocol: 'TCP' }] }],
  });
});

it('reports a role for nobody', () => {
  expect(problemsOf(made([]))).toContain(
    [
      'test/exporter-readers: groups = []',
      '  rule:   a role that is bound to nobody helps nobody',
      '  remedy: give somebody the right to read exporters, or leave this out',
    ].join('\n'),
  );
});
