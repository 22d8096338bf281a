import { celEnv, celError, isCelError, parse, plan, type CelInput, type CelResult } from '@bufbuild/cel';
import { excepts, type PolicyException } from './exception';
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
    const bindings = { object: toCel(object), variables: new Map<string, CelInput>() };
    return judging.flatMap((rule) => judge(rule, bindings).map((message) => finding(rule, object, message)));
  });
  return findings.sort(compareFindings);
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

/**
 * What is wrong with the object; nothing when it keeps the rule, or when the rule's conditions leave it out. What one
 * rule worked out about the object stays in the variables for the next.
 */
function judge(rule: Rule, bindings: Bindings): string[] {
  for (const { name, expression } of rule.matchConditions ?? []) {
    const matches = run(expression, bindings);
    if (matches === false) return [];
    if (matches !== true) return [notJudged(`match condition "${name}"`, matches)];
  }
  for (const { name, expression } of rule.variables ?? []) {
    if (bindings.variables.has(name)) continue;
    const value = run(expression, bindings);
    if (isCelError(value)) return [notJudged(`variable "${name}"`, value)];
    bindings.variables.set(name, value);
  }
  return rule.validations.flatMap(({ expression, message }) => {
    const holds = run(expression, bindings);
    if (holds === true) return [];
    return [holds === false ? message : notJudged(`"${message}"`, holds)];
  });
}

function notJudged(where: string, result: CelResult): string {
  const why = isCelError(result) ? result.message : `it gives ${typeof result}, not true or false`;
  return `Could not be judged: ${where}: ${why}`;
}

interface Bindings {
  readonly object: CelInput;
  readonly variables: Map<string, CelInput>;
}

type Program = (bindings: Bindings) => CelResult;

/**
 * JavaScript's regular expressions in place of the library's own, which it compiles anew for every evaluation (0.1 ms
 * each). Of what RE2 has and they have not, rules use the leading `(?i)` alone.
 */
const patterns = new Map<string, RegExp>();

function compilePattern(pattern: string): RegExp {
  let compiled = patterns.get(pattern);
  if (compiled === undefined) {
    compiled = pattern.startsWith('(?i)') ? new RegExp(pattern.slice(4), 'i') : new RegExp(pattern);
    patterns.set(pattern, compiled);
  }
  return compiled;
}

const environment = celEnv({ re2: { compile: compilePattern } });

/** Compiled once in a process: compiling costs about fifty times an evaluation. Rules are few and fixed, so it is bounded. */
const programs = new Map<string, Program>();

function run(expression: string, bindings: Bindings): CelResult {
  let program = programs.get(expression);
  if (program === undefined) {
    program = compile(expression);
    programs.set(expression, program);
  }
  return program(bindings);
}

function compile(expression: string): Program {
  try {
    const program = plan(environment, parse(expression));
    return ({ object, variables }) => program({ object, variables });
  } catch (error) {
    return () => celError(error);
  }
}

/** As the API server would see it: whole numbers are integers, and fields set to null are not there. */
function toCel(value: unknown): CelInput {
  if (Array.isArray(value)) return value.map(toCel);
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).filter(([, field]) => field !== null && field !== undefined);
    return new Map(fields.map(([name, field]) => [name, toCel(field)]));
  }
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  return null;
}

function finding(rule: Rule, object: Manifest, message: string): Finding {
  const { name, namespace } = object.metadata;
  const resource = { kind: object.kind, ...(namespace === undefined ? {} : { namespace }), name };
  return { rule: rule.id, severity: rule.severity, resource, message, remedy: rule.remedy };
}

const WORST_FIRST: readonly Severity[] = ['critical', 'high', 'medium', 'low'];

function compareFindings(a: Finding, b: Finding): number {
  return (
    WORST_FIRST.indexOf(a.severity) - WORST_FIRST.indexOf(b.severity) || compareText(sortKey(a), sortKey(b))
  );
}

function sortKey({ rule, resource, message }: Finding): string {
  return [rule, resource.namespace ?? '', resource.kind, resource.name, message].join('\0');
}

/** By code points: `localeCompare` depends on the machine. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
