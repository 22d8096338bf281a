/** The process: it starts on an empty store, makes its first key, and ends in order. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { closeApis, newFolder, SERVICE_TOKEN } from './api-client';

const ROOT = join(__dirname, '../../..');

afterEach(closeApis);

test('from an empty folder to an answer, and to an end', async () => {
  const folder = newFolder();
  const child = spawn(process.execPath, ['-r', 'ts-node/register', 'apps/api/server.ts'], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      SERVICE_TOKEN,
      LISTEN_PORT: '0',
      API_KEYS_FILE: join(folder, 'keys/keys.json'),
      STORE_DATA_DIR: join(folder, 'store'),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => output.push(String(data)));
  const ended = once(child, 'exit') as Promise<[number | null]>;
  try {
    let url: string | undefined;
    while (url === undefined) {
      if (child.exitCode !== null) throw new Error(output.join(''));
      url = /Server listening at (http[^"]+)"/.exec(output.join(''))?.[1];
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect((await fetch(`${url}/ready`)).status).toBe(200);
    const key = readFileSync(join(folder, 'keys/keys.json.first-admin-key'), 'utf8').trim();
    const answer = await fetch(`${url}/v1/devices`, { headers: { 'x-api-key': key } });
    expect(await answer.json()).toEqual({ data: [], end: { rows: 0, more: false } });
    child.kill('SIGTERM');
    expect((await ended)[0]).toBe(0);
    expect(output.join('')).not.toContain(key);
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
}, 60_000);
