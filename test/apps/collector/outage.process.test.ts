/** A store that is away, in every way a store can be: nothing is lost, and no good message becomes a dead letter. */
import { setTimeout as sleep } from 'node:timers/promises';

import { StoreUnavailable } from '../../../apps/shared/store/telemetry-store';
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

/** Two attempts only, and short time-outs: any attempt that an outage burns shows. */
const IMPATIENT = { BROKER_MAX_ATTEMPTS: '2', VISIBILITY_TIMEOUT: '1s' };
const QUICK = { COLLECTOR_VISIBILITY_TIMEOUT: '1s', STORE_TIMEOUT: '200ms', COLLECTOR_BREAKER_FAILURES: '2' };

const FAULTS = {
  'answers 500': () => {
    throw new StoreUnavailable('500 internal error', 'server-error');
  },
  hangs: () => new Promise<void>(() => undefined),
  'refuses connections': () => {
    throw new StoreUnavailable('ECONNREFUSED', 'refused');
  },
  'is full': () => {
    throw new StoreUnavailable('no space left on device', 'full');
  },
  'asks for patience': () => {
    throw new StoreUnavailable('429 too many requests', 'rate-limited', 50);
  },
  'has a bug': () => {
    throw new TypeError('undefined is no function');
  },
} as const;

it.each(Object.entries(FAULTS))('a store that %s costs nothing', async (_, fault) => {
  const world = await startWorld(IMPATIENT);
  const store = new FakeStore();
  const collector = await startCollector(world, store, { ...QUICK, COLLECTOR_MAX_MESSAGES: '200' });
  await publish(world, numbered(0, 100));
  await until('the first are stored', () => store.stored.size === 100);
  store.fault = fault;
  await publish(world, numbered(100, 1000));
  await until('the breaker opens', async () =>
    (await collector.metrics()).includes('collector_breaker_state{state="open"} 1'),
  );
  const ready = await collector.app.inject('/ready');
  expect(ready.statusCode).toBe(503);
  expect(ready.body).toContain('the store does not answer as it should');
  expect((await collector.app.inject('/health')).statusCode).toBe(200);
  // Longer than the time-outs of the messages that it holds.
  await sleep(3000);
  expect(store.stored.size).toBe(100);
  store.fault = () => undefined;
  await until('the queue is empty', async () => (await depthOf(world)) === 0);
  expect(store.values).toEqual(range(1100));
  expect(await world.queue.deadLetters(TOPIC, 10)).toEqual([]);
  await until('it is ready again', async () => (await collector.app.inject('/ready')).statusCode === 200);
  const metrics = await collector.metrics();
  expect(metrics).toMatch(/collector_store_retries_total [1-9]/);
  expect(metrics).toContain('collector_receipts_stale_total 0');
});

it('a collector that starts while the store is away takes nothing', async () => {
  const world = await startWorld(IMPATIENT);
  await publish(world, numbered(0, 100));
  const store = new FakeStore();
  store.fault = FAULTS['refuses connections'];
  for (let round = 0; round < 4; round += 1) {
    const collector = await startCollector(world, store, QUICK);
    await until('it has asked the store', () => store.pings > round);
    expect((await collector.app.inject('/ready')).statusCode).toBe(503);
    await collector.stop();
    expect(await collector.metrics().catch(() => 'closed')).not.toMatch(/consumed_total [1-9]/);
  }
  store.fault = () => undefined;
  await startCollector(world, store, QUICK);
  await until('the queue is empty', async () => (await depthOf(world)) === 0);
  expect(store.values).toEqual(range(100));
});

it('stopped again and again in the middle of outages, it gives back without wearing messages out', async () => {
  const world = await startWorld({ BROKER_MAX_ATTEMPTS: '5', PARTITIONS_PER_TOPIC: '2' });
  await publish(world, numbered(0, 50));
  const store = new FakeStore();
  for (let round = 0; round < 8; round += 1) {
    // Well when it starts, away as soon as it has taken something.
    store.fault = (readings) => {
      if (readings.length > 0) throw new StoreUnavailable('gone', 'refused');
    };
    const collector = await startCollector(world, store, { ...QUICK, STOP_TIMEOUT: '1s' });
    const before = store.writes;
    await until('it tries to write', () => store.writes > before);
    await collector.stop();
  }
  expect(await world.queue.deadLetters(TOPIC, 10)).toEqual([]);
  store.fault = () => undefined;
  await startCollector(world, store);
  await until('the queue is empty', async () => (await depthOf(world)) === 0);
  expect(store.values).toEqual(range(50));
});

it('an orderly stop writes what it has, and acknowledges it', async () => {
  const world = await startWorld();
  const store = new FakeStore();
  await publish(world, numbered(0, 500));
  const collector = await startCollector(world, store, {
    COLLECTOR_BATCH_WAIT: '1s',
    COLLECTOR_BATCH_SIZE: '50000',
  });
  await until('it holds some', async () => /collector_held_messages [1-9]/.test(await collector.metrics()));
  await collector.stop();
  expect(store.stored.size).toBeGreaterThan(0);
  expect(await depthOf(world)).toBe(500 - store.stored.size);
  const [topic] = await world.queue.topics();
  expect(topic?.partitions.every(({ inFlight }) => inFlight === 0)).toBe(true);
});
