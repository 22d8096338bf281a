import {
  matchConditions,
  namespaceSelector,
  policyName,
  resourceRules,
  validations,
  type Enforcement,
} from './enforcement';
import type { PolicyException } from './exception';
import type { Manifest } from './manifest';
import type { Rule } from './rule';

/** The rule as the API server itself enforces it, exceptions included. It takes effect through `admissionBinding`. */
export function admissionPolicy(rule: Rule, exceptions: readonly PolicyException[]): Manifest {
  const conditions = matchConditions(rule, exceptions);
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: {
      name: policyName(rule.id),
      annotations: {
        'hyperion.example.com/title': rule.title,
        'hyperion.example.com/severity': rule.severity,
        'hyperion.example.com/reason': rule.reason,
      },
    },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: { resourceRules: resourceRules(rule) },
      ...(conditions.length > 0 && { matchConditions: conditions }),
      ...(rule.variables && { variables: rule.variables }),
      validations: validations(rule),
    },
  };
}

export function admissionBinding(rule: Rule, enforcement: Enforcement): Manifest {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: policyName(rule.id) },
    spec: {
      policyName: policyName(rule.id),
      validationActions: ['Deny'],
      matchResources: { namespaceSelector: namespaceSelector(enforcement) },
    },
  };
}
