/** Runs one of Kafka's tools to its end and keeps what it said. */
import { spawn } from 'node:child_process';

export interface Outcome {
  readonly code: number | null;
  /** stdout and stderr, in the order in which they came. */
  readonly output: string;
}

export interface RunToEnd {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly input?: string;
  /** Called with all of its output whenever some comes; it is told to stop when the answer is true. */
  readonly enough?: (output: string) => boolean;
}

const LIMIT_MS = 120_000;

export function runToEnd(program: string, args: readonly string[], options: RunToEnd): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env,
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: LIMIT_MS,
    });
    let output = '';
    const collect = (chunk: string): void => {
      output += chunk;
      if (options.enough?.(output) === true) child.kill('SIGTERM');
    };
    child.stdout.setEncoding('utf8').on('data', collect);
    child.stderr.setEncoding('utf8').on('data', collect);
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code, output });
    });
    // It may end before it has read everything, e.g. when it is refused.
    child.stdin.on('error', () => undefined).end(options.input ?? '');
  });
}
