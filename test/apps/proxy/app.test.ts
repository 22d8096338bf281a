/** What the proxy does when all brokers are well. */
import { brokerOfKey } from '../../../apps/proxy/core/rendezvous';
import { closeWorlds, startBrokers, startWorld, until, worldOf, type World } from './proxy-world';

// The machine may be busy.
jest.setTimeout(60_000);

afterEach(closeWorlds);

interface Range {
  readonly partition: number;
  readonly count: number;
}

/** A key of each broker. */
function keysOf(count: number): string[] {
  const ordinals = Array.from({ length: count }, (_, i) => i);
  return ordinals.map((ordinal) => {
    for (let i = 0; ; i += 1) if (brokerOfKey(`GPU-${i}`, ordinals) === ordinal) return `GPU-${i}`;
  });
}

async function receiveAll(world: World, topic: string, count: number): Promise<Map<string, number>> {
  const bodies = new Map<string, number>();
  while (bodies.size < count) {
    const messages = await world.receive(topic, { waitMs: 20_000, maxMessages: 1000 });
    for (const { body, partition } of messages) bodies.set(body, partition);
    const receipts = messages.map(({ receipt }) => receipt);
    if (receipts.length > 0) await world.post(`/topics/${topic}/acknowledge`, { receipts });
  }
  return bodies;
}

test('a text goes to the broker of its key, and says in which partition of all it is', async () => {
  const world = await startWorld(3);
  for (const [ordinal, key] of keysOf(3).entries()) {
    const answer = await world.post(`/topics/gpu/messages?key=${key}`, `hot ✓ ${ordinal}`);
    expect(answer).toMatchObject({
      status: 202,
      body: { accepted: 1, ranges: [{ firstOffset: 0, count: 1 }] },
    });
    const [{ partition } = { partition: -1 }] = answer.body.ranges as Range[];
    expect(Math.floor(partition / 64)).toBe(ordinal);
    expect(await world.brokers[ordinal]?.depth('gpu')).toEqual({ ready: 1, inFlight: 0 });
    expect(await world.receive('gpu', { partition })).toMatchObject([
      { key, body: `hot ✓ ${ordinal}`, partition },
    ]);
  }
});

test('a batch is split by key, and each key keeps its order and its broker', async () => {
  const world = await startWorld(3);
  const messages = Array.from({ length: 300 }, (_, i) => ({ key: `GPU-${i % 30}`, body: String(i) }));
  for (let i = 0; i < 300; i += 100) {
    const answer = await world.post('/topics/gpu/messages', { messages: messages.slice(i, i + 100) });
    expect(answer).toMatchObject({ status: 202, body: { accepted: 100 } });
    expect((answer.body.ranges as Range[]).reduce((sum, { count }) => sum + count, 0)).toBe(100);
  }
  const places = new Map<string, Set<number>>();
  const order = new Map<string, number[]>();
  for (let left = 300; left > 0;) {
    const received = await world.receive('gpu', { maxMessages: 1000 });
    left -= received.length;
    for (const { key = '', body, partition } of received) {
      places.set(key, (places.get(key) ?? new Set()).add(partition));
      order.set(key, [...(order.get(key) ?? []), Number(body)]);
    }
  }
  expect([...places.values()].every((partitions) => partitions.size === 1)).toBe(true);
  expect(new Set([...places.values()].map(([place]) => Math.floor((place ?? 0) / 64))).size).toBe(3);
  for (const bodies of order.values()) expect(bodies).toEqual([...bodies].sort((a, b) => a - b));
});

test('messages without a key go round, a request at a time', async () => {
  const world = await startWorld(3);
  for (let i = 0; i < 6; i += 1)
    await world.post('/topics/gpu/messages', { messages: [{ body: 'a' }, { body: 'b' }] });
  for (let i = 0; i < 3; i += 1) await world.post('/topics/gpu/messages', 'a');
  for (const broker of world.brokers) expect((await broker.depth('gpu')).ready).toBe(5);
});

