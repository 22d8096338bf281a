/**
 * Reads settings by their schema: every value that is missing, unknown or of the wrong form is a problem with its place.
 */
import type { Static, TSchema } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import type { SettingProblem } from './setting-error';

export type Parsed<T> =
  { readonly settings: T; readonly problems: readonly [] } | { readonly problems: readonly SettingProblem[] };

/** More would only repeat the same mistake. */
const MOST_PROBLEMS = 50;

/** @param path where the settings stand, e.g. `Pulumi.hyperion-prod.yaml: hyperion:azure` */
export function parseSettings<T extends TSchema>(schema: T, value: unknown, path: string): Parsed<Static<T>> {
  if (Value.Check(schema, value)) return { settings: value, problems: [] };
  const problems = new Map<string, SettingProblem>();
  for (const error of Value.Errors(schema, value)) {
    if (problems.size === MOST_PROBLEMS) break;
    const keys = error.path.split('/').slice(1);
    const property = keys.pop() ?? '';
    // What is missing is reported twice, first as missing and then as not of its type: the second says more.
    problems.set(error.path, {
      path: [path, ...keys].join('.'),
      property,
      value: error.value,
      ...advice(error.message, error.value),
    });
  }
  return { problems: [...problems.values()] };
}

function advice(message: string, value: unknown): Pick<SettingProblem, 'rule' | 'remedy'> {
  const rule = message.charAt(0).toLowerCase() + message.slice(1);
  if (message.startsWith('Unexpected property')) {
    return { rule: 'settings have no such property', remedy: 'remove it, or correct its spelling' };
  }
  if (value === undefined) {
    return { rule: `it has to be set: ${rule}`, remedy: 'set it: nobody but you can decide it' };
  }
  return { rule, remedy: 'correct the value' };
}
