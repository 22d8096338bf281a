/**
 * One service as a child process: started, waited for, started again when it ends by itself (a little later each time, and
 * not for ever), and stopped in order.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

import { RestartBackoff } from '../local/node/restart-backoff';
import { LaptopError } from './laptop-error';
import { urlOf, type ServiceDefinition, type ServiceProgram } from './service-definition';
import { ServiceLog } from './service-log';

export type ServiceState =
  /** Its turn has not come. */
  | 'waiting'
  | 'starting'
  | 'running'
  /** It ended by itself, and is started again soon. */
  | 'restarting'
  /** It ended by itself too often, or says that its settings are wrong. */
  | 'failed'
  | 'stopping'
  | 'stopped';

export interface ServiceProcessOptions {
  readonly program: ServiceProgram;
  readonly logFile: string;
  /** What a person should hear of. */
  readonly report: (text: string) => void;
  /** @default LIMITS */
  readonly limits?: Partial<Limits>;
}

export interface Limits {
  readonly readyMs: number;
  readonly stopMs: number;
  /** Ends one after the other. */
  readonly ends: number;
  readonly ranWellMs: number;
}

const LIMITS: Limits = {
  /** A first start on a busy laptop takes 2 s; a broker that reads back a full disk, longer. */
  readyMs: 120_000,
  /** STOP_TIMEOUT's default of 20 s, and what has to be written after it. */
  stopMs: 25_000,
  /** Ends one after the other; with the waits in between (0, 0.5, 1, 2, 4, 8 s) they take a quarter of a minute at least. */
  ends: 7,
  /** After so long a run the ends before are forgotten, as the waits are. */
  ranWellMs: 20_000,
};

/** EX_CONFIG of sysexits.h: the services end with it when starting again is of no use. */
const EXIT_CONFIG = 78;
const POLL_MS = 50;
const PROBE_LIMIT_MS = 2000;
const SHOWN_LINES = 12;

export class ServiceProcess {
  public state: ServiceState = 'waiting';
  /** How often it was started again. */
  public restarts = 0;
  public startedAtMs: number | undefined;
  /** How it ended the last time that it did by itself, e.g. `exit code 1`. */
  public lastEnd: string | undefined;
  public readonly log: ServiceLog;
  private readonly limits: Limits;
  private readonly backoff = new RestartBackoff();
  private child: ChildProcess | undefined;
  private ended: Promise<void> = Promise.resolve();
  private endsInARow = 0;
  private notReadyBecause = 'it does not answer';
  private restartTimer: NodeJS.Timeout | undefined;

  public constructor(
    public readonly definition: ServiceDefinition,
    private readonly options: ServiceProcessOptions,
  ) {
    this.limits = { ...LIMITS, ...options.limits };
    this.log = new ServiceLog({ path: options.logFile });
  }

  public get name(): string {
    return this.definition.name;
  }

  public get pid(): number | undefined {
    return this.child?.pid;
  }

  /**
   * Resolves when it answers that it is ready; restarts by itself count as one start.
   * @throws LaptopError with its last lines when it cannot be started, or takes too long
   */
  public async start(signal?: AbortSignal): Promise<void> {
    this.launch();
    const deadline = performance.now() + this.limits.readyMs;
    while (!this.isOver() && signal?.aborted !== true) {
      if (this.state === 'failed') throw new LaptopError(this.failure(), 1);
      if (this.state === 'running') return;
      if (performance.now() > deadline) {
        throw new LaptopError(
          this.withLastLines(
            `${this.name} is not ready after ${this.limits.readyMs / 1000} s: ${this.notReadyBecause}`,
          ),
          1,
        );
      }
      await sleep(POLL_MS);
    }
  }

  /** Resolves when the process is gone. In order at first; by force when that takes too long. */
  public async stop(): Promise<void> {
    clearTimeout(this.restartTimer);
    if (this.child !== undefined) {
      this.state = 'stopping';
      this.child.kill('SIGTERM');
      const force = setTimeout(() => {
        this.options.report(`${this.name} did not stop within ${this.limits.stopMs / 1000} s: killed`);
        this.child?.kill('SIGKILL');
      }, this.limits.stopMs);
      await this.ended;
      clearTimeout(force);
    }
    if (this.state !== 'failed') this.state = 'stopped';
    this.log.close();
  }

