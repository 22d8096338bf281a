import type { ClusterPlan, FilePlan, VolumePlan } from '../../../../stacks/local/cluster-plan';
import { deployment, object, onlyContainer, onlyPod, planOf, workload } from '../plan-fixture';

const SETTINGS = object('ConfigMap', 'settings', {
  data: { 'a.yaml': 'a: 1\n', 'b.yaml': 'b: 2\n' },
  binaryData: { c: Buffer.from('plain').toString('base64') },
});
const SECRETS = { secrets: { 'shop/login': { user: 'u', password: 'p' } } };

function planWith(volume: Record<string, unknown>, mount: Record<string, unknown> = {}): ClusterPlan {
  const volumeMounts = [{ name: 'v', mountPath: '/etc/v', ...mount }];
  return planOf([deployment({ volumeMounts }, { volumes: [{ name: 'v', ...volume }] }), SETTINGS], SECRETS);
}

function volumeOf(volume: Record<string, unknown>): VolumePlan {
  const [plan] = onlyPod(planWith(volume)).volumes;
  if (plan === undefined) throw new Error('no volume');
  return plan;
}

function filesOf(volume: Record<string, unknown>): Readonly<Record<string, FilePlan>> {
  const plan = volumeOf(volume);
  if (plan.kind !== 'files') throw new Error(`a volume of kind ${plan.kind}`);
  return plan.files;
}

test('all keys of a ConfigMap, or the items alone', () => {
  expect(filesOf({ configMap: { name: 'settings' } })).toEqual({
    'a.yaml': { content: 'a: 1\n', mode: 0o644, secret: false },
    'b.yaml': { content: 'b: 2\n', mode: 0o644, secret: false },
    c: { content: 'plain', mode: 0o644, secret: false },
  });
  const items = [
    { key: 'a.yaml', path: 'deep/a.yaml' },
    { key: 'b.yaml', path: 'b.yaml', mode: 0o400 },
  ];
  expect(filesOf({ configMap: { name: 'settings', defaultMode: 0o440, items } })).toEqual({
    'deep/a.yaml': { content: 'a: 1\n', mode: 0o440, secret: false },
    'b.yaml': { content: 'b: 2\n', mode: 0o400, secret: false },
  });
});

test('a Secret, whose files are not to be shown', () => {
  const items = [{ key: 'password', path: 'password' }];
  expect(filesOf({ secret: { secretName: 'login', defaultMode: 288, items } })).toEqual({
    password: { content: 'p', mode: 0o440, secret: true },
  });
});

test('what is optional may be missing', () => {
  expect(filesOf({ configMap: { name: 'none', optional: true } })).toEqual({});
  const items = [{ key: 'none', path: 'none' }];
  expect(filesOf({ secret: { secretName: 'login', optional: true, items } })).toEqual({});
});

test('the downward API as files', () => {
  const items = [
    { path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } },
    { path: 'name', fieldRef: { fieldPath: 'metadata.name' }, mode: 0o400 },
  ];
  expect(filesOf({ downwardAPI: { items } })).toEqual({
    labels: { content: 'app="web"', mode: 0o644, secret: false },
    name: { content: 'web-0', mode: 0o400, secret: false },
  });
});

test('a projected volume is all of its sources', () => {
  const sources = [
    { configMap: { name: 'settings', items: [{ key: 'a.yaml', path: 'a.yaml' }] } },
    { secret: { name: 'login', items: [{ key: 'user', path: 'user' }] } },
    { downwardAPI: { items: [{ path: 'ip', fieldRef: { fieldPath: 'status.podIP' } }] } },
    { serviceAccountToken: { path: 'token', audience: 'vault' } },
  ];
  const files = filesOf({ projected: { defaultMode: 0o400, sources } });
  expect(Object.keys(files)).toEqual(['a.yaml', 'user', 'ip', 'token']);
  expect(files.user).toEqual({ content: 'u', mode: 0o400, secret: true });
  const claims = Buffer.from(files.token?.content.split('.')[1] ?? '', 'base64url').toString();
  expect(JSON.parse(claims)).toMatchObject({ aud: ['vault'], sub: 'system:serviceaccount:shop:default' });
});

test('scratch space, of a size or not', () => {
  expect(volumeOf({ emptyDir: { sizeLimit: '64Mi' } })).toEqual({
    kind: 'scratch',
    name: 'v',
    sizeBytes: 67_108_864,
  });
  expect(volumeOf({ emptyDir: {} })).toEqual({ kind: 'scratch', name: 'v', sizeBytes: undefined });
  expect(volumeOf({})).toEqual({ kind: 'scratch', name: 'v', sizeBytes: undefined });
  const volumeClaimTemplate = { spec: { resources: { requests: { storage: '1Gi' } } } };
  expect(volumeOf({ ephemeral: { volumeClaimTemplate } })).toMatchObject({
    kind: 'scratch',
    sizeBytes: 1024 ** 3,
  });
});

