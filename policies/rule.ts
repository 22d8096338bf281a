import type { Kind } from './kinds';

/**
 * A rule about Kubernetes objects, as data. It is written once; `evaluate.ts` judges manifests with it, `kyverno.ts`
 * and `admission.ts` hand the same CEL to a cluster.
 *
 * The CEL keeps to the common part of the language: no optional syntax (`?.`) and none of Kubernetes' own functions
 * (`quantity()`), which an evaluator outside the API server does not know. It sees one variable, `object`, and the
 * rule's own as `variables.<name>`.
 */
export interface Rule {
  /** Kebab case; the name of the rule's folder, and of its policies in a cluster after `hyperion-`. */
  readonly id: string;
  /** What holds where the rule is kept: "Containers run as a non-root user". */
  readonly title: string;
  readonly severity: Severity;
  /** Why the rule exists: what goes wrong without it. */
  readonly reason: string;
  /** What to change in a refused object: one sentence without a full stop. */
  readonly remedy: string;
  readonly appliesTo: readonly Kind[];
  /** @default every tier */
  readonly onlyIn?: readonly Tier[];
  /** Objects for which one of these is false are not judged. */
  readonly matchConditions?: readonly NamedExpression[];
  /** May use the ones before them. A name means the same in all rules: evaluated once for each object. */
  readonly variables?: readonly NamedExpression[];
  readonly validations: readonly Validation[];
}

export type Severity = 'low' | 'medium' | 'high' | 'critical';

/** How much an environment matters; staging counts as `prod`, because what is tried there should hold there. */
export type Tier = 'dev' | 'prod';

export interface NamedExpression {
  readonly name: string;
  readonly expression: string;
}

export interface Validation {
  /** True when the object is in order. */
  readonly expression: string;
  /** What is wrong with the object: one sentence without a full stop. */
  readonly message: string;
}

export function appliesIn(rule: Rule, tier: Tier): boolean {
  return rule.onlyIn === undefined || rule.onlyIn.includes(tier);
}
