/** The streamer as a real process: killed with -9 in the middle of a file, and started wrongly. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { request } from 'undici';

import {
  closeAll,
  dcgmRows,
  eventually,
  HEADER,
  newFolder,
  numbers,
  startBroker,
  TOKEN,
  valuesOf,
} from './streamer-client';

jest.setTimeout(120_000);

const ROOT = join(__dirname, '../../..');
const running = new Set<ChildProcess>();

afterEach(async () => {
  for (const child of running) child.kill('SIGKILL');
  await eventually(() => running.size === 0);
  await closeAll();
});

function start(variables: Readonly<Record<string, string>>, ...flags: string[]) {
  const child = spawn(process.execPath, ['-r', 'ts-node/register', 'apps/streamer/server.ts', ...flags], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      LISTEN_PORT: '0',
      SERVICE_TOKEN: TOKEN,
      ...variables,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => output.push(String(data)));
  const ended = once(child, 'close').then(([code]) => {
    running.delete(child);
    return code as number | null;
  });
  const url = (): Promise<string> =>
    eventually(() => /Server listening at (http[^"]+)"/.exec(output.join(''))?.[1]);
  return { child, ended, url, output: () => output.join('') };
}

async function source(url: string) {
  const { body } = await request(`${url}/sources`, { headers: { authorization: `Bearer ${TOKEN}` } });
  const { sources } = (await body.json()) as {
    sources: { rowsPublished: number; state: string; offset: number }[];
  };
  return sources[0];
}

test('kill -9 in the middle of a file loses no row, and what comes twice is no more than the checkpoint allows', async () => {
  const broker = await startBroker();
  const path = join(newFolder(), 'gpus.csv');
  writeFileSync(path, HEADER + dcgmRows(0, 20_000));
  const variables = {
    QUEUE_URL: broker.url,
    STREAMER_DATA_DIR: newFolder(),
    STREAMER_CHECKPOINT_INTERVAL: '20ms',
    STREAMER_BATCH_MESSAGES: '100',
  };
  const readings = [];
  for (const goal of [3000, 9000]) {
    const killed = start(variables, '--source', path, '--pace', 'rate', '--rate', '10000');
    const url = await killed.url();
    await eventually(async () => ((await source(url))?.rowsPublished ?? 0) >= goal);
    killed.child.kill('SIGKILL');
    await killed.ended;
    readings.push(...(await broker.drain()));
  }
  const last = start(variables, '--source', path);
  const url = await last.url();
  await eventually(async () => (await source(url))?.state === 'finished');
  last.child.kill('SIGTERM');
  expect(await last.ended).toBe(0);
  readings.push(...(await broker.drain()));
  expect([...new Set(valuesOf(readings))]).toEqual(numbers(0, 20_000));
  // It went on from the checkpoint, not from the start: that would be 12,000 rows more at least.
  expect(readings.length).toBeLessThan(28_000);
});

test('wrong settings: all of them at once, exit code 78', async () => {
  const { ended, output } = start({
    STREAMER_PACE: 'slow',
    STREAMER_COLOR: 'red',
    STREAMER_MAPPING: '{"time":{}}',
    QUEUE_URL: 'broker',
  });
  expect(await ended).toBe(78);
  expect(output()).toContain('streamer: the settings are wrong');
  expect(output()).toContain(
    'environment: STREAMER_PACE = "slow"\n  rule:   must be one of fast, original, rate',
  );
  expect(output()).toContain('environment: STREAMER_COLOR = (not shown)\n  rule:   is no variable');
  expect(output()).toContain('environment: STREAMER_DATA_DIR = not set');
  expect(output()).toContain(
    'environment: STREAMER_MAPPING\n  rule:   time.column: Expected required property',
  );
  expect(output()).toContain('environment: QUEUE_URL = "broker"\n  rule:   must be an address such as');
});
