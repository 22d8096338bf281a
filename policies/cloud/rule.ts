import type { NamedExpression, Severity, Tier, Validation } from '../rule';

/**
 * A rule about cloud resources, as data: the same CEL as in a rule about Kubernetes objects, over `resource`, a resource's
 * properties by the names that Pulumi gives them, and `type`, its type. IAM documents are data, user data is decoded.
 */
export interface CloudRule {
  /** Kebab case; the name of the rule's folder and of its policy in the pack. */
  readonly id: string;
  /** What holds where the rule is kept: "Queues are encrypted". */
  readonly title: string;
  readonly severity: Severity;
  /** Why the rule exists: what goes wrong without it. */
  readonly reason: string;
  /** What to change in a refused resource: one sentence without a full stop. */
  readonly remedy: string;
  /** Types of resource that are judged. */
  readonly appliesTo: readonly ResourceType[];
  /**
   * Types of resource that are looked at besides: the rule is judged once the whole stack is known. Its CEL sees those of the
   * stack as `resources`, each with `type`, `props` and `dependsOn` (URNs, those behind its properties included), and the
   * judged one's own URN as `urn`.
   *
   * @default a resource is judged by itself, before it is made
   */
  readonly besides?: readonly ResourceType[];
  /** @default every tier */
  readonly onlyIn?: readonly Tier[];
  /** Resources for which one of these is false are not judged. */
  readonly matchConditions?: readonly NamedExpression[];
  /** May use the ones before them. A name means the same in all rules: evaluated once for each resource. */
  readonly variables?: readonly NamedExpression[];
  readonly validations: readonly Validation[];
}

/** A type's token, e.g. `aws:s3/bucket:Bucket` or `azure-native:storage:StorageAccount`, without Azure's API version. */
export type ResourceType = `aws:${string}/${string}:${string}` | `azure-native:${string}:${string}`;

/** A resource of a stack, as plain data. Values that are not known yet are Pulumi's own marks (`unknown.ts`). */
export interface CloudResource {
  readonly type: string;
  readonly name: string;
  readonly props: Readonly<Record<string, unknown>>;
  /** @default type and name */
  readonly urn?: string;
  /** URNs of all resources that it waits for, those that its properties come from included. @default none */
  readonly dependsOn?: readonly string[];
}

export function appliesIn({ onlyIn }: CloudRule, tier: Tier): boolean {
  return onlyIn?.includes(tier) ?? true;
}

/** Azure's types may carry an API version: `azure-native:storage/v20240101:StorageAccount`. */
export function plainType(type: string): string {
  return type.replace(/^(azure-native:[^/:]+)[/]v\d+[a-z]*:/, '$1:');
}

export function urnOf({ urn, type, name }: CloudResource): string {
  return urn ?? `${type}::${name}`;
}
