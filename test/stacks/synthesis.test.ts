import { ApiObject } from 'cdk8s';
import { parseAllDocuments } from 'yaml';
import { synthesise } from '../../stacks/synthesis';
import { smallPlatform } from './small-platform';

const synthesis = synthesise(smallPlatform());

function textOf(path: string): string {
  const text = synthesis.files.get(path);
  if (text === undefined) throw new Error(`no ${path} among ${[...synthesis.files.keys()].join(', ')}`);
  return text;
}

test('one manifest file for each component, numbered in start order', () => {
  expect([...synthesis.files.keys()]).toEqual([
    'manifests/00-namespaces.yaml',
    'manifests/01-policies.yaml',
    'manifests/02-store.yaml',
    'manifests/03-collector.yaml',
    'policies/admission-policies.yaml',
    'policies/gatekeeper.yaml',
    'config/store/config.yaml',
    'graph.json',
    'images.txt',
  ]);
});

test('a file says whose it is, and holds the objects that others refer to first', () => {
  const text = textOf('manifests/02-store.yaml');
  expect(text.split('\n')[0]).toBe('# store: Keeps logs');
  const kinds = parseAllDocuments(text).map((document) => (document.toJS() as { kind: string }).kind);
  expect(kinds).toEqual([
    'NetworkPolicy',
    'ServiceAccount',
    'ExternalSecret',
    'ConfigMap',
    'Service',
    'Service',
    'PodDisruptionBudget',
    'StatefulSet',
  ]);
});

test('the objects in memory are those in the text', () => {
  const parsed = [...synthesis.files]
    .filter(([path]) => path.startsWith('manifests/'))
    .flatMap(([, text]) => parseAllDocuments(text).map((document) => document.toJS() as unknown));
  expect(parsed).toEqual(synthesis.objects.map(({ object }) => object));
});

test('every object of every chart is there once', () => {
  const made = smallPlatform()
    .node.findAll()
    .filter((construct) => ApiObject.isApiObject(construct)).length;
  const ofComponents = synthesis.objects.filter(({ component }) => component !== 'policies').length;
  expect(ofComponents).toBe(made);
});

test('the configuration is written byte for byte as it is mounted', () => {
  const configMap = synthesis.objects.find(({ object }) => object.kind === 'ConfigMap')?.object;
  expect(configMap?.data).toEqual({ 'config.yaml': textOf('config/store/config.yaml') });
});

test('the policies are Kyverno validating policies', () => {
  const policies = synthesis.objects.filter(({ component }) => component === 'policies');
  expect(policies.length).toBeGreaterThan(20);
  expect(new Set(policies.map(({ object }) => object.kind))).toEqual(new Set(['ValidatingPolicy']));
  expect(new Set(policies.map(({ wave }) => wave))).toEqual(new Set([1]));
});

test('an exception becomes an object of Kyverno', () => {
  const exception = {
    rule: 'read-only-root-filesystem',
    resource: { kind: 'StatefulSet' as const, namespace: 'small', name: 'store' },
    reason: 'writes beside its program',
    owner: 'storage team',
  };
  const { objects } = synthesise(smallPlatform(), { exceptions: [exception] });
  expect(objects.filter(({ object }) => object.kind === 'PolicyException')).toHaveLength(1);
});

test('the image list names each image once', () => {
  expect(textOf('images.txt')).toMatch(
    /^docker\.io\/grafana\/loki-canary:[\d.]+\ndocker\.io\/grafana\/loki:[\d.]+\n$/,
  );
});

test('the graph has components, endpoints and connections with their delivery', () => {
  const graph = JSON.parse(textOf('graph.json')) as Record<string, unknown>;
  expect(graph.components).toEqual([
    expect.objectContaining({ name: 'namespaces', startsInWave: 0 }),
    expect.objectContaining({ name: 'store', layer: 'store', startsInWave: 2, parties: ['store'] }),
    expect.objectContaining({ name: 'collector', startsInWave: 3 }),
  ]);
  expect(graph.connections).toContainEqual({
    from: 'collector',
    to: 'store/http',
    protocol: 'loki-http',
    port: 3100,
    signals: ['logs'],
    purpose: 'logs to the store',
    delivery: { kind: 'disk-queue', sizeBytes: 1024 ** 3, replicas: 1, whenFull: 'refuses' },
    credential: { kind: 'basic', secret: 'store-password' },
    load: { eventsPerSecond: 1000, bytesPerSecond: 1024 ** 2 },
    access: 'write',
    guarantee: {
      survivesSeconds: 1024,
      wantedSeconds: 600,
      arithmetic: [
        'collector disk queue: 1 × 1 GiB ÷ 1 MiB/s = 17 min',
        'collector: nothing waits before it; its senders are refused and retry',
      ],
    },
  });
  expect(graph.endpoints).toContainEqual(
    expect.objectContaining({
      id: 'collector/otlp',
      url: 'http://collector.small.svc.cluster.local:4318/v1/logs',
    }),
  );
  expect(graph.externals).toEqual([
    {
      name: 'outside',
      description: 'senders',
      host: 'outside',
      reach: { kind: 'addresses', cidrs: ['10.1.0.0/16'] },
    },
  ]);
});

test('two syntheses are the same byte for byte', () => {
  expect([...synthesise(smallPlatform()).files]).toEqual([...synthesis.files]);
});

test('nothing of this machine is in the output', () => {
  const all = [...synthesis.files.values()].join('\n');
  expect(all).not.toContain(process.cwd());
  expect(all).not.toMatch(/\b20\d\d-\d\d-\d\dT\d\d:/);
});
