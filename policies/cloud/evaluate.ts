import { judge, toCel } from '../cel-program';
import { byWorst } from '../finding-order';
import type { Severity, Tier } from '../rule';
import { exceptsCloud, type CloudException } from './exception';
import { readable } from './readable-props';
import { appliesIn, plainType, urnOf, type CloudResource, type CloudRule } from './rule';

/** A resource that breaks a rule. */
export interface CloudFinding {
  /** The rule's id. */
  readonly rule: string;
  readonly severity: Severity;
  readonly resource: { readonly type: string; readonly name: string; readonly urn: string };
  readonly message: string;
  readonly remedy: string;
}

export interface EvaluateCloudOptions {
  readonly tier: Tier;
  /** Taken as they are; `checkCloudExceptions` says which of them are no good. @default none */
  readonly exceptions?: readonly CloudException[];
}

/**
 * Judges the resources of one stack.
 *
 * @returns worst first, then by rule and resource, whatever the order of the resources
 */
export function evaluateCloud(
  rules: readonly CloudRule[],
  resources: readonly CloudResource[],
  { tier, exceptions = [] }: EvaluateCloudOptions,
): CloudFinding[] {
  const rulesByType = groupByType(rules.filter((rule) => appliesIn(rule, tier)));
  const besides = neighbours(resources);

  const findings = resources.flatMap((resource) => {
    const excepted = exceptions
      .filter((exception) => exceptsCloud(exception, resource))
      .map(({ rule }) => rule);
    const judging = (rulesByType.get(plainType(resource.type)) ?? []).filter(
      ({ id }) => !excepted.includes(id),
    );
    if (judging.length === 0) return [];
    const seen = {
      type: plainType(resource.type),
      urn: urnOf(resource),
      resource: toCel(readable(resource.props)),
      variables: new Map(),
    };
    return judging.flatMap((rule) =>
      judge(rule, { ...seen, resources: besides(rule) }).map((message) => finding(rule, resource, message)),
    );
  });
  return findings.sort(byWorst(sortKey));
}

/** Most rules speak about few types: a resource meets only those that speak about its own. */
function groupByType(rules: readonly CloudRule[]): Map<string, CloudRule[]> {
  const groups = new Map<string, CloudRule[]>();
  for (const rule of rules) {
    for (const type of rule.appliesTo) groups.set(type, [...(groups.get(type) ?? []), rule]);
  }
  return groups;
}

/** What a rule sees besides the judged resource: worked out once for each rule that asks. */
function neighbours(resources: readonly CloudResource[]): (rule: CloudRule) => ReturnType<typeof toCel> {
  const known = new Map<CloudRule, ReturnType<typeof toCel>>();
  return (rule) => {
    const types: readonly string[] = rule.besides ?? [];
    let seen = known.get(rule);
    if (seen === undefined) {
      seen = toCel(
        resources
          .filter(({ type }) => types.includes(plainType(type)))
          .map(({ type, props, dependsOn }) => ({
            type: plainType(type),
            props: readable(props),
            dependsOn: dependsOn ?? [],
          })),
      );
      known.set(rule, seen);
    }
    return seen;
  };
}

function finding(rule: CloudRule, resource: CloudResource, message: string): CloudFinding {
  return {
    rule: rule.id,
    severity: rule.severity,
    resource: { type: resource.type, name: resource.name, urn: urnOf(resource) },
    message,
    remedy: rule.remedy,
  };
}

function sortKey({ rule, resource, message }: CloudFinding): string {
  return [rule, resource.type, resource.name, resource.urn, message].join('\0');
}
