import { isLeftOut, judge, toCel, type Bindings } from './cel-program';
import { excepts, type PolicyException } from './exception';
import { byWorst } from './finding-order';
import { apiVersionOf } from './kinds';
import type { Manifest, ResourceRef } from './manifest';
import { appliesIn, type Rule, type Severity, type Tier } from './rule';

/** An object that breaks a rule. */
export interface Finding {
  /** The rule's id. */
  readonly rule: string;
  readonly severity: Severity;
  readonly resource: ResourceRef;
  readonly message: string;
  readonly remedy: string;
}

export interface EvaluateOptions {
  readonly tier: Tier;
  /** Taken as they are; `checkExceptions` says which of them are no good. */
  readonly exceptions: readonly PolicyException[];
}

/**
 * Judges manifests without a cluster. An expression that fails to evaluate is a finding, as the API server would refuse
 * the object too (`failurePolicy: Fail`).
 *
 * @returns worst first, then by rule and object, whatever the order of the manifests
 */
export function evaluate(
  rules: readonly Rule[],
  objects: readonly Manifest[],
  { tier, exceptions }: EvaluateOptions,
): Finding[] {
  const rulesByKind = groupByKind(rules.filter((rule) => appliesIn(rule, tier)));

  const findings = objects.flatMap((object) => {
    const excepted = exceptions.filter((exception) => excepts(exception, object)).map(({ rule }) => rule);
    const judging = (rulesByKind.get(kindKey(object)) ?? []).filter(({ id }) => !excepted.includes(id));
    if (judging.length === 0) return [];
    const bindings: Bindings = { object: toCel(object), variables: new Map() };
    return judging.flatMap((rule) => judge(rule, bindings).map((message) => finding(rule, object, message)));
  });
  return findings.sort(byWorst(sortKey));
}

/** Those that judge the object: they speak about its kind in this tier, and none of their conditions leaves it out. */
export function rulesFor(rules: readonly Rule[], object: Manifest, tier: Tier): Rule[] {
  const bindings: Bindings = { object: toCel(object), variables: new Map() };
  return rules
    .filter((rule) => appliesIn(rule, tier))
    .filter((rule) =>
      rule.appliesTo.some((kind) => kind === object.kind && apiVersionOf(kind) === object.apiVersion),
    )
    .filter((rule) => !isLeftOut(rule, bindings));
}

/** Most rules speak about few kinds: an object meets only those that speak about its own. */
function groupByKind(rules: readonly Rule[]): Map<string, Rule[]> {
  const groups = new Map<string, Rule[]>();
  for (const rule of rules) {
    for (const kind of rule.appliesTo) {
      const key = kindKey({ apiVersion: apiVersionOf(kind), kind });
      groups.set(key, [...(groups.get(key) ?? []), rule]);
    }
  }
  return groups;
}

function kindKey({ apiVersion, kind }: Pick<Manifest, 'apiVersion' | 'kind'>): string {
  return `${apiVersion} ${kind}`;
}

function finding(rule: Rule, object: Manifest, message: string): Finding {
  const { name, namespace } = object.metadata;
  const resource = { kind: object.kind, ...(namespace === undefined ? {} : { namespace }), name };
  return { rule: rule.id, severity: rule.severity, resource, message, remedy: rule.remedy };
}

function sortKey({ rule, resource, message }: Finding): string {
  return [rule, resource.namespace ?? '', resource.kind, resource.name, message].join('\0');
}