test('a message may name its partition, alone or in a batch', async () => {
  const world = await startWorld(2);
  expect(await world.post('/topics/gpu/messages?partition=66&key=a%20b', 'x')).toMatchObject({
    body: { ranges: [{ partition: 66, firstOffset: 0, count: 1 }] },
  });
  const messages = [
    { partition: 1, body: 'a' },
    { partition: 66, body: 'b' },
    { partition: 66, body: 'c' },
  ];
  expect((await world.post('/topics/gpu/messages', { messages })).body.ranges).toEqual([
    { partition: 1, firstOffset: 0, count: 1 },
    { partition: 66, firstOffset: 1, count: 2 },
  ]);
  expect(await world.receive('gpu', { partition: 66 })).toMatchObject([
    { body: 'x', key: 'a b', partition: 66 },
    { body: 'b' },
    { body: 'c' },
  ]);
});

test('receipts of several brokers are settled by their brokers', async () => {
  const world = await startWorld(3, { broker: { PARTITIONS_PER_TOPIC: '1' } });
  const [a = '', b = '', c = ''] = keysOf(3);
  await world.post('/topics/gpu/messages', { messages: [a, b, c].map((key) => ({ key, body: key })) });
  const received = [];
  while (received.length < 3) received.push(...(await world.receive('gpu')));
  const receipts = received.map(({ receipt }) => receipt);
  expect(new Set(receipts.map((receipt) => receipt.split('.')[0]))).toEqual(new Set(['0', '1', '2']));
  expect(Math.max(...receipts.map(({ length }) => length))).toBeLessThanOrEqual(128);
  expect(await world.post('/topics/gpu/extend', { receipts, visibilityTimeoutMs: 60_000 })).toMatchObject({
    status: 200,
    body: { done: 3 },
  });
  const [first = '', second = '', third = ''] = receipts;
  expect(await world.post('/topics/gpu/acknowledge', { receipts: [first, second] })).toMatchObject({
    body: { done: 2 },
  });
  const answer = await world.post('/topics/gpu/reject', { receipts: ['nonsense', third, first, second] });
  expect(answer).toMatchObject({
    status: 409,
    body: {
      code: 'stale-receipt',
      detail: '3 of 4 receipts are stale',
      stale: ['nonsense', first, second],
      done: 1,
    },
  });
  expect(await world.receive('gpu')).toMatchObject([{ attempts: 2 }]);
});

test('everybody gets a turn: no broker is forgotten while another one has messages', async () => {
  const world = await startWorld(3);
  const [a = '', b = '', c = ''] = keysOf(3);
  const messages = [
    ...Array.from({ length: 50 }, () => ({ key: a, body: 'many' })),
    { key: b, body: 'one of b' },
    { key: c, body: 'one of c' },
  ];
  await world.post('/topics/gpu/messages', { messages });
  const bodies = [];
  for (let i = 0; i < 3; i += 1) {
    bodies.push(...(await world.receive('gpu', { maxMessages: 1 })).map(({ body }) => body));
  }
  expect(bodies.sort()).toEqual(['many', 'one of b', 'one of c']);
});

test('topics and dead letters are those of all brokers', async () => {
  const world = await startWorld(2, { broker: { PARTITIONS_PER_TOPIC: '1', BROKER_MAX_ATTEMPTS: '1' } });
  const [a = '', b = ''] = keysOf(2);
  await world.post('/topics/gpu/messages', {
    messages: [a, b].map((key) => ({ key, body: `poison ${key}` })),
  });
  await world.post(`/topics/cpu/messages?key=${b}`, 'fine');
  expect((await world.get('/topics/gpu')).body).toEqual({
    topic: 'gpu',
    partitions: [
      { partition: 0, ready: 1, inFlight: 0, onDisk: 0 },
      { partition: 64, ready: 1, inFlight: 0, onDisk: 0 },
    ],
  });
  expect((await world.get('/topics')).body).toMatchObject({
    topics: [{ topic: 'cpu', partitions: [{ partition: 64 }] }, { topic: 'gpu' }],
  });
  for (let i = 0; i < 2; i += 1) {
    const receipts = (await world.receive('gpu')).map(({ receipt }) => receipt);
    await world.post('/topics/gpu/reject', { receipts, reason: 'no number' });
  }
  const letters = [];
  while (letters.length < 2) letters.push(...(await world.receive('gpu.dead-letters', { waitMs: 20_000 })));
  await world.post('/topics/gpu.dead-letters/reject', { receipts: letters.map(({ receipt }) => receipt) });
  const partitions = async (): Promise<number[]> => {
    const { body } = await world.get('/topics/gpu/dead-letters');
    return (body.messages as Range[]).map(({ partition }) => partition).sort();
  };
  // A poll of the receiver before may have them for a moment.
  await until(async () => (await partitions()).join() === '0,64');
  expect((await world.get('/topics/gpu/dead-letters?limit=1')).body.messages).toHaveLength(1);
});

