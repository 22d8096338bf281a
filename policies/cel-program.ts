/**
 * Judges one thing by the CEL of one rule, in-process: the part that rules about Kubernetes objects and rules about cloud
 * resources have in common.
 */
import {
  celEnv,
  celError,
  celMap,
  isCelError,
  parse,
  plan,
  type CelError,
  type CelInput,
  type CelMap,
  type CelResult,
} from '@bufbuild/cel';
import type { NamedExpression, Validation } from './rule';
import { isUnknown } from './unknown';

/** What a rule says, whatever it speaks about. */
export interface Checks {
  readonly matchConditions?: readonly NamedExpression[];
  readonly variables?: readonly NamedExpression[];
  readonly validations: readonly Validation[];
}

/** What expressions see. What one rule worked out stays in `variables` for the next rule about the same thing. */
export interface Bindings {
  readonly [name: string]: CelInput;
  readonly variables: Map<string, CelInput>;
}

/**
 * What is wrong with the thing; nothing when it keeps the rule, or when the rule's conditions leave it out. An expression
 * that fails to evaluate is a finding, as the API server would refuse the object too (`failurePolicy: Fail`); only one that
 * needs a value which nobody knows yet is not, for it is judged again once the value is known.
 */
export function judge(checks: Checks, bindings: Bindings): string[] {
  for (const { name, expression } of checks.matchConditions ?? []) {
    const matches = run(expression, bindings);
    if (matches === false || isNotKnownYet(matches)) return [];
    if (matches !== true) return [notJudged(`match condition "${name}"`, matches)];
  }
  for (const { name, expression } of checks.variables ?? []) {
    if (bindings.variables.has(name)) continue;
    const value = run(expression, bindings);
    if (isNotKnownYet(value)) return [];
    if (isCelError(value)) return [notJudged(`variable "${name}"`, value)];
    bindings.variables.set(name, value);
  }
  return checks.validations.flatMap(({ expression, message }) => {
    const holds = run(expression, bindings);
    if (holds === true || isNotKnownYet(holds)) return [];
    return [holds === false ? message : notJudged(`"${message}"`, holds)];
  });
}

/** Whether a condition of the rule says that it is not about this thing. */
export function isLeftOut({ matchConditions = [] }: Checks, bindings: Bindings): boolean {
  return matchConditions.some(({ expression }) => run(expression, bindings) === false);
}

function notJudged(where: string, result: CelResult): string {
  const why = isCelError(result) ? result.message : `it gives ${typeof result}, not true or false`;
  return `Could not be judged: ${where}: ${why}`;
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
    return (bindings) => program(bindings);
  } catch (error) {
    return () => celError(error);
  }
}

/**
 * What stands for an unknown value: an error, because CEL's logic already treats one as "may be either": `true || error` is
 * true, `true && error` is an error.
 */
const NOT_KNOWN_YET = celError('not known before deployment');

/** `&&` and `||` join two errors to one, whose message is the first one's. */
function isNotKnownYet(result: CelResult): boolean {
  return isCelError(result) && result.message === NOT_KNOWN_YET.message;
}

/** As the API server would see it: whole numbers are integers, and fields set to null are not there. */
export function toCel(value: unknown): CelInput {
  const known = toCelOrUnknown(value);
  return isCelError(known) ? null : known;
}

function toCelOrUnknown(value: unknown): CelInput | CelError {
  if (isUnknown(value)) return NOT_KNOWN_YET;
  if (Array.isArray(value)) return toList(value);
  if (typeof value === 'object' && value !== null) return toMap(value);
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  return null;
}

/** A list with an unknown element is unknown: `in` would overlook the element. */
function toList(values: readonly unknown[]): CelInput | CelError {
  const elements: CelInput[] = [];
  for (const value of values) {
    const element = toCelOrUnknown(value);
    if (isCelError(element)) return element;
    elements.push(element);
  }
  return elements;
}

function toMap(value: object): CelInput {
  const known = new Map<string, CelInput>();
  const unknown = new Set<unknown>();
  for (const [name, field] of Object.entries(value)) {
    if (field === null || field === undefined) continue;
    const converted = toCelOrUnknown(field);
    if (isCelError(converted)) unknown.add(name);
    else known.set(name, converted);
  }
  return unknown.size === 0 ? known : withUnknownFields(celMap(known), unknown);
}

/** The library takes no errors as data, but hands on those that a map gives. */
function withUnknownFields(known: CelMap, unknown: ReadonlySet<unknown>): CelMap {
  return Object.create(known, {
    size: { get: () => known.size + unknown.size },
    has: { value: (key: unknown) => unknown.has(key) || known.has(key as string) },
    get: { value: (key: unknown) => (unknown.has(key) ? NOT_KNOWN_YET : known.get(key as string)) },
    keys: { value: () => [...known.keys(), ...unknown].values() },
  }) as CelMap;
}
