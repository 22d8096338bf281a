/** Runs a program that judges a file and ends. */
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import type { Verdict } from './validator';

/** A program that judges a file answers within seconds; one that hangs is a failure, not a wait. */
const LIMIT_MS = 60_000;

/** The verdict is the exit code. The environment is empty but for what is given: no setting of this machine counts. */
export function runProgram(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Verdict {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: tmpdir(),
    encoding: 'utf8',
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
    env: { PATH: process.env.PATH, HOME: '/nonexistent', ...env },
  });
  if (error !== undefined) throw error;
  return { accepted: status === 0, said: `${stdout}${stderr}` };
}

/** A stand-in for each variable that the text reads, no two alike: programs refuse one password for two users. */
export function standInsFor(
  text: string,
  variable: RegExp,
  known: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const names = [...text.matchAll(variable)].map(([, name]) => name ?? '');
  return Object.fromEntries(names.map((name) => [name, known[name] ?? `stand-in-${name}`]));
}
