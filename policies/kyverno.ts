import { namespaceSelector, policyName, resourceRules, validations, type Enforcement } from './enforcement';
import { exceptsExpression, type PolicyException } from './exception';
import type { Manifest } from './manifest';
import type { Rule } from './rule';

/** The rule as Kyverno enforces it (`policies.kyverno.io/v1`, the successor of `ClusterPolicy` since Kyverno 1.17). */
export function kyvernoPolicy(rule: Rule, enforcement: Enforcement): Manifest {
  return {
    apiVersion: 'policies.kyverno.io/v1',
    kind: 'ValidatingPolicy',
    metadata: {
      name: policyName(rule.id),
      annotations: {
        'policies.kyverno.io/title': rule.title,
        'policies.kyverno.io/severity': rule.severity,
        'policies.kyverno.io/description': rule.reason,
      },
    },
    spec: {
      validationActions: ['Deny'],
      failurePolicy: 'Fail',
      matchConstraints: {
        namespaceSelector: namespaceSelector(enforcement),
        resourceRules: resourceRules(rule),
      },
      ...(rule.matchConditions && { matchConditions: rule.matchConditions }),
      ...(rule.variables && { variables: rule.variables }),
      validations: validations(rule),
    },
  };
}

/**
 * @param namespace where Kyverno looks for exceptions: its `--exceptionNamespace`
 */
export function kyvernoException(exception: PolicyException, namespace: string): Manifest {
  const { kind, namespace: resourceNamespace, name } = exception.resource;
  return {
    apiVersion: 'policies.kyverno.io/v1',
    kind: 'PolicyException',
    metadata: {
      name: [exception.rule, kind, resourceNamespace, name]
        .filter((part) => part !== undefined)
        .join('.')
        .toLowerCase()
        // Names in RBAC may hold colons; names of custom resources may not.
        .replaceAll(':', '-'),
      namespace,
    },
    spec: {
      policyRefs: [{ kind: 'ValidatingPolicy', name: policyName(exception.rule) }],
      matchConditions: [{ name: 'excepted-object', expression: exceptsExpression(exception) }],
      ...(exception.expires !== undefined && { expiresAt: `${exception.expires}T00:00:00Z` }),
      properties: { reason: exception.reason, owner: exception.owner },
    },
  };
}
