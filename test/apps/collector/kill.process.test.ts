/** A collector's process that is killed in the middle of its work: everything is in the store, each reading once. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { openEmbeddedReader } from '../../../apps/shared/store/embedded/embedded-reader';
import { newFolder, TOKEN } from '../broker/broker-client';
import { START_US, toArray } from '../shared/store/suite/readings';
import {
  closeAll,
  depthOf,
  numbered,
  publish,
  range,
  startWorld,
  TOPIC,
  until,
  type World,
} from './collector-world';

jest.setTimeout(180_000);

const ROOT = join(__dirname, '../../..');
const RANGE = { fromUs: START_US, toUs: START_US + 1_000_000_000 };
const children: ChildProcess[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await closeAll();
});

function startProcess({ url }: World, folder: string): ChildProcess {
  const child = spawn(process.execPath, ['-r', 'ts-node/register', 'apps/collector/server.ts'], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      SERVICE_TOKEN: TOKEN,
      LISTEN_PORT: '0',
      LOG_LEVEL: 'error',
      QUEUE_URL: url,
      STORE_DATA_DIR: folder,
      COLLECTOR_BATCH_SIZE: '200',
      COLLECTOR_VISIBILITY_TIMEOUT: '3s',
      COLLECTOR_DISCOVERY_INTERVAL: '100ms',
    },
  });
  children.push(child);
  return child;
}

it('loses nothing and has nothing twice; SIGTERM ends it with 0', async () => {
  const world = await startWorld();
  const folder = newFolder();
  const reader = openEmbeddedReader({ folder });
  const total = 20_000;
  await publish(world, numbered(0, total));
  for (const share of [0.1, 0.4]) {
    const child = startProcess(world, folder);
    await until('a share is stored', async () => (await reader.count(RANGE)) > total * share);
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  const last = startProcess(world, folder);
  await until('the queue is empty', async () => (await depthOf(world)) === 0);
  last.kill('SIGTERM');
  const [code] = (await once(last, 'exit')) as [number | null];
  expect(code).toBe(0);
  const samples = await toArray(reader.samples({ ...RANGE, metric: 'DCGM_FI_DEV_GPU_UTIL' }, 2 * total));
  await reader.close();
  expect(samples.map(({ value }) => value)).toEqual(range(total));
  expect(await world.queue.deadLetters(TOPIC, 10)).toEqual([]);
});
