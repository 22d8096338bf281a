import { exceptsExpression, type PolicyException } from './exception';
import { KINDS } from './kinds';
import type { NamedExpression, Rule, Validation } from './rule';

/** What all engines of a cluster take from a rule: they differ in the wrapping. */

export interface Enforcement {
  /**
   * Labels of the namespaces whose objects are judged. Objects that belong to no namespace are judged always.
   *
   * @default `hyperion.example.com/policies: enforced`, so that a cluster's other tenants are left alone
   */
  readonly namespaceLabels?: Readonly<Record<string, string>>;
}

const DEFAULT_NAMESPACE_LABELS = { 'hyperion.example.com/policies': 'enforced' };

export function namespaceSelector({ namespaceLabels }: Enforcement) {
  return { matchLabels: { ...(namespaceLabels ?? DEFAULT_NAMESPACE_LABELS) } };
}

/** Policies are cluster-wide objects: the prefix keeps them apart from those of the cluster's owner. */
export function policyName(ruleId: string): string {
  return `hyperion-${ruleId}`;
}

/** The requests that a rule judges, one entry for each API group. Kyverno took this structure over from Kubernetes. */
export function resourceRules(rule: Rule) {
  const groups = [...new Set(rule.appliesTo.map((kind) => KINDS[kind].group))].sort();
  return groups.map((group) => {
    const kinds = rule.appliesTo.map((kind) => KINDS[kind]).filter((kind) => kind.group === group);
    return {
      apiGroups: [group],
      apiVersions: [...new Set(kinds.map(({ version }) => version))].sort(),
      operations: ['CREATE', 'UPDATE'],
      resources: kinds.map(({ resource }) => resource).sort(),
    };
  });
}

/** For engines that have no exceptions of their own, these are conditions too. The API server takes up to 64. */
export function matchConditions(rule: Rule, exceptions: readonly PolicyException[]): NamedExpression[] {
  const excepted = exceptions.filter((exception) => exception.rule === rule.id);
  return [
    ...(rule.matchConditions ?? []),
    ...excepted.map((exception, index) => ({
      name: `exception-${index + 1}`,
      expression: `!(${exceptsExpression(exception)})`,
    })),
  ];
}

/** With all that a person needs whose object is refused, in the one line that API servers take. */
export function validations(rule: Rule): Validation[] {
  return rule.validations.map(({ expression, message }) => ({
    expression,
    message: `${message}. ${rule.remedy} (rule ${rule.id}).`,
  }));
}
