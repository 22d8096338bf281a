import { matchConditions, namespaceSelector, policyName, validations, type Enforcement } from './enforcement';
import type { PolicyException } from './exception';
import { KINDS } from './kinds';
import type { Manifest } from './manifest';
import type { Rule } from './rule';

/**
 * The rule as Gatekeeper enforces it: its `K8sNativeValidation` engine (stable since 3.18) takes the CEL of a
 * ValidatingAdmissionPolicy. It takes effect through `gatekeeperConstraint`. Tried by hand with gator 3.17: on every example
 * of every rule it refuses what the manifest check refuses.
 */
export function gatekeeperTemplate(rule: Rule, exceptions: readonly PolicyException[]): Manifest {
  const kind = constraintKind(rule);
  const conditions = matchConditions(rule, exceptions);
  return {
    apiVersion: 'templates.gatekeeper.sh/v1',
    kind: 'ConstraintTemplate',
    metadata: {
      name: kind.toLowerCase(),
      annotations: { 'metadata.gatekeeper.sh/title': rule.title, description: rule.reason },
    },
    spec: {
      crd: { spec: { names: { kind } } },
      targets: [
        {
          target: 'admission.k8s.gatekeeper.sh',
          code: [
            {
              engine: 'K8sNativeValidation',
              source: {
                failurePolicy: 'Fail',
                // In the singular: so Gatekeeper spells what Kubernetes calls `matchConditions`.
                ...(conditions.length > 0 && { matchCondition: conditions }),
                ...(rule.variables && { variables: rule.variables }),
                validations: validations(rule),
              },
            },
          ],
        },
      ],
    },
  };
}

export function gatekeeperConstraint(rule: Rule, enforcement: Enforcement): Manifest {
  const groups = [...new Set(rule.appliesTo.map((kind) => KINDS[kind].group))].sort();
  return {
    apiVersion: 'constraints.gatekeeper.sh/v1beta1',
    kind: constraintKind(rule),
    metadata: { name: policyName(rule.id) },
    spec: {
      enforcementAction: 'deny',
      match: {
        kinds: groups.map((group) => ({
          apiGroups: [group],
          kinds: rule.appliesTo.filter((kind) => KINDS[kind].group === group).sort(),
        })),
        namespaceSelector: namespaceSelector(enforcement),
      },
    },
  };
}

/** `no-host-path` → `HyperionNoHostPath`: each template makes a kind of its own. */
function constraintKind(rule: Rule): string {
  return policyName(rule.id)
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}
