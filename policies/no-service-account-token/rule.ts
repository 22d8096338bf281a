import { equals, literal } from '../cel';
import { POD_ANNOTATIONS, POD_CARRIERS, POD_SPEC } from '../pod-spec';
import type { Rule } from '../rule';

/** On the pod template: says what the program asks the Kubernetes API for. */
const USES_API = literal('hyperion.example.com/uses-kubernetes-api');

export const noServiceAccountToken: Rule = {
  id: 'no-service-account-token',
  title: 'Pods get a Kubernetes token only when they use it',
  severity: 'medium',
  reason: 'A token in a pod that needs none is a way into the API server for whoever takes the pod over.',
  remedy:
    'Set automountServiceAccountToken to false; a program that uses the Kubernetes API says what for in the annotation hyperion.example.com/uses-kubernetes-api of its pod template',
  appliesTo: POD_CARRIERS,
  variables: [POD_SPEC, POD_ANNOTATIONS],
  validations: [
    {
      expression: `${equals('variables.podSpec', 'automountServiceAccountToken', false)} ||
        (${USES_API} in variables.podAnnotations && variables.podAnnotations[${USES_API}] != '')`,
      message: 'A Kubernetes token is mounted that nothing is known to use',
    },
  ],
};
