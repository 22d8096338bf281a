/**
 * The one shape in which Hyperion says that something is wrong: where, what, which rule, and what to do.
 * Constructors report problems and go on; `complete()` throws them all at once, so that one run shows
 * every mistake of an environment.
 */
export interface Problem {
  /** Construct path or file in which the mistake stands, e.g. `hyperion-dev/loki`. */
  readonly path: string;
  /** The property at fault, e.g. `retention`. */
  readonly property: string;
  /** The value found there; shown as JSON. Never a secret's value. */
  readonly value: unknown;
  /** The rule that it breaks, as a sentence without a full stop. */
  readonly rule: string;
  /** What the reader should do, as a sentence without a full stop. */
  readonly remedy: string;
}

export class ConfigError extends Error {
  public constructor(public readonly problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n'));
    this.name = 'ConfigError';
  }
}

export function formatProblem(problem: Problem): string {
  return [
    `${problem.path}: ${problem.property} = ${show(problem.value)}`,
    `  rule:   ${problem.rule}`,
    `  remedy: ${problem.remedy}`,
  ].join('\n');
}

function show(value: unknown): string {
  return value === undefined ? 'undefined' : JSON.stringify(value);
}
