/**
 * A program that ends with the test: it is killed by the kernel when the test process dies, however that dies.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';

/** A program that was asked to end and has not by then is killed. */
const STOP_LIMIT_MS = 10_000;

export class TiedProcess {
  private readonly child: ChildProcess;
  private readonly ended: Promise<void>;

  /** @param environment all that the program sees of the test's own environment */
  public constructor(
    public readonly name: string,
    program: string,
    args: readonly string[],
    private readonly logFile: string,
    environment: NodeJS.ProcessEnv = {},
  ) {
    const log = openSync(logFile, 'a');
    // `setpriv` sets the signal and becomes the program, so the child's id is the program's.
    this.child = spawn('setpriv', ['--pdeathsig', 'KILL', program, ...args], {
      env: { PATH: process.env.PATH, ...environment },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    this.ended = new Promise((resolve) => {
      this.child.once('exit', () => {
        resolve();
      });
      this.child.once('error', () => {
        resolve();
      });
    });
  }

  public get isRunning(): boolean {
    return this.child.pid !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  public get log(): string {
    return readFileSync(this.logFile, 'utf8');
  }

  public async stop(): Promise<void> {
    if (!this.isRunning) return;
    this.child.kill('SIGTERM');
    const killer = setTimeout(() => this.child.kill('SIGKILL'), STOP_LIMIT_MS);
    await this.ended;
    clearTimeout(killer);
  }
}
