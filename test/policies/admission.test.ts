import { admissionBinding, admissionPolicy } from '../../policies/admission';
import { evaluate } from '../../policies/evaluate';
import type { PolicyException } from '../../policies/exception';
import { KINDS, type Kind } from '../../policies/kinds';
import type { Manifest } from '../../policies/manifest';
import type { Rule } from '../../policies/rule';
import { RULES } from '../../policies/rules';
import { readAdmission } from './admission-reading';
import { examplesOf } from './examples';

const RULE: Rule = {
  id: 'two-replicas',
  title: 'There are two replicas',
  severity: 'medium',
  reason: 'One is none.',
  remedy: 'Set replicas to 2',
  appliesTo: ['Deployment'],
  validations: [{ expression: 'object.spec.replicas == 2', message: 'There are not two replicas' }],
};
const EXCEPTION: PolicyException = {
  rule: 'two-replicas',
  resource: { kind: 'Deployment', namespace: 'telemetry', name: 'loki' },
  reason: 'it is one by nature',
  owner: 'platform',
};

test('a rule is a ValidatingAdmissionPolicy', () => {
  expect(admissionPolicy(RULE, [])).toEqual({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: {
      name: 'hyperion-two-replicas',
      annotations: {
        'hyperion.example.com/title': 'There are two replicas',
        'hyperion.example.com/severity': 'medium',
        'hyperion.example.com/reason': 'One is none.',
      },
    },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: ['apps'],
            apiVersions: ['v1'],
            operations: ['CREATE', 'UPDATE'],
            resources: ['deployments'],
          },
        ],
      },
      validations: [
        {
          expression: 'object.spec.replicas == 2',
          message: 'There are not two replicas. Set replicas to 2 (rule two-replicas).',
        },
      ],
    },
  });
});

test('a binding puts it into force in the labelled namespaces', () => {
  expect(admissionBinding(RULE, {})).toEqual({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: 'hyperion-two-replicas' },
    spec: {
      policyName: 'hyperion-two-replicas',
      validationActions: ['Deny'],
      matchResources: {
        namespaceSelector: { matchLabels: { 'hyperion.example.com/policies': 'enforced' } },
      },
    },
  });
  expect(admissionBinding(RULE, { namespaceLabels: { team: 'observability' } })).toHaveProperty(
    'spec.matchResources.namespaceSelector.matchLabels',
    { team: 'observability' },
  );
});

test('exceptions of the rule, and only those, are match conditions after its own', () => {
  const conditioned: Rule = { ...RULE, matchConditions: [{ name: 'not-paused', expression: 'true' }] };
  const policy = admissionPolicy(conditioned, [{ ...EXCEPTION, rule: 'another' }, EXCEPTION]);
  const { matchConditions } = policy.spec as { matchConditions: { name: string }[] };
  expect(matchConditions.map(({ name }) => name)).toEqual(['not-paused', 'exception-1']);

  const deployment = (name: string): Manifest => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'telemetry' },
    spec: { replicas: 1 },
  });
  expect(readAdmission(policy, deployment('loki'))).toEqual({ allowed: true });
  expect(readAdmission(policy, deployment('tempo'))).toEqual({
    allowed: false,
    message: 'There are not two replicas. Set replicas to 2 (rule two-replicas).',
  });
});

test('each kind has its own entry in the API server: none is named twice', () => {
  const resources = (Object.keys(KINDS) as Kind[]).map(
    (kind) => `${KINDS[kind].group}/${KINDS[kind].resource}`,
  );
  expect(new Set(resources).size).toBe(resources.length);
});

describe('read from the emitted policy alone, every example of every rule gets the verdict of the manifest check', () => {
  const objects = RULES.flatMap((rule) => [...examplesOf(rule, 'good'), ...examplesOf(rule, 'bad')]);

  test.each(RULES.map((rule) => ({ id: rule.id, rule })))('$id', ({ rule }) => {
    const policy = admissionPolicy(rule, []);
    const tier = rule.onlyIn?.[0] ?? 'dev';
    const disagreements = objects.filter((object) => {
      const isRefused = evaluate([rule], [object], { tier, exceptions: [] }).length > 0;
      return readAdmission(policy, object).allowed === isRefused;
    });
    expect(disagreements).toEqual([]);
  });
});
