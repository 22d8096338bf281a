/**
 * What a command is given from outside, so that it can be run in a test as it runs in a terminal.
 */
import type { Environments } from '../environment';

export interface Context {
  /** Loaded when first asked for: `--help` needs none of it. */
  readonly environments: () => Environments;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Whether a person watches standard error. */
  readonly isTerminal: boolean;
  readonly cwd: string;
  /** The checkout, for `git:` references. */
  readonly root: string;
  /** Today in UTC, as `2026-07-31`. */
  readonly today: () => string;
}

/** 0: fine. 1: something was found. 2: wrong use. */
export type ExitCode = 0 | 1 | 2;

/** The command was used wrongly. */
export class UsageError extends Error {
  public constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}
