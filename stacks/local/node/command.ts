/** Runs one of the machine's commands to its end and answers what it printed; a failure says the command and its words. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

/** No command of the node's works for long; one that hangs must not hang the cluster. */
const COMMAND_LIMIT_MS = 60_000;

/** `ip` and `mount` lie where a user's PATH may not look. */
export const ADMIN_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export async function command(program: string, args: readonly string[], input = ''): Promise<string> {
  const child = spawn(program, args, {
    env: { ...process.env, PATH: ADMIN_PATH },
    timeout: COMMAND_LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  // A command that ends before it has read everything says why on its standard error.
  child.stdin.on('error', () => undefined).end(input);
  return await new Promise((resolve, reject) => {
    child.once('error', (error) => {
      reject(new Error(`${program}: ${error.message}`));
    });
    child.once('close', (code, signal) => {
      if (code === 0) resolve(output);
      else
        reject(
          new Error(`${[program, ...args].join(' ')} ended with ${code ?? signal ?? ''}: ${errors.trim()}`),
        );
    });
  });
}

/** Absolute path of one of the machine's commands, for callers that hand another environment to it. */
export function findCommand(name: string): string {
  const path = ADMIN_PATH.split(':')
    .map((folder) => `${folder}/${name}`)
    .find((candidate) => existsSync(candidate));
  if (path === undefined) throw new Error(`this machine has no ${name} in ${ADMIN_PATH}`);
  return path;
}
