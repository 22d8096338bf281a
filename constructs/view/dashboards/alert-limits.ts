/**
 * What a panel takes from the alert that watches the same: the address of its runbook, and the figure at which it fires, read
 * off the rule itself, so that picture and alert cannot differ.
 */
import type { EvaluatedAlert, Platform } from '../../core/platform';

export interface Limit {
  readonly value: number;
  /** Whether it fires below the figure, as for room that is left. */
  readonly below: boolean;
}

/** The alert of that name which the environment evaluates, if it does. */
export function alertNamed(platform: Platform, name: string): EvaluatedAlert | undefined {
  return platform.evaluatedRules
    .flatMap(({ groups }) => groups)
    .flatMap(({ rules }) => rules)
    .find((rule): rule is EvaluatedAlert => 'alert' in rule && rule.alert === name);
}

/** Of an expression that ends in a comparison with a figure, or a product of figures; of another there is none. */
export function limitOf(expr: string): Limit | undefined {
  const found = /([<>])=? *([\d.]+(?:e[+-]?\d+)?(?: *\* *[\d.]+)*)$/.exec(expr);
  if (found === null) return undefined;
  const [, comparison, figures = ''] = found;
  const value = figures.split('*').reduce((product, figure) => product * Number(figure), 1);
  return { value, below: comparison === '<' };
}
