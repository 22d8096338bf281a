/**
 * What a command is given from outside, so that it can be run in a test as it runs in a terminal.
 */
import type { Environments } from '../environment';
import type { LocalSupport } from '../local/support';

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
  /** Where `local` keeps what it generated and what its clusters wrote: one folder an environment. */
  readonly stateFolder: string;
  /** The programs for `local`, and how they are obtained. */
  readonly loopback: () => LocalSupport;
  /** Resolves when the person presses Ctrl-C, or somebody ends the process. From the first call on, that no longer ends it at once. */
  readonly interrupted: () => Promise<void>;
  /** Undefined where there is no terminal. */
  readonly terminalSize: () => { readonly columns: number; readonly rows: number } | undefined;
  /** A command that runs on after `run` returned; its exit code becomes the process's. */
  readonly runsOn: (command: Promise<ExitCode>) => void;
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
