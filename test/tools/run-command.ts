/** Runs one program of a build: clean environment, low priority, output into the log, an end after a limit. */
import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from './tool';

/** No single program of the known recipes took more than 7 minutes on 2 cores; this ends one that hangs. */
const COMMAND_LIMIT_MS = 45 * 60_000;
const RETRY_DELAY_MS = 5_000;

/**
 * What a build may inherit: where things lie and how the network is reached. Everything else (GOFLAGS, GOOS, RUSTFLAGS,
 * NODE_OPTIONS, …) could change what comes out while the cache key stays the same.
 */
const INHERITED = [
  /^(PATH|HOME|USER|LOGNAME|TMPDIR|SSL_CERT_FILE|SSL_CERT_DIR|XDG_[A-Z_]+)$/,
  /^(GOPATH|GOCACHE|GOMODCACHE|GOPROXY|GOPRIVATE|GONOPROXY|GONOSUMDB|GOSUMDB|GOAUTH|GOENV|GOROOT)$/,
  /^(CARGO_HOME|RUSTUP_HOME|JAVA_HOME|MAVEN_[A-Z_]+|PIP_[A-Z_]+)$/,
  /^(https?_proxy|no_proxy|all_proxy|npm_config_(registry|cafile|userconfig)|NODE_EXTRA_CA_CERTS)$/i,
];

export function cleanEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  const kept = Object.entries(env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && INHERITED.some((pattern) => pattern.test(entry[0])),
  );
  return { ...Object.fromEntries(kept), LC_ALL: 'C' };
}

export function commandLine(command: Pick<Command, 'program' | 'args'>): string {
  return [command.program, ...command.args].join(' ');
}

/** Answers stdout; throws an Error that names the command line and how it ended. */
export async function runCommand(command: Command, logFile: string): Promise<string> {
  const attempts = command.attempts ?? 1;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await runOnce(command, logFile);
    } catch (error) {
      if (attempt >= attempts) throw error;
      appendFileSync(logFile, `(attempt ${attempt} of ${attempts} failed, trying again)\n`);
      await sleep(RETRY_DELAY_MS);
    }
  }
}

function runOnce(command: Command, logFile: string): Promise<string> {
  appendFileSync(logFile, `$ ${commandLine(command)}\n`);
  return new Promise((resolve, reject) => {
    const child = spawn(command.program, command.args, {
      cwd: command.cwd,
      env: { ...cleanEnvironment(process.env), ...command.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // Its own process group: the collector builder starts `go`, which starts compilers, and all must end together.
      detached: true,
    });
    const stopGroup = (): void => {
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, 'SIGTERM');
      } catch {
        // It had ended already.
      }
    };
    let overdue = false;
    const limit = setTimeout(() => {
      overdue = true;
      stopGroup();
    }, COMMAND_LIMIT_MS);
    process.once('exit', stopGroup);
    if (child.pid !== undefined) lowerPriority(child.pid);

    const chunks: string[] = [];
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      chunks.push(chunk);
      appendFileSync(logFile, chunk);
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      appendFileSync(logFile, chunk);
    });
    const done = (): void => {
      clearTimeout(limit);
      process.removeListener('exit', stopGroup);
    };
    child.once('error', (error) => {
      done();
      reject(new Error(`\`${commandLine(command)}\` did not start: ${error.message}`));
    });
    child.once('close', (code, signal) => {
      done();
      if (code === 0) resolve(chunks.join(''));
      else if (overdue) {
        reject(new Error(`\`${commandLine(command)}\` was ended after ${COMMAND_LIMIT_MS / 60_000} minutes`));
      } else reject(new Error(`\`${commandLine(command)}\` ended with ${code ?? signal ?? 'no status'}`));
    });
  });
}

function lowerPriority(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // A build at normal priority is better than none.
  }
}
