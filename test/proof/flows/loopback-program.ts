/** A real program on this machine's loopback, alone, for tests of a sender or a reader: started, waited for, ended. */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 20_000;

export class LoopbackProgram {
  private child: ChildProcess | undefined;
  private madeDir: string | undefined;

  /** Made when it is first used: a test that is left out leaves nothing behind. */
  public get dir(): string {
    this.madeDir ??= mkdtempSync(join(tmpdir(), 'hyperion-flows-'));
    return this.madeDir;
  }

  public file(name: string, content: string): string {
    const path = join(this.dir, name);
    writeFileSync(path, content);
    return path;
  }

  public read(name: string): string {
    return readFileSync(join(this.dir, name), 'utf8');
  }

  /** @param ready answers 2xx, or true, as soon as it can be used */
  public async start(argv: readonly string[], ready: string | (() => Promise<boolean>)): Promise<void> {
    const log = openSync(join(this.dir, 'log'), 'a');
    // Ends with its parent, also when that is killed.
    this.child = spawn('setpriv', ['--pdeathsig', 'KILL', ...argv], {
      cwd: this.dir,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    const deadline = Date.now() + START_LIMIT_MS;
    while (!(await (typeof ready === 'string' ? answers(ready) : ready()))) {
      if (this.child.exitCode !== null || Date.now() > deadline) {
        const asked = typeof ready === 'string' ? ` ${ready}` : '';
        throw new Error(`${argv.join(' ')} does not answer${asked}:\n${this.read('log').slice(-3000)}`);
      }
      await sleep(100);
    }
  }

  /** Asks it to end, so that it writes what it still has. */
  public async end(): Promise<void> {
    const { child } = this;
    if (child?.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const killer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
    await ended;
    clearTimeout(killer);
  }

  public async stop(): Promise<void> {
    await this.end();
    if (this.madeDir !== undefined) rmSync(this.madeDir, { recursive: true, force: true });
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(1_000) })).ok;
  } catch {
    return false;
  }
}
