import type { PolicyException } from '../../policies/exception';
import { kyvernoException, kyvernoPolicy } from '../../policies/kyverno';
import type { Rule } from '../../policies/rule';
import { RULES } from '../../policies/rules';

const RULE: Rule = {
  id: 'two-replicas',
  title: 'There are two replicas',
  severity: 'medium',
  reason: 'One is none.',
  remedy: 'Set replicas to 2',
  appliesTo: ['StatefulSet', 'Deployment', 'HorizontalPodAutoscaler'],
  matchConditions: [{ name: 'not-paused', expression: '!has(object.spec.paused)' }],
  variables: [{ name: 'replicas', expression: 'object.spec.replicas' }],
  validations: [{ expression: 'variables.replicas == 2', message: 'There are not two replicas' }],
};

test('a rule is a ValidatingPolicy', () => {
  expect(kyvernoPolicy(RULE, {})).toEqual({
    apiVersion: 'policies.kyverno.io/v1',
    kind: 'ValidatingPolicy',
    metadata: {
      name: 'hyperion-two-replicas',
      annotations: {
        'policies.kyverno.io/title': 'There are two replicas',
        'policies.kyverno.io/severity': 'medium',
        'policies.kyverno.io/description': 'One is none.',
      },
    },
    spec: {
      validationActions: ['Deny'],
      failurePolicy: 'Fail',
      matchConstraints: {
        namespaceSelector: { matchLabels: { 'hyperion.example.com/policies': 'enforced' } },
        resourceRules: [
          {
            apiGroups: ['apps'],
            apiVersions: ['v1'],
            operations: ['CREATE', 'UPDATE'],
            resources: ['deployments', 'statefulsets'],
          },
          {
            apiGroups: ['autoscaling'],
            apiVersions: ['v2'],
            operations: ['CREATE', 'UPDATE'],
            resources: ['horizontalpodautoscalers'],
          },
        ],
      },
      matchConditions: [{ name: 'not-paused', expression: '!has(object.spec.paused)' }],
      variables: [{ name: 'replicas', expression: 'object.spec.replicas' }],
      validations: [
        {
          expression: 'variables.replicas == 2',
          message: 'There are not two replicas. Set replicas to 2 (rule two-replicas).',
        },
      ],
    },
  });
});

test('other namespaces by choice', () => {
  const policy = kyvernoPolicy(RULE, { namespaceLabels: { team: 'observability' } });
  expect(policy).toHaveProperty('spec.matchConstraints.namespaceSelector', {
    matchLabels: { team: 'observability' },
  });
});

test('an exception is a PolicyException with its reason, owner and end', () => {
  const exception: PolicyException = {
    rule: 'two-replicas',
    resource: { kind: 'StatefulSet', namespace: 'telemetry', name: 'loki' },
    reason: 'the compactor is one by nature',
    owner: 'platform',
    expires: '2027-01-31',
  };
  expect(kyvernoException(exception, 'kyverno')).toEqual({
    apiVersion: 'policies.kyverno.io/v1',
    kind: 'PolicyException',
    metadata: { name: 'two-replicas.statefulset.telemetry.loki', namespace: 'kyverno' },
    spec: {
      policyRefs: [{ kind: 'ValidatingPolicy', name: 'hyperion-two-replicas' }],
      matchConditions: [
        {
          name: 'excepted-object',
          expression:
            'has(object.metadata.namespace) && object.metadata.namespace == "telemetry" && ' +
            '((object.kind == "StatefulSet" && has(object.metadata.name) && object.metadata.name == "loki") || ' +
            '(object.kind == "Pod" && has(object.metadata.ownerReferences) && ' +
            'object.metadata.ownerReferences.exists(o, o.kind == "StatefulSet" && o.name == "loki")))',
        },
      ],
      expiresAt: '2027-01-31T00:00:00Z',
      properties: { reason: 'the compactor is one by nature', owner: 'platform' },
    },
  });
});

test('an exception of a cluster-wide object has a name that Kubernetes takes', () => {
  const exception: PolicyException = {
    rule: 'no-wildcard-rbac',
    resource: { kind: 'ClusterRole', name: 'argocd:Controller' },
    reason: 'deploys whatever it is given',
    owner: 'platform',
  };
  const { metadata, spec } = kyvernoException(exception, 'kyverno');
  expect(metadata.name).toBe('no-wildcard-rbac.clusterrole.argocd-controller');
  expect(spec).not.toHaveProperty('expiresAt');
});

test('messages fit into one line and into what API servers take', () => {
  for (const rule of RULES) {
    const { validations } = kyvernoPolicy(rule, {}).spec as { validations: { message: string }[] };
    for (const { message } of validations) {
      expect(message).not.toContain('\n');
      expect(message.length).toBeLessThan(500);
    }
  }
});
