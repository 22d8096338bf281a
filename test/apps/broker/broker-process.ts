/** The broker as a real process. Every one that a test starts is killed by `killBrokers`. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { Client } from 'undici';

import { TOKEN } from './broker-client';

const ROOT = join(__dirname, '../../..');
const running = new Set<ChildProcess>();

export interface BrokerProcess {
  readonly child: ChildProcess;
  readonly url: string;
  readonly client: Client;
  readonly stop: (signal: NodeJS.Signals) => Promise<number | null>;
  readonly post: (path: string, body: unknown) => Promise<{ status: number; body: Record<string, unknown> }>;
}

export interface Ended {
  readonly code: number | null;
  readonly output: string;
}

function start(variables: Readonly<Record<string, string>>): { child: ChildProcess; output: string[] } {
  const child = spawn(process.execPath, ['-r', 'ts-node/register', 'apps/broker/server.ts'], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => output.push(String(data)));
  return { child, output };
}

/** Runs until it ends by itself. */
export async function runBroker(variables: Readonly<Record<string, string>>): Promise<Ended> {
  const { child, output } = start(variables);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output: output.join('') };
}

export async function startBrokerProcess(
  folder: string,
  variables: Readonly<Record<string, string>>,
): Promise<BrokerProcess> {
  const { child, output } = start({
    SERVICE_TOKEN: TOKEN,
    BROKER_DATA_DIR: folder,
    LISTEN_PORT: '0',
    ...variables,
  });
  let url: string | undefined;
  while (url === undefined) {
    if (child.exitCode !== null) throw new Error(`the broker ended: ${output.join('')}`);
    url = /Server listening at (http[^"]+)"/.exec(output.join(''))?.[1];
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const client = new Client(url, { pipelining: 4 });
  return {
    child,
    url,
    client,
    stop: async (signal) => {
      const ended = once(child, 'exit') as Promise<[number | null]>;
      child.kill(signal);
      const [code] = await ended;
      await client.destroy();
      return code;
    },
    post: async (path, body) => {
      const answer = await client.request({
        method: 'POST',
        path,
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return { status: answer.statusCode, body: (await answer.body.json()) as Record<string, unknown> };
    },
  };
}

export async function killBrokers(): Promise<void> {
  await Promise.all(
    [...running].map(async (child) => {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }),
  );
}
