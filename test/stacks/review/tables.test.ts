import { Duration } from 'cdk8s';
import { CATALOG } from '../../../constructs/core/catalog';
import { gatherReview } from '../../../stacks/review/gather';
import type { ReviewDocument } from '../../../stacks/review/review-document';
import { smallEnvironment, smallPlatform } from '../small-platform';
import { AS_OF, smallReview } from './small-review';

// The first one loads the layout engine.
jest.setTimeout(60_000);

let review: ReviewDocument;

beforeAll(async () => {
  review = await smallReview();
});

test('what it is', () => {
  expect(review).toMatchObject({
    environment: 'small-dev',
    system: 'small',
    tier: 'dev',
    describe: 'A small environment of the tests',
    cloud: 'existing',
    asOf: '2026-06-01',
    survivesOutageSeconds: 600,
    findings: [],
    exceptions: [],
  });
  expect(review).not.toHaveProperty('unmade');
  expect(review).not.toHaveProperty('changes');
});

describe('components', () => {
  test('in the order of the model, and the rules of the cluster last', () => {
    expect(review.components.map(({ name, layer, startsInWave }) => [name, layer, startsInWave])).toEqual([
      ['namespaces', 'secure', 0],
      ['store', 'store', 2],
      ['collector', 'collect', 3],
      ['policies', 'secure', 1],
    ]);
  });

  test('all that belongs to one', () => {
    const { policies, ...store } = review.components[1] ?? fail();
    expect(store).toEqual({
      name: 'store',
      layer: 'store',
      summary: 'Keeps logs',
      namespace: 'small',
      startsInWave: 2,
      workloads: [
        {
          id: 'store',
          kind: 'StatefulSet',
          replicas: 2,
          maxReplicas: 2,
          images: ['docker.io/grafana/loki:3.7.8'],
          cpuMillis: 100,
          memoryBytes: 128 * 1024 ** 2,
          volumeBytes: 2 * 10 * 1024 ** 3,
        },
      ],
      endpoints: [
        {
          ...{ id: 'store/http', party: 'store', protocol: 'loki-http', port: 3100, tls: false },
          url: 'http://store.small.svc.cluster.local:3100',
          ...{ signals: ['logs'], access: 'write', auth: 'basic (store-password)' },
        },
        {
          ...{ id: 'store/http', party: 'store', protocol: 'loki-http', port: 3100, tls: false },
          url: 'http://store.small.svc.cluster.local:3100',
          ...{ signals: ['queries'], access: 'read', auth: 'none' },
        },
      ],
      connections: ['collector → store/http', 'outside → store/http'],
      configs: [
        {
          configMap: 'store-config',
          file: 'config.yaml',
          mountedAt: ['store: /etc/store/config.yaml'],
          text: expect.stringContaining('retention_period: 168h\n') as string,
        },
      ],
      objects: [
        'NetworkPolicy small/store',
        'ServiceAccount small/store',
        'ExternalSecret small/store-secrets',
        'ConfigMap small/store-config',
        'Service small/store',
        'Service small/store-headless',
        'PodDisruptionBudget small/store',
        'StatefulSet small/store',
      ],
      networkPolicies: ['small/default-deny', 'small/store'],
      derivations: [{ what: 'retention', value: '168h', from: "the environment's decision" }],
      alerts: [],
    });
    expect(policies).toContainEqual({
      rule: 'no-public-load-balancer',
      asks: 'Nothing in the cluster has a public address',
      ...{ judged: 2, broken: 0, excepted: 0 },
    });
  });

  test('a rule that is broken, or from which the object is excepted', async () => {
    const loose = { ...CATALOG.loki, tag: 'latest' };
    const pinned = async (environment = smallEnvironment({ image: loose })): Promise<unknown> =>
      (await gatherReview('small-dev', environment, { asOf: AS_OF })).components[1]?.policies.find(
        ({ rule }) => rule === 'pinned-images',
      );
    expect(await pinned()).toMatchObject({ judged: 1, broken: 1, excepted: 0 });
    const exception = {
      rule: 'pinned-images',
      resource: { kind: 'StatefulSet' as const, namespace: 'small', name: 'store' },
      ...{ reason: 'r', owner: 'o' },
    };
    const excepted = { ...smallEnvironment({ image: loose }), exceptions: [exception] };
    expect(await pinned(excepted)).toMatchObject({ judged: 1, broken: 0, excepted: 1 });
  });
});

