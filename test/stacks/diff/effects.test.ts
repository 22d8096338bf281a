/**
 * One test for each rule of the table: a change that it speaks about, and beside it one that it must not speak about.
 */
import type { Manifest } from '../../../policies/manifest';
import { FIELD_RULES, REMOVAL_RULES } from '../../../stacks/diff/effects';
import { semanticDiff } from '../../../stacks/diff/semantic-diff';
import { object, changeOf, effectOf, claims, config } from './one-change';

describe('disruption', () => {
  test.each(['Deployment', 'StatefulSet'])('fewer replicas of a %s; more are fine', (kind) => {
    expect(effectOf(kind, { spec: { replicas: 3 } }, { spec: { replicas: 2 } })).toBe('disruption');
    expect(effectOf(kind, { spec: { replicas: 2 } }, { spec: { replicas: 3 } })).toBe('none');
  });

  test.each([
    ['a lower ceiling', 'HorizontalPodAutoscaler', { maxReplicas: 9 }, { maxReplicas: 5 }],
    ['a disruption budget', 'PodDisruptionBudget', { maxUnavailable: 1 }, { maxUnavailable: 2 }],
    [
      'a Service without a port',
      'Service',
      {
        ports: [
          { name: 'a', port: 1 },
          { name: 'b', port: 2 },
        ],
      },
      { ports: [{ name: 'a', port: 1 }] },
    ],
    [
      'a Service with another port',
      'Service',
      { ports: [{ name: 'a', port: 1 }] },
      { ports: [{ name: 'a', port: 2 }] },
    ],
    ['a Service of other pods', 'Service', { selector: { a: 'b' } }, { selector: { a: 'c' } }],
    ['a connection less', 'NetworkPolicy', { egress: [{ a: 1 }, { b: 1 }] }, { egress: [{ b: 1 }] }],
    ['an Ingress with another host', 'Ingress', { rules: [{ host: 'a' }] }, { rules: [{ host: 'b' }] }],
    [
      'another selector',
      'Deployment',
      { selector: { matchLabels: { a: 'b' } } },
      { selector: { matchLabels: { a: 'c' } } },
    ],
  ])('%s', (_title, kind, before, after) => {
    expect(effectOf(kind, { spec: before }, { spec: after })).toBe('disruption');
  });

  test.each([
    [
      'a Service with a port more',
      'Service',
      { ports: [{ name: 'a', port: 1 }] },
      {
        ports: [
          { name: 'a', port: 1 },
          { name: 'b', port: 2 },
        ],
      },
    ],
    ['a connection more', 'NetworkPolicy', { egress: [{ b: 1 }] }, { egress: [{ a: 1 }, { b: 1 }] }],
  ])('%s disrupts nobody', (_title, kind, before, after) => {
    expect(effectOf(kind, { spec: before }, { spec: after })).toBe('none');
  });

  test('a permission less; one more disrupts nobody', () => {
    const role = (...verbs: readonly string[]): object => ({ rules: [{ resources: ['pods'], verbs }] });
    expect(effectOf('Role', role('get', 'list'), role('get'))).toBe('disruption');
    const more = {
      rules: [...(role('get') as { rules: object[] }).rules, { resources: ['nodes'], verbs: ['get'] }],
    };
    expect(effectOf('Role', role('get'), more)).toBe('none');
  });

  test('a removed object', () => {
    expect(changeOf(object('Service', {}), undefined)).toEqual({
      object: 'Service small/it',
      change: 'removed',
      effect: 'disruption',
      why: 'what used it does not find it any more',
      fields: [],
    });
    expect(changeOf(object('StatefulSet', {}), undefined)?.effect).toBe('disruption');
  });
});

describe('more than before', () => {
  test.each([
    [
      'a connection that is let through',
      'NetworkPolicy',
      { spec: { egress: [{ a: 1 }] } },
      { spec: { egress: [{ a: 1 }, { b: 1 }] } },
      'a connection that was refused is allowed',
    ],
    [
      'a permission',
      'ClusterRole',
      { rules: [{ verbs: ['get'] }] },
      { rules: [{ verbs: ['get'] }, { verbs: ['list'] }] },
      'a permission is given',
    ],
    [
      'a grant of Kafka',
      'ConfigMap',
      config('acls.txt', 'TOPIC a LITERAL b READ\n'),
      config('acls.txt', 'TOPIC a LITERAL b READ\nTOPIC a LITERAL c READ\n'),
      'a client of Kafka is given a permission',
    ],
    [
      'a topic',
      'ConfigMap',
      config('topics.txt', 'a 1 1 b=c\n'),
      config('topics.txt', 'a 1 1 b=c\nd 1 1 b=c\n'),
      "a topic is made; what it keeps takes its part of the brokers' volumes",
    ],
    [
      'partitions',
      'KafkaTopic',
      { spec: { partitions: 3 } },
      { spec: { partitions: 6 } },
      'from then on the same key may lead to another partition: the order of records with one key is lost once',
    ],
    [
      'a secret',
      'ExternalSecret',
      { spec: { data: [{ secretKey: 'a' }] } },
      { spec: { data: [{ secretKey: 'a' }, { secretKey: 'b' }] } },
      'the secret must be in the store before: until then pods that read it do not start',
    ],
  ])('%s disturbs nobody, and the reviewer reads what it does', (_title, kind, before, after, why) => {
    const change = changeOf(object(kind, before), object(kind, after));
    expect(change).toMatchObject({ effect: 'none', why });
    // Taken away it does something else.
    expect(changeOf(object(kind, after), object(kind, before))?.why).not.toBe(why);
  });

  test('a grant of Kafka that is taken away', () => {
    const acls = (...lines: readonly string[]): object => config('acls.txt', lines.join('\n'));
    expect(effectOf('ConfigMap', acls('TOPIC a LITERAL b READ', 'x'), acls('x'))).toBe('disruption');
  });
});

