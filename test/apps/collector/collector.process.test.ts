/** The collector between a real broker and a store that behaves. */
import { openEmbeddedReader } from '../../../apps/shared/store/embedded/embedded-reader';
import { ReadingsRefused } from '../../../apps/shared/store/telemetry-store';
import { newFolder, TOKEN } from '../broker/broker-client';
import { START_US } from '../shared/store/suite/readings';
import {
  closeAll,
  depthOf,
  FakeStore,
  numbered,
  publish,
  range,
  startCollector,
  startWorld,
  TOPIC,
  until,
} from './collector-world';

jest.setTimeout(120_000);

afterEach(closeAll);

it('brings every reading from all partitions into the embedded store, once', async () => {
  const world = await startWorld({ PARTITIONS_PER_TOPIC: '7' });
  const folder = newFolder();
  await publish(world, numbered(0, 3000));
  await publish(world, numbered(0, 500));
  const collector = await startCollector(world, undefined, { STORE_DATA_DIR: folder });
  await until('the queue is empty', async () => (await depthOf(world)) === 0);
  const reader = openEmbeddedReader({ folder });
  expect(await reader.count({ fromUs: START_US, toUs: START_US + 1_000_000_000 })).toBe(3000);
  await reader.close();
  const metrics = await collector.metrics();
  expect(metrics).toContain('collector_messages_consumed_total 3500');
  expect(metrics).toContain('collector_readings_written_total 3500');
  expect(metrics).toContain('collector_breaker_state{state="closed"} 1');
});

it('finds a topic that comes later', async () => {
  const world = await startWorld();
  const store = new FakeStore();
  await startCollector(world, store);
  await until('it looks at the store', () => store.pings > 0);
  await publish(world, numbered(0, 10));
  await until('they are stored', () => store.stored.size === 10);
});

it('makes dead letters of what is no reading, with the reason', async () => {
  const world = await startWorld();
  const store = new FakeStore();
  const [good] = numbered(5, 1);
  const bodies = [
    '{',
    JSON.stringify({ ...good, value: 'high' }),
    JSON.stringify({ ...good, metric: '' }),
    JSON.stringify(good),
  ];
  await world.queue.publish(
    TOPIC,
    bodies.map((body) => ({ body })),
  );
  const collector = await startCollector(world, store);
  await until('the queue is empty', async () => (await depthOf(world)) === 0);
  expect(store.values).toEqual([5]);
  const letters = await world.queue.deadLetters(TOPIC, 10);
  expect(
    letters.map(({ body, headers }) => [body, headers?.['dead-letter-reason'] ?? headers]).sort(),
  ).toEqual(expect.arrayContaining([['{', expect.stringContaining('the body is no JSON')]]));
  expect(letters).toHaveLength(3);
  const metrics = await collector.metrics();
  expect(metrics).toContain('collector_dead_letters_total{reason="not-json"} 1');
  expect(metrics).toContain('collector_dead_letters_total{reason="invalid-reading"} 2');
});

it.each([
  ['which they are', (indexes: number[]) => indexes],
  ['nothing more', () => undefined],
])('finds the readings that the store refuses when it says %s', async (_, told) => {
  const world = await startWorld({ PARTITIONS_PER_TOPIC: '1' });
  const store = new FakeStore();
  store.fault = (readings) => {
    const indexes = readings.flatMap(({ value }, i) => (value % 40 === 7 ? [i] : []));
    if (indexes.length > 0) throw new ReadingsRefused('seven is no number for me', told(indexes));
  };
  await publish(world, numbered(0, 200));
  await startCollector(world, store);
  await until('the queue is empty', async () => (await depthOf(world)) === 0);
  expect(store.values).toEqual(range(200).filter((value) => value % 40 !== 7));
  const letters = await world.queue.deadLetters(TOPIC, 10);
  expect(
    letters.map(({ body }) => (JSON.parse(body) as { value: number }).value).sort((a, b) => a - b),
  ).toEqual([7, 47, 87, 127, 167]);
  expect(JSON.stringify(letters[0]?.headers)).toContain('the store refuses it: seven is no number for me');
});

it('shares the partitions with others', async () => {
  const world = await startWorld();
  const stores = [new FakeStore(), new FakeStore()];
  for (const store of stores) await startCollector(world, store, { COLLECTOR_MAX_MESSAGES: '80' });
  await publish(world, numbered(0, 4000));
  await until('the queue is empty', async () => (await depthOf(world)) === 0);
  expect(stores.flatMap(({ values }) => values).sort((a, b) => a - b)).toEqual(range(4000));
  expect(stores.every(({ stored }) => stored.size > 0)).toBe(true);
});

it('holds no more than it may, in messages and in bytes', async () => {
  const world = await startWorld();
  const store = new FakeStore();
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  store.fault = (readings) => (readings.length > 0 ? held : undefined);
  await publish(world, numbered(0, 2000));
  const collector = await startCollector(world, store, {
    COLLECTOR_MAX_MESSAGES: '100',
    COLLECTOR_BATCH_SIZE: '30',
  });
  await until('it is full', async () => (await inFlight(world)) > 50);
  expect(await inFlight(world)).toBeLessThanOrEqual(100);
  const status = await collector.app.inject({
    url: '/status',
    headers: { authorization: `Bearer ${TOKEN}` },
  });
  expect(status.json()).toMatchObject({ breaker: 'closed', heldMessages: expect.any(Number) as number });
  release();
  await until('the queue is empty', async () => (await depthOf(world)) === 0);
  expect(store.stored.size).toBe(2000);
});

async function inFlight({ queue }: Awaited<ReturnType<typeof startWorld>>): Promise<number> {
  const [topic] = await queue.topics();
  return (topic?.partitions ?? []).reduce((sum, partition) => sum + partition.inFlight, 0);
}

it('shows its state to those with the token only', async () => {
  const world = await startWorld();
  const { app } = await startCollector(world, new FakeStore());
  const refused = await app.inject('/status');
  expect([refused.statusCode, refused.json()]).toMatchObject([401, { code: 'unauthorized' }]);
  expect((await app.inject('/health')).statusCode).toBe(200);
  await until('it is ready', async () => (await app.inject('/ready')).statusCode === 200);
});