const TEMPLATE = { metadata: { name: 'data' }, spec: { resources: { requests: { storage: '10Gi' } } } };
const MOUNT = {
  containers: [{ name: 'db', image: 'some', volumeMounts: [{ name: 'data', mountPath: '/data' }] }],
};

test('each pod of a StatefulSet has a claim of its own, which others may mount too', () => {
  const set = workload('StatefulSet', 'db', MOUNT, { replicas: 2, volumeClaimTemplates: [TEMPLATE] });
  const reader = deployment(
    { volumeMounts: [{ name: 'v', mountPath: '/data' }] },
    { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data-db-1', readOnly: true } }] },
  );
  const plan = planOf([set, reader]);
  expect(plan.pods.map(({ name, volumes }) => [name, volumes])).toEqual([
    ['db-0', [{ kind: 'claim', name: 'data', claim: 'shop/data-db-0', sizeBytes: 10 * 1024 ** 3 }]],
    ['db-1', [{ kind: 'claim', name: 'data', claim: 'shop/data-db-1', sizeBytes: 10 * 1024 ** 3 }]],
    ['web-0', [{ kind: 'claim', name: 'v', claim: 'shop/data-db-1', sizeBytes: 10 * 1024 ** 3 }]],
  ]);
  expect(plan.pods.map(({ containers }) => containers[0]?.mounts[0]?.readOnly)).toEqual([false, false, true]);
});

test('a claim of the manifests', () => {
  const claim = object('PersistentVolumeClaim', 'shared', {
    spec: { resources: { requests: { storage: '5G' } } },
  });
  const pod = deployment({}, { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'shared' } }] });
  expect(onlyPod(planOf([claim, pod])).volumes).toEqual([
    { kind: 'claim', name: 'v', claim: 'shop/shared', sizeBytes: 5e9 },
  ]);
});

test('mounts: files are read-only, sub-paths may name variables', () => {
  const files = onlyContainer(
    planWith({ configMap: { name: 'settings' } }, { subPath: 'a.yaml', readOnly: false }),
  );
  expect(files.mounts).toEqual([{ path: '/etc/v', volume: 'v', subPath: 'a.yaml', readOnly: true }]);
  const scratch = deployment(
    {
      env: [{ name: 'WHO', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
      volumeMounts: [{ name: 'v', mountPath: '/x', subPathExpr: 'of/$(WHO)', readOnly: true }],
    },
    { volumes: [{ name: 'v', emptyDir: {} }] },
  );
  expect(onlyContainer(planOf([scratch])).mounts).toEqual([
    { path: '/x', volume: 'v', subPath: 'of/web-0', readOnly: true },
  ]);
});

test.each([
  [{ hostPath: { path: '/' } }, 'volume v is of kind hostPath, which is not to be had here'],
  [{ csi: { driver: 'x' } }, 'volume v is of kind csi, which is not to be had here'],
  [{ configMap: { name: 'none' } }, 'nobody makes the ConfigMap shop/none'],
  [{ secret: { secretName: 'none' } }, 'nobody makes the Secret shop/none'],
  [
    { secret: { secretName: 'login', items: [{ key: 'none', path: 'x' }] } },
    'Secret shop/login has no key none',
  ],
  [{ persistentVolumeClaim: { claimName: 'none' } }, 'nobody makes the PersistentVolumeClaim shop/none'],
  [
    { projected: { sources: [{ clusterTrustBundle: {} }] } },
    "a projected volume's clusterTrustBundle is not to be had here",
  ],
  [
    { emptyDir: { sizeLimit: 'much' } },
    '"much" is no quantity: a number with a suffix such as m, k, M, G, Ki, Mi or Gi, or an exponent',
  ],
])('what cannot be had leaves the workload out: %j', (volume, because) => {
  const plan = planWith(volume);
  expect(plan.pods).toEqual([]);
  expect(plan.leftOut).toEqual([{ what: 'shop/web', because }]);
});

test('binary content is refused by name', () => {
  const binary = object('ConfigMap', 'binary', {
    binaryData: { image: Buffer.from([0xff, 0xfe]).toString('base64') },
  });
  const pod = deployment({}, { volumes: [{ name: 'v', configMap: { name: 'binary' } }] });
  expect(planOf([binary, pod]).leftOut[0]?.because).toBe(
    'ConfigMap shop/binary, key image, is binary, and files here are text',
  );
});

test('a mount without a volume', () => {
  const pod = deployment({ volumeMounts: [{ name: 'none', mountPath: '/x' }] });
  expect(planOf([pod]).leftOut[0]?.because).toBe(
    'container main: mounts volume none at /x, which the pod does not have',
  );
});
