/**
 * Reads a service's settings from its environment, and finds everything that is wrong with it at once.
 */
import { TransformKind, type TSchema } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';

import type { Settings, Variables } from './variables';

/** What a variable may say of itself; see `variables.ts`. */
interface Annotations {
  readonly default?: string;
  readonly description?: string;
  readonly rule?: string;
  readonly secret?: boolean;
  readonly [TransformKind]?: { readonly Decode: (text: unknown) => unknown };
}

export class EnvironmentError extends Error {
  public constructor(public readonly problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'EnvironmentError';
  }
}

/** What one variable needs beside it: when it has the value `is`, or any at all. */
export interface Requirement<Name> {
  readonly variable: Name;
  readonly is?: string;
  readonly needs: readonly Name[];
}

/**
 * `prefix` belongs to the service alone: what starts with it must be known. Of the other names only those are refused
 * that look like a slip of the pen, for the environment is shared with everything else.
 */
export function readEnvironment<V extends Variables>(
  variables: V,
  environment: Readonly<Record<string, string | undefined>>,
  prefix: string,
  requirements: readonly Requirement<Extract<keyof V, string>>[] = [],
): Settings<V> {
  const problems: string[] = [];
  const settings: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(variables)) {
    const {
      default: fallback,
      rule = '',
      description = '',
      secret,
      [TransformKind]: transform,
    } = schema as Annotations;
    // Set to nothing is not set: that is how a manifest leaves a value open.
    const given = environment[name] === '' ? undefined : environment[name];
    const value = given ?? fallback;
    if (value === undefined) {
      settings[name] = undefined;
      if (!isOptional(schema)) {
        problems.push(problem(name, undefined, `required: ${description}`, `set it to ${rule}`));
      }
      continue;
    }
    try {
      if (!Value.Check(schema, value)) throw new RangeError('does not match');
      settings[name] = transform === undefined ? value : transform.Decode(value);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      problems.push(problem(name, secret === true ? '(not shown)' : value, `must be ${rule}`, description));
    }
  }
  const given = (name: string): boolean => (environment[name] ?? '') !== '';
  if ('TLS_CERT_FILE' in variables && given('TLS_CERT_FILE') !== given('TLS_KEY_FILE')) {
    const missing = given('TLS_CERT_FILE') ? 'TLS_KEY_FILE' : 'TLS_CERT_FILE';
    problems.push(
      problem(missing, undefined, 'TLS needs both a certificate and its key', 'set both or none'),
    );
  }
  for (const { variable, is, needs } of requirements) {
    const value = given(variable) ? environment[variable] : (variables[variable] as Annotations).default;
    if (value === undefined || (is !== undefined && value !== is)) continue;
    for (const name of needs.filter((each) => !given(each))) {
      const { rule = '', description = '' } = variables[name] as Annotations;
      const beside = is === undefined ? variable : `${variable}=${is}`;
      problems.push(problem(name, undefined, `required with ${beside}: ${description}`, `set it to ${rule}`));
    }
  }
  problems.push(...unknownVariables(Object.keys(variables), environment, prefix));
  if (problems.length > 0) throw new EnvironmentError(problems);
  return settings as Settings<V>;
}

/** Kubernetes sets these for every Service of the namespace, whatever it is called. */
const SERVICE_LINK =
  /_SERVICE_HOST$|_SERVICE_PORT(_[A-Z0-9_]+)?$|_PORT(_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?$/;

function unknownVariables(
  known: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  prefix: string,
): string[] {
  return Object.keys(environment)
    .filter((name) => !known.includes(name) && !SERVICE_LINK.test(name))
    .sort()
    .flatMap((name) => {
      const [nearest] = known
        .map((each) => ({ name: each, distance: editDistance(each, name) }))
        .sort((a, b) => a.distance - b.distance);
      const isSlip = nearest !== undefined && nearest.distance <= 2 && name.length >= 8;
      if (!isSlip && !name.startsWith(prefix)) return [];
      const remedy = isSlip ? `did you mean ${nearest.name}?` : `remove it; known are ${known.join(', ')}`;
      // Its value may be a secret under a wrong name.
      return [problem(name, '(not shown)', 'is no variable of this service', remedy)];
    });
}

function problem(name: string, value: string | undefined, rule: string, remedy: string): string {
  const shown = value === undefined ? 'not set' : value === '(not shown)' ? value : JSON.stringify(value);
  return [`environment: ${name} = ${shown}`, `  rule:   ${rule}`, `  remedy: ${remedy}`].join('\n');
}

function isOptional(schema: TSchema): boolean {
  return Object.getOwnPropertySymbols(schema).some((symbol) => symbol.description === 'TypeBox.Optional');
}

/** Levenshtein's; names are short. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