test('one broker alone: bodies pass through as they are, and the interface is the same', async () => {
  const world = await startWorld(1);
  await world.client.publish('gpu', [{ key: 'a', body: '1' }, { body: '2' }]);
  expect((await receiveAll(world, 'gpu', 2)).size).toBe(2);
  expect(await world.client.topics()).toMatchObject([{ topic: 'gpu' }]);
});

test('a place in the list is kept for a broker that is gone', async () => {
  const [broker] = await startBrokers(1);
  const world = await worldOf(broker === undefined ? [] : [broker], {
    PROXY_BROKERS: `-,-,${broker?.url ?? ''}/`,
  });
  expect(await world.post('/topics/gpu/messages', 'a')).toMatchObject({ status: 202 });
  const [message] = await world.receive('gpu');
  expect(message?.receipt).toMatch(/^2\./);
  expect(Math.floor((message?.partition ?? 0) / 64)).toBe(2);
});

test('the client of the queue works against it as against a broker', async () => {
  const { client } = await startWorld(3);
  const drafts = Array.from({ length: 50 }, (_, i) => ({ key: `GPU-${i}`, body: String(i) }));
  await client.publish('gpu', drafts);
  const bodies: string[] = [];
  while (bodies.length < 50) {
    const messages = await client.receive('gpu', { maxMessages: 100, waitMs: 20_000 });
    bodies.push(...messages.map(({ body }) => body));
    const receipts = messages.map(({ receipt }) => receipt);
    expect(await client.extend('gpu', receipts, 60_000)).toEqual([]);
    expect(await client.acknowledge('gpu', receipts)).toEqual([]);
    expect(await client.acknowledge('gpu', receipts)).toEqual(receipts);
  }
  expect(new Set(bodies).size).toBe(50);
  expect(await client.deadLetters('gpu', 10)).toEqual([]);
});

test('metrics and probes say what is going on', async () => {
  const world = await startWorld(2);
  await world.post('/topics/gpu/messages?key=a', 'x');
  expect(await world.get('/health')).toMatchObject({ status: 200, body: { status: 'ok' } });
  expect(await world.get('/ready')).toMatchObject({ status: 200, body: { status: 'ok' } });
  const metrics = String((await world.get('/metrics')).body.text);
  const owner = brokerOfKey('a', [0, 1]) ?? -1;
  expect(metrics).toContain(
    `proxy_broker_request_duration_seconds_count{broker="${owner}",operation="publish",outcome="ok"} 1`,
  );
  expect(metrics).toContain('proxy_broker_state{broker="0",state="in"} 1');
  expect(metrics).toContain('proxy_broker_takes_messages{broker="1"} 1');
  expect(metrics).toContain(
    'http_request_duration_seconds_count{method="POST",route="/topics/:topic/messages",status="202"} 1',
  );
});

test('its interface takes what that of a broker takes', async () => {
  const world = await startWorld(1);
  const { body: ours } = await world.get('/openapi.json');
  const theirs = (await world.brokers[0]?.get('/openapi.json'))?.body ?? {};
  type Paths = Record<
    string,
    Record<string, { parameters?: unknown; requestBody?: unknown; security?: unknown }>
  >;
  const inputs = (paths: Paths): unknown =>
    Object.fromEntries(
      Object.entries(paths)
        .filter(([path]) => path !== '/brokers')
        .sort()
        .map(([path, methods]) => [
          path,
          Object.entries(methods).map(([method, { parameters, requestBody, security }]) => [
            method,
            parameters,
            requestBody,
            security,
          ]),
        ]),
    );
  expect(inputs(ours.paths as Paths)).toEqual(inputs(theirs.paths as Paths));
});