test('connections, with the policies that they made', () => {
  expect(review.connections).toEqual([
    {
      id: 'collector → store/http',
      ...{ from: 'collector', fromComponent: 'collector', to: 'store/http', toComponent: 'store' },
      ...{ signals: ['logs'], protocol: 'loki-http', port: 3100, tls: false },
      auth: 'basic (store-password)',
      delivery: 'disk queue of 1 × 1 GiB, refuses what does not fit',
      purpose: 'logs to the store',
      load: { itemsPerSecond: 1000, bytesPerSecond: 1024 ** 2 },
      guarantee: {
        survivesSeconds: 1024,
        wantedSeconds: 600,
        arithmetic: [
          'collector disk queue: 1 × 1 GiB ÷ 1 MiB/s = 17 min',
          'collector: nothing waits before it; its senders are refused and retry',
        ],
      },
      networkPolicies: ['small/collector: egress', 'small/store: ingress'],
    },
    expect.objectContaining({
      id: 'outside → collector/otlp',
      auth: 'none',
      delivery: 'synchronous',
      networkPolicies: ['small/collector: ingress'],
    }),
    expect.objectContaining({ id: 'outside → store/http', networkPolicies: ['small/store: ingress'] }),
  ]);
});

test('who stands outside', () => {
  expect(review.externals).toEqual([
    { name: 'outside', description: 'senders', host: 'outside', reach: '10.1.0.0/16' },
  ]);
});

test('secrets, by name', () => {
  expect(review.secrets).toEqual([
    {
      name: 'store-password',
      store: 'vault',
      readers: [{ component: 'store', secret: 'small/store-secrets', key: 'store-password' }],
      acceptedBy: ['store/http'],
    },
  ]);
});

test('who may do what', () => {
  const nothing = {
    scope: 'none',
    resources: 'nothing',
    verbs: [],
    through: 'no Role, no ClusterRole',
  };
  expect(review.access).toEqual([
    { principal: 'small/store', component: 'store', ...nothing },
    { principal: 'small/collector', component: 'collector', ...nothing },
    {
      ...{ principal: 'collector', component: 'collector', scope: 'store' },
      resources: 'store/http, loki-http',
      verbs: ['write'],
      through: 'basic (store-password)',
    },
    {
      ...{ principal: 'outside', component: 'outside', scope: 'collector' },
      resources: 'collector/otlp, otlp-http /v1/logs',
      verbs: ['write'],
      through: 'the NetworkPolicies alone',
    },
    {
      ...{ principal: 'outside', component: 'outside', scope: 'store' },
      resources: 'store/http, loki-http',
      verbs: ['read'],
      through: 'the NetworkPolicies alone',
    },
  ]);
});

test('objects as YAML, and what all of it asks of a cluster', () => {
  expect(review.objects[0]).toMatchObject({
    id: 'Namespace small',
    component: 'namespaces',
    wave: 0,
    yaml: expect.stringMatching(/^apiVersion: v1\nkind: Namespace\nmetadata:\n {2}labels:\n/) as string,
  });
  expect(review.totals).toEqual({
    pods: 3,
    cpuMillis: 300,
    memoryBytes: 3 * 128 * 1024 ** 2,
    volumeBytes: 20 * 1024 ** 3,
    objects: review.objects.length,
  });
});

describe('images', () => {
  const entry = { ...CATALOG.loki, name: 'aged', endOfLife: '2026-08-30', successor: 'a newer one' };
  const waiver = { component: 'aged', reason: 'r', owner: 'o', expires: '2026-12-01' };
  const aged = async (asOf: string, waivers: readonly (typeof waiver)[] = []): Promise<unknown> =>
    (
      await gatherReview('small-dev', { ...smallEnvironment({ image: entry }), waivers }, { asOf })
    ).images.find(({ program }) => program === 'aged');

  test('supported, until its end is near', async () => {
    expect(review.images[1]).toEqual({
      ...{ image: 'docker.io/grafana/loki:3.7.8', program: 'loki', version: '3.7.8', license: 'AGPL-3.0' },
      ...{ usedBy: ['store'], state: 'supported', endOfLife: null },
    });
    expect(await aged('2026-05-31')).toMatchObject({ state: 'supported', endOfLife: '2026-08-30' });
    expect(await aged('2026-06-01')).toMatchObject({ state: 'ends soon', successor: 'a newer one' });
    expect(await aged('2026-08-30')).toMatchObject({ state: 'ends soon' });
  });

  test('ended, with and without somebody who answers for it', async () => {
    expect(await aged('2026-08-31')).toMatchObject({ state: 'ended' });
    expect(await aged('2026-11-30', [waiver])).toMatchObject({
      state: 'ended, waived',
      waiver: { reason: 'r', owner: 'o', expires: '2026-12-01' },
    });
    expect(await aged('2026-12-01', [waiver])).toMatchObject({ state: 'ended' });
  });
});

