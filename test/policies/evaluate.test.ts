import { evaluate } from '../../policies/evaluate';
import type { PolicyException } from '../../policies/exception';
import type { Manifest } from '../../policies/manifest';
import type { Rule } from '../../policies/rule';

const RULE: Rule = {
  id: 'two-replicas',
  title: 'There are two replicas',
  severity: 'medium',
  reason: 'One is none.',
  remedy: 'Set replicas to 2',
  appliesTo: ['Deployment'],
  validations: [{ expression: 'object.spec.replicas == 2', message: 'There are not two replicas' }],
};
const OPTIONS = { tier: 'prod', exceptions: [] } as const;

function deployment(name: string, spec: object, namespace = 'telemetry'): Manifest {
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace }, spec };
}

test('a finding says which object, what is wrong, and what to do', () => {
  expect(evaluate([RULE], [deployment('loki', { replicas: 1 })], OPTIONS)).toEqual([
    {
      rule: 'two-replicas',
      severity: 'medium',
      resource: { kind: 'Deployment', namespace: 'telemetry', name: 'loki' },
      message: 'There are not two replicas',
      remedy: 'Set replicas to 2',
    },
  ]);
});

test('objects of other kinds and API groups are not judged', () => {
  const others: Manifest[] = [
    { ...deployment('loki', {}), kind: 'StatefulSet' },
    { ...deployment('loki', {}), apiVersion: 'example.com/v1' },
  ];
  expect(evaluate([RULE], others, OPTIONS)).toEqual([]);
});

test('findings come worst first, then by rule and object, whatever the order of the objects', () => {
  const critical: Rule = { ...RULE, id: 'z-critical', severity: 'critical' };
  const objects = [
    deployment('b', { replicas: 1 }),
    deployment('a', { replicas: 1 }),
    deployment('c', { replicas: 1 }, 'alpha'),
  ];
  const findings = evaluate([RULE, critical], objects, OPTIONS);
  expect(
    findings.map(({ rule, resource }) => `${rule} ${resource.namespace ?? ''}/${resource.name}`),
  ).toEqual([
    'z-critical alpha/c',
    'z-critical telemetry/a',
    'z-critical telemetry/b',
    'two-replicas alpha/c',
    'two-replicas telemetry/a',
    'two-replicas telemetry/b',
  ]);
  expect(evaluate([critical, RULE], objects.toReversed(), OPTIONS)).toEqual(findings);
});

test('a rule for production is silent elsewhere', () => {
  const forProduction: Rule = { ...RULE, onlyIn: ['prod'] };
  const objects = [deployment('loki', { replicas: 1 })];
  expect(evaluate([forProduction], objects, { ...OPTIONS, tier: 'dev' })).toEqual([]);
  expect(evaluate([forProduction], objects, { ...OPTIONS, tier: 'prod' })).toHaveLength(1);
});

test('an exception covers one rule and one object', () => {
  const exception: PolicyException = {
    rule: 'two-replicas',
    resource: { kind: 'Deployment', namespace: 'telemetry', name: 'loki' },
    reason: 'it is a singleton',
    owner: 'platform',
  };
  const other: Rule = { ...RULE, id: 'other' };
  const objects = [
    deployment('loki', { replicas: 1 }),
    deployment('loki', { replicas: 1 }, 'elsewhere'),
    deployment('loki-canary', { replicas: 1 }),
  ];
  const findings = evaluate([RULE, other], objects, { tier: 'prod', exceptions: [exception] });
  expect(
    findings.map(({ rule, resource }) => `${rule} ${resource.namespace ?? ''}/${resource.name}`),
  ).toEqual([
    'other elsewhere/loki',
    'other telemetry/loki',
    'other telemetry/loki-canary',
    'two-replicas elsewhere/loki',
    'two-replicas telemetry/loki-canary',
  ]);
});

describe('what cannot be judged is a finding', () => {
  const message = (change: Partial<Rule>, spec: object = {}) =>
    evaluate([{ ...RULE, ...change }], [deployment('loki', spec)], OPTIONS).map((finding) => finding.message);

  test('a field that is not there', () => {
    expect(message({})).toEqual([
      'Could not be judged: "There are not two replicas": field not found: replicas',
    ]);
  });

  test('a field that is set to null is one that is not there, as in the API server', () => {
    expect(message({}, { replicas: null })).toEqual(message({}));
  });

  test('an expression that does not parse', () => {
    expect(message({ validations: [{ expression: 'object.(', message: 'M' }] })).toEqual([
      expect.stringMatching(/^Could not be judged: "M": <input>:1:7: /),
    ]);
  });

  test('an answer that is neither true nor false', () => {
    expect(message({ validations: [{ expression: '1 + 1', message: 'M' }] })).toEqual([
      'Could not be judged: "M": it gives bigint, not true or false',
    ]);
  });

  test('a variable', () => {
    expect(message({ variables: [{ name: 'paused', expression: 'object.spec.paused' }] })).toEqual([
      'Could not be judged: variable "paused": field not found: paused',
    ]);
  });

  test('a match condition', () => {
    expect(message({ matchConditions: [{ name: 'is-paused', expression: 'object.spec.paused' }] })).toEqual([
      'Could not be judged: match condition "is-paused": field not found: paused',
    ]);
  });
});
