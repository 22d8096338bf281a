/** Runs a command beside a container's program: same files, same network, same processes, same user. */
import { spawn } from 'node:child_process';
import { readlink } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findCommand } from './command';
import type { ExecResult } from './messages';

/** More than a person or a test reads. */
const OUTPUT_LIMIT_CHARACTERS = 16 * 1024 * 1024;
/** As `timeout` says it. */
const TIMED_OUT_CODE = 124;
const LOOKING_AGAIN_MS = 10;

export interface ExecOptions {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly input?: string | undefined;
  readonly timeoutMs: number;
}

/** `pid` is the container's program. Resolves also when the command fails; its code tells. */
export async function execBeside(pid: number, options: ExecOptions): Promise<ExecResult> {
  const deadline = performance.now() + options.timeoutMs;
  while ((await isBeingSetUp(pid)) && performance.now() < deadline) await sleep(LOOKING_AGAIN_MS);
  const namespaces = ['--user', '--mount', '--net', '--pid', '--uts', '--ipc', '--cgroup'];
  const child = spawn(
    findCommand('nsenter'),
    ['--target', String(pid), ...namespaces, '--preserve-credentials', '--', ...options.argv],
    // A group of its own, so that the command can be ended with everything that it started.
    { env: options.env, detached: true, stdio: ['pipe', 'pipe', 'pipe'] },
  );
  const limit = new AbortController();
  const timer = setTimeout(() => {
    limit.abort();
    killGroup(child.pid);
  }, options.timeoutMs);
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  child.stdin.on('error', () => undefined).end(options.input ?? '');
  const code = await new Promise<number>((resolve) => {
    child.once('error', () => {
      resolve(126);
    });
    child.once('exit', (exitCode) => {
      resolve(exitCode ?? 137);
    });
  });
  clearTimeout(timer);
  killGroup(child.pid);
  if (limit.signal.aborted)
    return {
      code: TIMED_OUT_CODE,
      stdout: stdout(),
      stderr: `${stderr()}no end within ${options.timeoutMs} ms`,
    };
  await drained(child.stdout);
  await drained(child.stderr);
  return { code, stdout: stdout(), stderr: stderr() };
}

/**
 * bubblewrap tells the process's number before it has built the file tree, and then becomes the program (`--as-pid-1`):
 * whoever joins earlier finds half a tree.
 */
async function isBeingSetUp(pid: number): Promise<boolean> {
  const program = await readlink(`/proc/${pid}/exe`).catch(() => '');
  return basename(program) === 'bwrap';
}

function collect(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.setEncoding('utf8').on('data', (part: string) => {
    if (text.length < OUTPUT_LIMIT_CHARACTERS) text += part;
  });
  return () => text.slice(0, OUTPUT_LIMIT_CHARACTERS);
}

async function drained(stream: NodeJS.ReadableStream & { readonly closed?: boolean }): Promise<void> {
  if (stream.closed === true) return;
  await new Promise((resolve) => stream.once('close', resolve));
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing of it is left.
  }
}
