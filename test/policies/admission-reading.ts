import type { Manifest } from '../../policies/manifest';
import { celResult } from './cel-result';

/**
 * What an API server would answer, read from an emitted ValidatingAdmissionPolicy alone, as the Kubernetes documentation
 * describes it. It knows nothing of rules: what the emitter loses on its way shows as a difference.
 *
 * Limits: one resource name for each kind, no selectors of labels, no parameters. A real API server judges in the tests
 * of the loopback cluster.
 */
export type Answer = { readonly allowed: true } | { readonly allowed: false; readonly message: string };

interface PolicySpec {
  readonly failurePolicy: string;
  readonly matchConstraints: { readonly resourceRules: readonly ResourceRule[] };
  readonly matchConditions?: readonly { readonly expression: string }[];
  readonly variables?: readonly { readonly name: string; readonly expression: string }[];
  readonly validations: readonly { readonly expression: string; readonly message: string }[];
}

interface ResourceRule {
  readonly apiGroups: readonly string[];
  readonly apiVersions: readonly string[];
  readonly resources: readonly string[];
  readonly operations: readonly string[];
}

export function readAdmission(policy: Manifest, object: Manifest): Answer {
  const spec = policy.spec as PolicySpec;
  const isMatched = spec.matchConstraints.resourceRules.some((rule) => matches(rule, object));
  if (!isMatched) return { allowed: true };
  try {
    if (spec.matchConditions?.some(({ expression }) => celResult(expression, object) !== true)) {
      return { allowed: true };
    }
    for (const { expression, message } of spec.validations) {
      const isValid = celResult(inlineVariables(expression, spec.variables ?? []), object);
      if (isValid !== true) return { allowed: false, message };
    }
    return { allowed: true };
  } catch (error) {
    if (spec.failurePolicy !== 'Fail') return { allowed: true };
    return { allowed: false, message: (error as Error).message };
  }
}

/** Variables are evaluated when they are used: putting their text in place comes to the same. */
function inlineVariables(
  expression: string,
  variables: readonly { readonly name: string; readonly expression: string }[],
): string {
  return variables.reduceRight(
    (text, variable) =>
      text.replaceAll(
        new RegExp(`\\bvariables[.]${variable.name}\\b`, 'g'),
        () => `(${variable.expression})`,
      ),
    expression,
  );
}

function matches(rule: ResourceRule, object: Manifest): boolean {
  const parts = object.apiVersion.split('/');
  const version = parts.pop() ?? '';
  const group = parts.pop() ?? '';
  return (
    rule.operations.includes('CREATE') &&
    rule.apiGroups.includes(group) &&
    rule.apiVersions.includes(version) &&
    rule.resources.includes(pluralOf(object.kind))
  );
}

function pluralOf(kind: string): string {
  const name = kind.toLowerCase();
  if (name.endsWith('ss')) return `${name}es`;
  return name.endsWith('y') ? `${name.slice(0, -1)}ies` : `${name}s`;
}
