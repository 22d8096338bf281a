import { complete } from '../../../constructs/core/complete';
import { manifest, manifests } from '../core/fixture';
import { clusterAgent } from './cluster-fixture';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const { platform } = clusterAgent();
complete(platform);
const { spec } = manifest(platform, 'Deployment', 'kube-state-metrics') as unknown as {
  spec: { replicas: number; template: { spec: { containers: { args: string[] }[] } } };
};
const { rules } = manifest(platform, 'ClusterRole', 'kube-state-metrics') as unknown as { rules: Rule[] };
const args = spec.template.spec.containers[0]?.args ?? [];

test('it watches what it may read, and may read what it watches: literally these', () => {
  expect(rules).toEqual([
    {
      apiGroups: [''],
      resources: [
        'namespaces',
        'nodes',
        'persistentvolumeclaims',
        'persistentvolumes',
        'pods',
        'resourcequotas',
        'services',
      ],
      verbs: ['list', 'watch'],
    },
    {
      apiGroups: ['apps'],
      resources: ['daemonsets', 'deployments', 'replicasets', 'statefulsets'],
      verbs: ['list', 'watch'],
    },
    { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'], verbs: ['list', 'watch'] },
    { apiGroups: ['batch'], resources: ['cronjobs', 'jobs'], verbs: ['list', 'watch'] },
    { apiGroups: ['networking.k8s.io'], resources: ['ingresses'], verbs: ['list', 'watch'] },
    { apiGroups: ['policy'], resources: ['poddisruptionbudgets'], verbs: ['list', 'watch'] },
    { apiGroups: ['storage.k8s.io'], resources: ['storageclasses'], verbs: ['list', 'watch'] },
  ]);
  expect(args).toEqual([
    '--port=8080',
    '--telemetry-port=8081',
    `--resources=${rules.flatMap(({ resources }) => resources).join(',')}`,
  ]);
});

test('one replica, asked on 8080', () => {
  expect(spec.replicas).toBe(1);
  expect(spec.template.spec.containers[0]).toMatchObject({
    readinessProbe: { httpGet: { path: '/readyz', port: 8081 } },
    livenessProbe: { httpGet: { path: '/livez', port: 8080 } },
  });
  expect(manifest(platform, 'Service', 'kube-state-metrics').spec).toMatchObject({
    ports: [
      { name: 'metrics', port: 8080 },
      { name: 'ready', port: 8081 },
    ],
  });
});

test('it has no rights but those', () => {
  const roles = manifests(platform).filter(
    ({ kind, metadata }) => kind.endsWith('Role') && metadata.name === 'kube-state-metrics',
  );
  expect(roles.map(({ kind }) => kind)).toEqual(['ClusterRole']);
});
