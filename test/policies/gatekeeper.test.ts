import type { PolicyException } from '../../policies/exception';
import { gatekeeperConstraint, gatekeeperTemplate } from '../../policies/gatekeeper';
import type { Rule } from '../../policies/rule';

const RULE: Rule = {
  id: 'two-replicas',
  title: 'There are two replicas',
  severity: 'medium',
  reason: 'One is none.',
  remedy: 'Set replicas to 2',
  appliesTo: ['StatefulSet', 'Deployment', 'HorizontalPodAutoscaler'],
  variables: [{ name: 'replicas', expression: 'object.spec.replicas' }],
  validations: [{ expression: 'variables.replicas == 2', message: 'There are not two replicas' }],
};
const EXCEPTION: PolicyException = {
  rule: 'two-replicas',
  resource: { kind: 'HorizontalPodAutoscaler', namespace: 'telemetry', name: 'loki' },
  reason: 'it is one by nature',
  owner: 'platform',
};

test('a rule is a ConstraintTemplate with a kind of its own', () => {
  expect(gatekeeperTemplate(RULE, [EXCEPTION])).toEqual({
    apiVersion: 'templates.gatekeeper.sh/v1',
    kind: 'ConstraintTemplate',
    metadata: {
      name: 'hyperiontworeplicas',
      annotations: { 'metadata.gatekeeper.sh/title': 'There are two replicas', description: 'One is none.' },
    },
    spec: {
      crd: { spec: { names: { kind: 'HyperionTwoReplicas' } } },
      targets: [
        {
          target: 'admission.k8s.gatekeeper.sh',
          code: [
            {
              engine: 'K8sNativeValidation',
              source: {
                failurePolicy: 'Fail',
                matchCondition: [
                  {
                    name: 'exception-1',
                    expression:
                      '!(has(object.metadata.namespace) && object.metadata.namespace == "telemetry" && ' +
                      '((object.kind == "HorizontalPodAutoscaler" && has(object.metadata.name) && ' +
                      'object.metadata.name == "loki")))',
                  },
                ],
                variables: [{ name: 'replicas', expression: 'object.spec.replicas' }],
                validations: [
                  {
                    expression: 'variables.replicas == 2',
                    message: 'There are not two replicas. Set replicas to 2 (rule two-replicas).',
                  },
                ],
              },
            },
          ],
        },
      ],
    },
  });
});

test('a constraint puts it into force in the labelled namespaces', () => {
  expect(gatekeeperConstraint(RULE, {})).toEqual({
    apiVersion: 'constraints.gatekeeper.sh/v1beta1',
    kind: 'HyperionTwoReplicas',
    metadata: { name: 'hyperion-two-replicas' },
    spec: {
      enforcementAction: 'deny',
      match: {
        kinds: [
          { apiGroups: ['apps'], kinds: ['Deployment', 'StatefulSet'] },
          { apiGroups: ['autoscaling'], kinds: ['HorizontalPodAutoscaler'] },
        ],
        namespaceSelector: { matchLabels: { 'hyperion.example.com/policies': 'enforced' } },
      },
    },
  });
});
