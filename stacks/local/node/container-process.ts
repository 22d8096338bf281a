/** One run of a container's program in its sandbox, inside its pod's network namespace. */
import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { ADMIN_PATH } from './command';
import type { LogFile } from './log-file';
import type { Exit } from './messages';

export interface ProcessOptions {
  readonly bwrap: string;
  /** File of the pod's network namespace. */
  readonly networkNamespace: string;
  /** Of the sandbox; they hold the environment, and so secrets. */
  readonly sandbox: readonly string[];
  readonly argv: readonly string[];
  /** Files to write the process's id to before it starts. */
  readonly controlGroups: readonly string[];
  readonly log: LogFile;
}

/** In a shell, for a process must be in its control groups before it forks. */
const JOIN_GROUPS = 'while [ "$1" != -- ]; do echo 0 > "$1"; shift; done; shift; exec "$@"';
/** Descriptors that bubblewrap is told to use. */
const STATUS_FD = 3;
const ARGUMENTS_FD = 4;

export class ContainerProcess {
  /** Of the program itself, which is PID 1 of its namespace; known shortly after the start. */
  public pid: number | undefined;
  private readonly child: ChildProcess;
  private waitingSignals: NodeJS.Signals[] = [];

  public constructor(options: ProcessOptions, exited: (exit: Exit) => void) {
    const { log } = options;
    this.child = log.withWriter((output) =>
      spawn('sh', [...shellArguments(options)], {
        stdio: ['ignore', output, output, 'pipe', 'pipe'],
        env: { PATH: ADMIN_PATH },
      }),
    );
    let isOver = false;
    const end = (exit: Exit): void => {
      if (isOver) return;
      isOver = true;
      this.pid = undefined;
      exited(exit);
    };
    this.child.once('error', (error) => {
      end({ code: 126, reason: `could not be started: ${error.message}` });
    });
    this.child.once('exit', (code, signal) => {
      end({ code: code ?? 128 + (signal === null ? 0 : constants.signals[signal]), reason: undefined });
    });
    this.readStatus(this.child.stdio[STATUS_FD] as Readable | null);
    // Through a pipe and not as arguments: those can be read by everybody on the machine.
    const args = this.child.stdio[ARGUMENTS_FD] as Writable | null;
    args?.on('error', () => undefined).end(options.sandbox.map((arg) => `${arg}\0`).join(''));
  }

  public signal(signal: NodeJS.Signals): void {
    if (this.pid !== undefined) send(this.pid, signal);
    // It has no program yet: ended with its sandbox, which is bound to it.
    else if (signal === 'SIGKILL') this.child.kill('SIGKILL');
    else this.waitingSignals.push(signal);
  }

  private readStatus(status: Readable | null): void {
    let text = '';
    status?.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      const pid = /"child-pid": (\d+)/.exec(text)?.[1];
      if (pid === undefined || this.pid !== undefined || this.child.exitCode !== null) return;
      this.pid = Number(pid);
      for (const signal of this.waitingSignals.splice(0)) send(this.pid, signal);
    });
    status?.on('error', () => undefined);
  }
}

function shellArguments({ bwrap, networkNamespace, argv, controlGroups }: ProcessOptions): readonly string[] {
  const sandbox = [bwrap, '--json-status-fd', String(STATUS_FD), '--args', String(ARGUMENTS_FD)];
  return [
    ...['-c', JOIN_GROUPS, 'sh', ...controlGroups, '--'],
    ...['nsenter', `--net=${networkNamespace}`, '--', ...sandbox, '--', ...argv],
  ];
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended in the meantime.
  }
}
