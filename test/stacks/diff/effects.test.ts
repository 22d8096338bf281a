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

describe('restart', () => {
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
    [named('a', 3, '2Gi'), named('b', 3, '2Gi')],
    [named('a', 2, '2Gi'), named('b', 3, '1Gi')],
  );
  expect(changes.map((change) => [change.object, change.effect])).toEqual([
    ['StatefulSet b', 'data at risk'],
    ['StatefulSet a', 'disruption'],
  ]);
});
