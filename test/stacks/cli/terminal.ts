/**
 * A terminal for tests of the command line: a folder of its own, and what a command answered.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../../stacks/cli/program';
import type { Environments } from '../../../stacks/environment';
import { SMALL_ENVIRONMENTS } from '../small-platform';

export interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export class Terminal {
  public readonly cwd = mkdtempSync(join(tmpdir(), 'hyperion-cli-'));

  public close(): void {
    rmSync(this.cwd, { recursive: true });
  }

  /** Runs `hyperion` on the first day of June 2026. */
  public run(
    args: readonly string[],
    environments: Environments = SMALL_ENVIRONMENTS,
    isTerminal = false,
  ): Answer {
    let [out, err] = ['', ''];
    const code = run(
      {
        environments: () => environments,
        out: (text) => (out += text),
        err: (text) => (err += text),
        isTerminal,
        cwd: this.cwd,
        root: this.cwd,
        today: () => '2026-06-01',
      },
      args,
    );
    return { code, out, err };
  }
}
