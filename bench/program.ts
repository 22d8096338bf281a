/**
 * Runs a program in a new process and says what it took: wall time, CPU time and peak memory of the whole process.
 * Node tells the memory of its own process only, so GNU time starts the program and reads its `ru_maxrss`.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** File that gets its standard output. */
  readonly stdout: string;
}

export interface Usage {
  readonly wallMs: number;
  readonly userMs: number;
  readonly systemMs: number;
  readonly peakBytes: number;
}

export const GNU_TIME = '/usr/bin/time';
const BYTES_PER_KIBIBYTE = 1024;

/** @throws Error with the program's own words when it fails */
export function runProgram({ command, args, cwd, env, stdout }: Program): Usage {
  if (!existsSync(GNU_TIME)) {
    throw new Error(`bench: ${GNU_TIME}: peak memory is read through GNU time; install the package \`time\``);
  }
  const scratch = mkdtempSync(join(tmpdir(), 'hyperion-bench-'));
  const report = join(scratch, 'usage');
  const output = openSync(stdout, 'w');
  try {
    const start = process.hrtime.bigint();
    const { status, stderr } = spawnSync(GNU_TIME, ['-o', report, '-f', '%U %S %M', command, ...args], {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', output, 'pipe'],
      encoding: 'utf8',
    });
    const wallMs = Number(process.hrtime.bigint() - start) / 1e6;
    if (status !== 0)
      throw new Error(`bench: ${[command, ...args].join(' ')}: exit code ${status}\n${stderr}`);
    return { wallMs, ...parseUsage(readFileSync(report, 'utf8')) };
  } finally {
    closeSync(output);
    rmSync(scratch, { recursive: true });
  }
}

/** `<user s> <system s> <peak KiB>` */
export function parseUsage(report: string): Omit<Usage, 'wallMs'> {
  const [user, system, peak] = report.trim().split(/\s+/).map(Number);
  if (
    user === undefined ||
    system === undefined ||
    peak === undefined ||
    Number.isNaN(user + system + peak)
  ) {
    throw new Error(`bench: ${GNU_TIME} answered “${report.trim()}”, not three numbers; GNU time is needed`);
  }
  return { userMs: user * 1000, systemMs: system * 1000, peakBytes: peak * BYTES_PER_KIBIBYTE };
}

/** One after the other. */
export function runInTurn(programs: readonly Program[]): Usage {
  return programs.map(runProgram).reduce((sum, usage) => ({
    wallMs: sum.wallMs + usage.wallMs,
    userMs: sum.userMs + usage.userMs,
    systemMs: sum.systemMs + usage.systemMs,
    peakBytes: Math.max(sum.peakBytes, usage.peakBytes),
  }));
}