  private launch(): void {
    const { program, args, cwd } = this.options.program;
    this.state = 'starting';
    this.startedAtMs = Date.now();
    const child = spawn(program, [...args], {
      cwd,
      env: { ...inherited(), ...this.definition.environment },
      // Ctrl-C in a terminal reaches the whole group: the services are stopped by us, in order, and once.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (data: Buffer) => {
        this.log.write(data);
      });
    }
    this.ended = new Promise((resolve) => {
      child.once('error', (error) => {
        this.onEnd(`it cannot be started: ${error.message}`, undefined);
        resolve();
      });
      // Not "exit": what it said last is read by then.
      child.once('close', (code, by) => {
        this.onEnd(code === null ? `signal ${by ?? 'unknown'}` : `exit code ${code}`, code ?? undefined);
        resolve();
      });
    });
    void this.pollUntilReady(child);
  }

  private onEnd(how: string, code: number | undefined): void {
    if (this.child === undefined) return;
    this.child = undefined;
    if (this.state === 'stopping') return;
    const ranForMs = Date.now() - (this.startedAtMs ?? 0);
    this.endsInARow = ranForMs >= this.limits.ranWellMs ? 1 : this.endsInARow + 1;
    this.lastEnd = how;
    this.log.note(`${this.name} ended by itself: ${how}`);
    if (code === EXIT_CONFIG || this.endsInARow >= this.limits.ends) {
      this.state = 'failed';
      this.options.report(this.failure());
      return;
    }
    this.state = 'restarting';
    const delayMs = this.backoff.delayMs(ranForMs);
    this.options.report(
      `${this.name} ended by itself (${how}); it is started again${delayMs === 0 ? '' : ` in ${delayMs / 1000} s`}`,
    );
    this.restartTimer = setTimeout(() => {
      this.restarts += 1;
      this.launch();
    }, delayMs);
  }

  private async pollUntilReady(child: ChildProcess): Promise<void> {
    for (;;) {
      const answer = await askReady(this.definition);
      if (this.child !== child || this.state !== 'starting') return;
      if (answer === 'ready') {
        this.state = 'running';
        return;
      }
      this.notReadyBecause = answer;
      await sleep(POLL_MS);
    }
  }

  private isOver(): boolean {
    return this.state === 'stopping' || this.state === 'stopped';
  }

  private failure(): string {
    const times = this.endsInARow > 1 ? `, ${this.endsInARow} times in a row` : '';
    return this.withLastLines(`${this.name} ended by itself (${this.lastEnd ?? ''}${times}), and is left so`);
  }

  private withLastLines(text: string): string {
    const lines = this.log.last(SHOWN_LINES);
    return [
      text,
      ...(lines.length === 0
        ? ['  it said nothing']
        : ['  its last lines:', ...lines.map((line) => `    ${line}`)]),
      `  all of them: ${this.log.path}`,
    ].join('\n');
  }
}

/** `ready`, or why it is not. */
async function askReady(definition: ServiceDefinition): Promise<string> {
  try {
    const answer = await fetch(`${urlOf(definition)}/ready`, { signal: AbortSignal.timeout(PROBE_LIMIT_MS) });
    const { reasons = [] } = (await answer.json()) as { readonly reasons?: readonly string[] };
    return answer.ok ? 'ready' : reasons.join('; ') || `status ${answer.status}`;
  } catch {
    return 'it does not answer';
  }
}

/** A service gets its own settings, and of ours only what any program needs. */
function inherited(): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR, LANG, TZ, SystemRoot } = process.env;
  return Object.fromEntries(
    Object.entries({ PATH, HOME, TMPDIR, LANG, TZ, SystemRoot }).filter(([, value]) => value !== undefined),
  );
}
