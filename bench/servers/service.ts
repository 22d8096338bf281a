/** The project's services as they run in production: compiled, each in a process of its own. */
import { createRequire } from 'node:module';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Server } from '../load/contender';
import type { Cores } from '../load/cores';
import { ROOT, startPinned, untilPrinted, type PinnedProcess } from '../load/process';

export const BUILD = join(ROOT, 'build');
/** Not a secret: these servers listen on loopback, for seconds. */
export const TOKEN = 'token-of-the-benchmarks';
export const LISTENING = /listening at (http:\/\/[\d.]+:\d+)/;

/** @throws Error when the sources do not compile */
export function ensureServicesBuilt(): void {
  const { ensureBuilt } = createRequire(__filename)(join(ROOT, 'bin', 'build-state.js')) as {
    ensureBuilt: () => boolean;
  };
  if (!ensureBuilt()) throw new Error('bench: the sources do not compile; `npm run typecheck` says where');
}

export interface ServiceServer extends Server {
  readonly process: PinnedProcess;
  /** Removed when it stops. */
  readonly folder: string;
}

export interface ServiceOptions {
  readonly name: 'broker' | 'proxy' | 'api';
  /** @param folder empty, for the service's data */
  readonly variables: (folder: string) => Readonly<Record<string, string>>;
  /** Arguments of Node, and a channel for what they start. */
  readonly nodeArgs?: readonly string[];
}

export async function startService(cores: Cores, options: ServiceOptions): Promise<ServiceServer> {
  const { name, nodeArgs } = options;
  const folder = scratchFolder(name);
  const args = [...(nodeArgs ?? []), join(BUILD, 'apps', name, 'server.js')];
  const env = {
    LISTEN_PORT: '0',
    SERVICE_TOKEN: TOKEN,
    NODE_ENV: 'production',
    ...options.variables(folder),
  };
  const started = startPinned(cores.server, { program: process.execPath, args, env }, nodeArgs !== undefined);
  const url = await listening(started);
  return {
    process: started,
    url,
    token: TOKEN,
    folder,
    stop: async () => {
      await started.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** One of `scripts/`. */
export async function startScript(
  core: number,
  script: string,
  args: readonly string[] = [],
): Promise<Server> {
  const file = join(ROOT, 'bench', 'servers', 'scripts', `${script}.ts`);
  const started = startPinned(core, {
    program: process.execPath,
    args: ['-r', 'ts-node/register', file, ...args],
    env: { NODE_ENV: 'production' },
  });
  const url = await listening(started);
  return { process: started, url, stop: () => started.stop() };
}

export function scratchFolder(name: string): string {
  return mkdtempSync(join(tmpdir(), `hyperion-bench-${name}-`));
}

async function listening(started: PinnedProcess): Promise<string> {
  const [, url = ''] = await untilPrinted(started, LISTENING);
  return url;
}
