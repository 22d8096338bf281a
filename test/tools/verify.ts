/** Runs a tool's checks: a build counts only when the program itself says that it is the pinned version. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Check, Tool } from './tool';
import { cleanEnvironment, commandLine } from './run-command';

const CHECK_LIMIT_MS = 60_000;
const SHOWN_CHARACTERS = 300;

/** One sentence for each check that fails: what was run, what was expected, what came instead. */
export async function failedChecks(tool: Tool, folder: string): Promise<string[]> {
  const failures: string[] = [];
  for (const check of tool.checks) {
    const failure = 'run' in check ? await failureOfRun(check, folder) : failureOfFile(check, folder);
    if (failure !== undefined) failures.push(failure);
  }
  return failures;
}

async function failureOfRun(
  check: Extract<Check, { run: unknown }>,
  folder: string,
): Promise<string | undefined> {
  const [program, ...args] = check.run;
  const shown = `\`${commandLine({ program, args })}\``;
  const { output, ending } = await runAndRead(join(folder, program), args, folder);
  if (ending !== 'status 0') return `${shown} ended with ${ending}, it printed: ${shorten(output)}`;
  return output.includes(check.prints)
    ? undefined
    : `${shown} must print "${check.prints}", it printed: ${shorten(output)}`;
}

function failureOfFile(check: Extract<Check, { file: string }>, folder: string): string | undefined {
  let text: string;
  try {
    text = readFileSync(join(folder, check.file), 'utf8');
  } catch (error) {
    return `${check.file} cannot be read: ${(error as Error).message}`;
  }
  return text.includes(check.holds)
    ? undefined
    : `${check.file} must hold "${check.holds}", it begins: ${shorten(text)}`;
}

/** stdout and stderr together: programs do not agree on where a version goes. */
function runAndRead(
  program: string,
  args: readonly string[],
  cwd: string,
): Promise<{ output: string; ending: string }> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd,
      env: cleanEnvironment(process.env),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    // Not spawn's own `timeout`: its timer goes on when the program does not start.
    const limit = setTimeout(() => child.kill('SIGKILL'), CHECK_LIMIT_MS);
    const done = (ending: string): void => {
      clearTimeout(limit);
      resolve({ output, ending });
    };
    let output = '';
    const collect = (chunk: string): void => {
      output += chunk;
    };
    child.stdout.setEncoding('utf8').on('data', collect);
    child.stderr.setEncoding('utf8').on('data', collect);
    child.once('error', (error) => {
      output = error.message;
      done('no start');
    });
    child.once('close', (code, signal) => {
      done(code === null ? `signal ${signal ?? 'unknown'}` : `status ${code}`);
    });
  });
}

function shorten(text: string): string {
  const line = text.trim().replaceAll(/\s+/g, ' ');
  if (line === '') return '(nothing)';
  return line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS)}…` : line;
}