test('exceptions of all kinds', async () => {
  const account = { reason: 'because', owner: 'platform' };
  const { exceptions } = await gatherReview(
    'small-dev',
    {
      ...smallEnvironment(),
      exceptions: [
        { rule: 'probes', resource: { kind: 'StatefulSet', namespace: 'small', name: 'store' }, ...account },
      ],
      cloudExceptions: [
        {
          rule: 'key-rotation',
          resource: { type: 'aws:kms/key:Key', name: 'small-key' },
          ...account,
          expires: '2027-01-01',
        },
      ],
      waivers: [{ component: 'loki', ...account, expires: '2026-09-01' }],
    },
    { asOf: AS_OF },
  );
  expect(exceptions).toEqual([
    { kind: 'policy', rule: 'probes', subject: 'StatefulSet small/store', ...account, expires: null },
    {
      ...{ kind: 'cloud policy', rule: 'key-rotation', subject: 'aws:kms/key:Key small-key' },
      ...account,
      expires: '2027-01-01',
    },
    { kind: 'waiver', rule: 'end of life', subject: 'loki', ...account, expires: '2026-09-01' },
  ]);
});

test('alerts, under the components that they can be about', async () => {
  const alert = (name: string, component: string, jobs?: readonly string[]): object => ({
    ...{ alert: name, expr: 'up == 0', holds: Duration.minutes(5), severity: 'critical', about: 'down' },
    ...{
      teams: ['platform'],
      component,
      summary: 's',
      description: 'd',
      runbook: 'https://git.example.com/r',
    },
    ...(jobs === undefined ? {} : { jobs }),
  });
  const groups = [
    {
      name: 'availability',
      rules: [
        alert('Down', '{{ $labels.job }}', ['store', 'elsewhere']),
        alert('Gone', 'collector'),
        { record: 'a:b:c', expr: 'up' },
        alert('Silent', 'dead-man'),
      ],
    },
  ] as never;
  const environment = {
    ...smallEnvironment(),
    build: () => {
      const platform = smallPlatform();
      platform.evaluatedRules.push({ evaluator: 'store', groups }, { evaluator: 'collector', groups });
      return platform;
    },
  };
  const { alerts, components } = await gatherReview('small-dev', environment, { asOf: AS_OF });
  expect(alerts[0]).toEqual({
    id: 'Down of {{ $labels.job }}',
    ...{ alert: 'Down', group: 'availability', component: '{{ $labels.job }}', components: ['store'] },
    ...{ severity: 'critical', about: 'down', teams: ['platform'], expr: 'up == 0', forSeconds: 300 },
    ...{ summary: 's', description: 'd', runbook: 'https://git.example.com/r', evaluatedBy: 'store' },
  });
  expect(alerts.map(({ id, components: about }) => [id, about])).toEqual([
    ['Down of {{ $labels.job }}', ['store']],
    ['Gone of collector', ['collector']],
    ['Silent of dead-man', []],
    ['Down of {{ $labels.job }} by collector', ['store']],
    ['Gone of collector by collector', ['collector']],
    ['Silent of dead-man by collector', []],
  ]);
  expect(components.find(({ name }) => name === 'collector')?.alerts).toEqual([
    'Gone of collector',
    'Gone of collector by collector',
  ]);
});

test('of a model that is wrong there are findings, and nothing else', async () => {
  const wrong = await smallReview({ survives: Duration.hours(2) });
  expect(wrong).toMatchObject({ environment: 'small-dev', unmade: true, components: [], objects: [] });
  expect(wrong.findings).toEqual([
    {
      source: 'model',
      path: 'small-dev/collector',
      property: 'delivery to store/http (logs)',
      value: expect.stringMatching(/^"survives 17 min: /) as string,
      rule: 'the environment survives an outage of 2 h 0 min of any store or processor',
      remedy: expect.stringMatching(/^enlarge a queue on the path/) as string,
    },
  ]);
});

function fail(): never {
  throw new Error('the component is not there');
}