describe('restart', () => {
  test("InfluxDB's retention, which it reads once only", () => {
    const influx = (value: string, name = 'DOCKER_INFLUXDB_INIT_RETENTION'): object => ({
      spec: { template: { spec: { containers: [{ name: 'a', env: [{ name, value }] }] } } },
    });
    const change = changeOf(object('StatefulSet', influx('7d')), object('StatefulSet', influx('1d')));
    expect(change).toMatchObject({
      effect: 'restart',
      why: 'InfluxDB reads it at its first start only: the bucket keeps its retention until somebody changes it there',
    });
    expect(
      changeOf(object('StatefulSet', influx('7', 'OTHER')), object('StatefulSet', influx('1', 'OTHER')))?.why,
    ).toBe('the pods are replaced one after the other');
  });

  test.each(['Deployment', 'StatefulSet', 'DaemonSet'])('a changed pod template of a %s', (kind) => {
    const template = (image: string): object => ({
      spec: { template: { spec: { containers: [{ name: 'a', image }] } } },
    });
    const change = changeOf(object(kind, template('x:1')), object(kind, template('x:2')));
    expect(change?.effect).toBe('restart');
    expect(change?.why).toBe('the pods are replaced one after the other');
    expect(change?.fields.map(({ path }) => path)).toEqual(['spec.template.spec.containers[a].image']);
  });

  test("brokers under an operator's care", () => {
    expect(
      effectOf('Kafka', { spec: { kafka: { version: '4.2' } } }, { spec: { kafka: { version: '4.3' } } }),
    ).toBe('restart');
  });
});

describe('none', () => {
  test('labels and annotations of the object itself', () => {
    const labelled = (value: string): Manifest => ({
      ...object('StatefulSet', {}),
      metadata: { name: 'it', namespace: 'small', labels: { a: value }, annotations: { b: value } },
    });
    expect(changeOf(labelled('1'), labelled('2'))?.effect).toBe('none');
  });

  test('a new object, and a job that has run', () => {
    expect(changeOf(undefined, object('StatefulSet', claims('1Gi')))?.effect).toBe('none');
    expect(changeOf(object('Job', {}), undefined)?.effect).toBe('none');
  });

  test('a configuration that says the same in other words', () => {
    const change = changeOf(
      object('ConfigMap', config('a.yaml', 'b: 1\n')),
      object('ConfigMap', config('a.yaml', 'b: 1 # one\n')),
    );
    expect(change?.effect).toBe('none');
    expect(change?.fields.map(({ path }) => path)).toEqual(['data["a.yaml"]']);
  });

  test('alerts of one name are told apart by their labels', () => {
    const rules = (...jobs: readonly string[]): object =>
      config(
        'rules.yml',
        `rules:\n${jobs.map((job) => `  - { alert: Down, expr: ${job} > 1, labels: { component: ${job.split(' ')[0] ?? ''} } }\n`).join('')}`,
      );
    const change = changeOf(
      object('ConfigMap', rules('a', 'b')),
      object('ConfigMap', rules('new', 'b + 1', 'a')),
    );
    expect(change?.fields.map(({ path }) => path)).toEqual([
      'data["rules.yml"].rules[Down b].expr',
      'data["rules.yml"].rules[Down new]',
    ]);
  });

  test("an autoscaler's policies are told apart by their type", () => {
    const scaler = (value: number): object => ({
      spec: { behavior: { scaleDown: { policies: [{ type: 'Pods', value }] } } },
    });
    const change = changeOf(
      object('HorizontalPodAutoscaler', scaler(4)),
      object('HorizontalPodAutoscaler', scaler(5)),
    );
    expect(change?.fields.map(({ path }) => path)).toEqual(['spec.behavior.scaleDown.policies[Pods].value']);
    expect(change?.effect).toBe('none');
  });

  test('what only moved is no change at all', () => {
    const pod = (...names: readonly string[]): object => ({
      spec: { template: { spec: { containers: names.map((name) => ({ name })) } } },
    });
    expect(
      changeOf(object('Deployment', pod('a', 'b')), object('Deployment', pod('b', 'a'))),
    ).toBeUndefined();
  });
});

test('every rule says what happens', () => {
  for (const { why } of [...FIELD_RULES, ...REMOVAL_RULES]) expect(why).toMatch(/^[A-Za-z].*[^.]$/);
});

test('the gravest change comes first', () => {
  const named = (name: string, replicas: number, storage: string): Manifest => ({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name },
    spec: {
      replicas,
      volumeClaimTemplates: [{ metadata: { name: 'd' }, spec: { resources: { requests: { storage } } } }],
    },
  });
  const changes = semanticDiff(
    [{ ...named('a', 3, '2Gi'), kind: 'Deployment' }, named('b', 3, '2Gi')],
    [{ ...named('a', 2, '2Gi'), kind: 'Deployment' }, named('b', 3, '1Gi')],
  );
  expect(changes.map((change) => [change.object, change.effect])).toEqual([
    ['StatefulSet b', 'data at risk'],
    ['Deployment a', 'disruption'],
  ]);
});
