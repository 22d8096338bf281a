/**
 * A terminal for tests of the command line: a folder of its own, and what a command answered.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context, ExitCode } from '../../../stacks/cli/context';
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
      this.context({
        environments: () => environments,
        out: (text) => (out += text),
        err: (text) => (err += text),
        isTerminal,
      }),
      args,
    );
    return { code, out, err };
  }

  /** As `run`, for a command that runs on: answers when it has ended. */
  public async runOn(args: readonly string[], given: Partial<Context> = {}): Promise<Answer> {
    let [out, err] = ['', ''];
    let running: Promise<ExitCode> | undefined;
    run(
      this.context({
        out: (text) => (out += text),
        err: (text) => (err += text),
        runsOn: (command) => {
          running = command;
        },
        ...given,
      }),
      args,
    );
    if (running === undefined) throw new Error(`${args.join(' ')} does not run on: ${err}`);
    const code = await running;
    return { code, out, err };
  }

  public context(given: Partial<Context>): Context {
    return {
      environments: () => SMALL_ENVIRONMENTS,
      out: () => undefined,
      err: () => undefined,
      isTerminal: false,
      cwd: this.cwd,
      root: this.cwd,
      today: () => '2026-06-01',
      stateFolder: join(this.cwd, 'state'),
      loopback: () => {
        throw new Error('this test has no real programs');
      },
      interrupted: () => Promise.resolve(),
      terminalSize: () => undefined,
      runsOn: () => {
        throw new Error('this command runs on: use runOn');
      },
      ...given,
    };
  }
}
