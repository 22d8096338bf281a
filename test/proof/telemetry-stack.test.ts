/**
 * 200,000 rows through all five services, and each is in the store once; without a fault, and while the services are killed.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import { SERVICES, TelemetryStack, type ServiceName, type StackOptions } from './telemetry/telemetry-stack';

const LIMIT_MS = 15 * 60_000;
const ROWS = 200_000;
const KILLS = 50;
const SEED = 20_261_121;

const WHOLE = { missing: 0, duplicated: 0, unexpected: 0 };

let stack: TelemetryStack | undefined;

async function prepared(options: StackOptions): Promise<TelemetryStack> {
  stack = await TelemetryStack.prepare(options);
  return stack;
}

afterEach(async () => {
  await stack?.close();
  stack = undefined;
}, 60_000);

test(
  'every row of a file is in the store exactly once',
  async () => {
    const all = await prepared({ rows: ROWS });
    await all.start();
    expect(await all.untilRead()).toEqual({ read: ROWS, published: ROWS, rejected: 0 });
    await all.untilConsumed();
    expect(await all.ledger('no fault')).toMatchObject({ due: ROWS, stored: ROWS, ...WHOLE });
    expect(await all.depth('telemetry.dead-letters')).toBe(0);
    // An orderly stop of each, from the source on.
    for (const name of [...SERVICES].reverse())
      expect([name, await all.get(name).end('SIGTERM')]).toEqual([name, 0]);
  },
  LIMIT_MS,
);

test(
  `every row is there when the services are killed ${KILLS} times (kill -9), under DURABILITY=flush`,
  async () => {
    const all = await prepared({
      rows: ROWS,
      environment: {
        // Every delivery to a collector that is killed counts; a message that is unlucky would be a dead letter, not lost.
        broker: { DURABILITY: 'flush', VISIBILITY_TIMEOUT: '3s', BROKER_MAX_ATTEMPTS: '50' },
        proxy: { PROXY_HEALTH_INTERVAL: '100ms' },
        collector: { COLLECTOR_VISIBILITY_TIMEOUT: '3s', COLLECTOR_DISCOVERY_INTERVAL: '500ms' },
        // Slow enough that the kills fall into the flow.
        streamer: { STREAMER_PACE: 'rate', STREAMER_RATE: '4000', STREAMER_CHECKPOINT_INTERVAL: '100ms' },
      },
    });
    await all.start();
    const killed = await killAtRandom(all);
    process.stderr.write(
      `killed: ${Object.entries(killed)
        .map(([name, n]) => `${name} ${n}`)
        .join(', ')}\n`,
    );
    expect((await all.sources())[0]?.state).not.toBe('finished');
    await all.untilRead();
    await all.untilConsumed();
    expect(await all.ledger(`${KILLS} kills`)).toMatchObject({ due: ROWS, stored: ROWS, ...WHOLE });
    expect(await all.depth('telemetry.dead-letters')).toBe(0);
  },
  LIMIT_MS,
);

test(
  'under DURABILITY=memory a kill of the broker loses no more than QUEUE_SIZE messages of each partition, and does lose some',
  async () => {
    const rows = 20_000;
    const [queueSize, partitions] = [500, 4];
    const all = await prepared({
      rows,
      environment: {
        broker: {
          DURABILITY: 'memory',
          QUEUE_SIZE: String(queueSize),
          PARTITIONS_PER_TOPIC: String(partitions),
          VISIBILITY_TIMEOUT: '3s',
        },
      },
    });
    // Without a collector the queue fills: memory first, then the disk.
    await all.start(['broker', 'proxy', 'api', 'streamer']);
    await all.untilRead();
    expect(await all.depth()).toBe(rows);
    await all.get('broker').end('SIGKILL');
    await all.start(['broker', 'collector']);
    await all.untilConsumed();
    const ledger = await all.ledger('DURABILITY=memory, broker killed');
    expect(ledger).toMatchObject({ due: rows, duplicated: 0, unexpected: 0 });
    expect(ledger.missing).toBeGreaterThan(0);
    expect(ledger.missing).toBeLessThanOrEqual(queueSize * partitions);
  },
  LIMIT_MS,
);

/** Kills one after the other, waits a little, and starts it again; the moments are random, the order is the seed's. */
async function killAtRandom(all: TelemetryStack): Promise<Record<ServiceName, number>> {
  const random = randomFrom(SEED);
  const killed: Record<ServiceName, number> = { broker: 0, proxy: 0, collector: 0, api: 0, streamer: 0 };
  for (let kill = 0; kill < KILLS; kill += 1) {
    // Each in turn before any again, so that none is left out.
    const name = SERVICES[kill % SERVICES.length] ?? 'broker';
    await sleep(100 + random() * 500);
    await all.get(name).end('SIGKILL');
    killed[name] += 1;
    await sleep(random() * 200);
    all.get(name).start();
    await all.get(name).untilHealthy();
  }
  return killed;
}

/** Mulberry32 (Tommy Ettinger, public domain): small, and the same everywhere. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
