/**
 * What is wrong with a stack's settings: where, what, which rule, what to do. Collected, and thrown once, before any resource
 * is made.
 */
export interface SettingProblem {
  /** Where it stands, e.g. `Pulumi.hyperion-prod.yaml: hyperion:azure.cluster`. */
  readonly path: string;
  /** The property at fault. */
  readonly property: string;
  /** The value found there; never a secret's. */
  readonly value: unknown;
  /** The rule that it breaks, as a sentence without a full stop. */
  readonly rule: string;
  /** What the reader should do, as a sentence without a full stop. */
  readonly remedy: string;
}

export class SettingError extends Error {
  public constructor(public readonly problems: readonly SettingProblem[]) {
    super(problems.map(format).join('\n'));
    this.name = 'SettingError';
  }
}

function format({ path, property, value, rule, remedy }: SettingProblem): string {
  return `${path}: ${property} = ${value === undefined ? 'undefined' : JSON.stringify(value)}\n  rule:   ${rule}\n  remedy: ${remedy}`;
}

/** @throws SettingError when there is a problem */
export function throwProblems(problems: readonly SettingProblem[]): void {
  if (problems.length > 0) throw new SettingError(problems);
}
