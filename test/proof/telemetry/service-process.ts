/** A service as a process with a port that it keeps, so that the others find it again when it comes back. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a failed test shows of a service. */
const KEPT_LINES = 40;
const READY_LIMIT_MS = 60_000;

export interface ServiceDefinition {
  readonly name: string;
  readonly argv: readonly [string, ...string[]];
  readonly environment: Readonly<Record<string, string>>;
  readonly port: number;
}

export class ServiceProcess {
  public starts = 0;
  private child: ChildProcess | undefined;
  private lines: string[] = [];

  public constructor(private readonly definition: ServiceDefinition) {}

  public get url(): string {
    return `http://127.0.0.1:${this.definition.port}`;
  }

  public get lastLines(): string {
    return `${this.definition.name}:\n${this.lines.join('\n')}`;
  }

  public start(): void {
    const { argv, environment, port, name } = this.definition;
    const [program, ...args] = argv;
    const child = spawn(program, args, {
      env: { PATH: process.env.PATH, LISTEN_PORT: String(port), LOG_LEVEL: 'warn', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    this.starts += 1;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.lines = [...this.lines, ...text.trimEnd().split('\n')].slice(-KEPT_LINES);
      });
    }
    child.once('exit', (code, signal) => {
      this.lines.push(`[${name} ended: ${signal ?? code ?? ''}]`);
      if (this.child === child) this.child = undefined;
    });
  }

  public async end(signal: NodeJS.Signals): Promise<number | null> {
    const { child } = this;
    if (child === undefined) return null;
    const ended = once(child, 'exit') as Promise<[number | null]>;
    child.kill(signal);
    const [code] = await ended;
    return code;
  }

  /** It serves; whether what it needs is there is another question. */
  public async untilHealthy(): Promise<void> {
    await this.until('/health');
  }

  public async untilReady(): Promise<void> {
    await this.until('/ready');
  }

  private async until(path: string): Promise<void> {
    const deadline = performance.now() + READY_LIMIT_MS;
    for (;;) {
      if (this.child === undefined) throw new Error(`it has ended\n${this.lastLines}`);
      const answer = await fetch(this.url + path).catch(() => undefined);
      if (answer?.ok === true) return;
      if (performance.now() > deadline) {
        throw new Error(`${path}: ${(await answer?.text()) ?? 'no answer'}\n${this.lastLines}`);
      }
      await sleep(20);
    }
  }
}
