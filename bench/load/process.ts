/** Processes pinned to one processor, ended by their id whatever happens. */
import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

export const ROOT = resolve(__dirname, '..', '..');

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface PinnedProcess {
  readonly pid: number;
  readonly child: ChildProcess;
  /** What it has printed so far. */
  readonly output: () => string;
  /** Processor time so far, of all threads. */
  readonly cpuS: () => number;
  readonly stop: () => Promise<void>;
}

const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 10_000;
const KEPT_OUTPUT_CHARS = 100_000;
/** USER_HZ, the same on all of Linux's common platforms. */
const TICKS_PER_S = 100;

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
// Otherwise these end the process without its `exit`.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

export function startPinned(core: number, command: Command, withChannel = false): PinnedProcess {
  const stdio: StdioOptions = ['ignore', 'pipe', 'pipe', ...(withChannel ? (['ipc'] as const) : [])];
  const { PATH, HOME, JAVA_HOME } = process.env;
  const child = spawn('taskset', ['--cpu-list', String(core), command.program, ...command.args], {
    cwd: command.cwd ?? ROOT,
    env: { PATH, HOME, JAVA_HOME, ...command.env },
    stdio,
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`bench: ${command.program} was not started`);
  running.add(child);
  child.once('exit', () => running.delete(child));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-KEPT_OUTPUT_CHARS);
    });
  }
  return { pid, child, output: () => output, cpuS: () => cpuSecondsOf(pid), stop: () => stop(child) };
}

/** Waits for what it prints when it serves; answers the match. */
export async function untilPrinted(started: PinnedProcess, pattern: RegExp): Promise<RegExpExecArray> {
  const deadline = Date.now() + START_LIMIT_MS;
  for (;;) {
    const match = pattern.exec(started.output());
    if (match !== null) return match;
    if (hasEnded(started.child) || Date.now() > deadline) {
      await started.stop();
      throw new Error(
        `bench: ${started.child.spawnargs.join(' ')} did not start:\n${started.output().slice(-3000)}`,
      );
    }
    await new Promise((done) => setTimeout(done, 20));
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const killer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
  await ended;
  clearTimeout(killer);
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

/** Processor time of a process so far, of all its threads. */
export function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name may hold anything; behind its parenthesis comes field 3. User time is 14, system time 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S;
}
