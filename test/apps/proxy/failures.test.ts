/** Brokers that die, come back, are full or broken: nothing is accepted that is not held, and what can go on goes on. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { brokerOfKey } from '../../../apps/proxy/core/rendezvous';
import { QueueError } from '../../../apps/shared/queue/queue-client';
import { closeWorlds, startBrokers, startWorld, stateOf, until, worldOf, type World } from './proxy-world';

const servers: Server[] = [];

// The machine may be busy.
jest.setTimeout(60_000);

afterEach(async () => {
  await closeWorlds();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

function keyOf(ordinal: number, count: number): string {
  const ordinals = Array.from({ length: count }, (_, i) => i);
  for (let i = 0; ; i += 1) if (brokerOfKey(`GPU-${i}`, ordinals) === ordinal) return `GPU-${i}`;
}

/** Something in a broker's place that answers as it is told. */
async function fakeBroker(
  answer: (path: string) => { status: number; body?: object; headers?: Record<string, string> } | 'silence',
): Promise<string> {
  const server = createServer((request, response) => {
    const told = answer(request.url ?? '');
    request.resume();
    if (told === 'silence') return;
    const { status, body = {}, headers = {} } = told;
    response.writeHead(status, { 'content-type': 'application/problem+json', ...headers });
    response.end(JSON.stringify(body));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function drain(world: World, topic: string): Promise<string[]> {
  const bodies: string[] = [];
  for (;;) {
    const messages = await world.receive(topic, { maxMessages: 1000 });
    if (messages.length === 0) {
      const topics = await Promise.all(world.brokers.map((broker) => broker.depth(topic)));
      if (topics.every(({ ready }) => ready === 0)) return bodies;
    } else {
      bodies.push(...messages.map(({ body }) => body));
      await world.post(`/topics/${topic}/acknowledge`, { receipts: messages.map(({ receipt }) => receipt) });
    }
  }
}

test('a broker dies and comes back: it is routed round and back again, and every 202 holds', async () => {
  const world = await startWorld(3);
  const [, victim] = world.brokers;
  const key = keyOf(1, 3);
  const accepted: string[] = [];
  const publish = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i += 1) {
      const bodies = Array.from({ length: 10 }, (_, n) => `${accepted.length + n}`);
      const messages = bodies.map((body, n) => ({ body, ...(n % 2 === 0 ? { key } : { key: `GPU-${n}` }) }));
      const answer = await world.post('/topics/gpu/messages', { messages });
      expect(answer.status).toBe(202);
      accepted.push(...bodies);
    }
  };
  await publish(5);
  await victim?.stop();
  await publish(5);
  await until(async () => (await stateOf(world, 1)) === 'out');
  expect((await world.get('/ready')).status).toBe(200);
  await publish(5);
  await victim?.start();
  await until(async () => (await stateOf(world, 1)) === 'in');
  const before = (await victim?.depth('gpu'))?.ready ?? 0;
  await publish(5);
  expect((await victim?.depth('gpu'))?.ready).toBeGreaterThan(before);
  expect((await drain(world, 'gpu')).sort()).toEqual([...accepted].sort());
  const metrics = String((await world.get('/metrics')).body.text);
  expect(metrics).toMatch(/proxy_failovers_total\{broker="1"\} [1-9]/);
  expect(world.log.join('')).toContain('the state of a broker changed');
});

test('with PROXY_FAILOVER=false a key waits for its broker, and the others go on', async () => {
  const world = await startWorld(2, { proxy: { PROXY_FAILOVER: 'false' } });
  await world.brokers[1]?.stop();
  const refused = await world.post(`/topics/gpu/messages?key=${keyOf(1, 2)}`, 'x');
  expect(refused).toMatchObject({ status: 503, body: { code: 'no-broker' } });
  expect(refused.body.detail).toMatch(/^broker 1: .*ECONNREFUSED/);
  expect(refused.headers['retry-after']).toBe('1');
  const both = [keyOf(0, 2), keyOf(1, 2)].map((key) => ({ key, body: key }));
  expect(await world.post('/topics/gpu/messages', { messages: both })).toMatchObject({ status: 503 });
  expect(await world.post(`/topics/gpu/messages?key=${keyOf(0, 2)}`, 'x')).toMatchObject({ status: 202 });
  expect(await world.post('/topics/gpu/messages', 'no key')).toMatchObject({ status: 202 });
});

test('all brokers are away: not ready, a problem that names them, and back when one is', async () => {
  const world = await startWorld(2);
  await world.post('/topics/gpu/messages', 'a');
  await Promise.all(world.brokers.map((broker) => broker.stop()));
  await until(async () => (await world.get('/ready')).status === 503);
  const messages = [{ key: 'a', body: '' }, { key: 'b', body: '' }, { body: '' }];
  for (const [path, body] of [
    ['/topics/gpu/messages', 'x'],
    ['/topics/gpu/messages?key=a', 'x'],
    ['/topics/gpu/messages', { messages }],
    ['/topics/gpu/receive', {}],
    ['/topics/gpu/receive', { waitMs: 20_000 }],
  ] as const) {
    const answer = await world.post(path, body);
    expect(answer).toMatchObject({ status: 503, body: { code: 'no-broker' } });
    expect(answer.headers['retry-after']).toBe('1');
    expect(answer.body.detail).toMatch(/broker 0: .*ECONNREFUSED.*; broker 1: |broker 1: .*; broker 0: /);
  }
  expect(await world.get('/topics')).toMatchObject({ status: 503, body: { code: 'no-broker' } });
  expect((await world.get('/ready')).body.reasons).toContainEqual(
    expect.stringMatching(/broker 0: .*ECONNREFUSED/),
  );
  await world.brokers[1]?.start();
  await until(async () => (await world.get('/ready')).status === 200);
  expect(await world.post('/topics/gpu/messages?key=a', 'x')).toMatchObject({ status: 202 });
});

test('what is lost of several receipts is named, and the rest is settled', async () => {
  const world = await startWorld(2, { broker: { PARTITIONS_PER_TOPIC: '1' } });
  const messages = [0, 1].map((ordinal) => ({ key: keyOf(ordinal, 2), body: String(ordinal) }));
  await world.post('/topics/gpu/messages', { messages });
  const received = [...(await world.receive('gpu')), ...(await world.receive('gpu'))];
  const ofBroker = (ordinal: number): string =>
    received.find(({ receipt }) => receipt.startsWith(`${ordinal}.`))?.receipt ?? '';
  await world.brokers[1]?.stop();
  const receipts = ['nonsense', ofBroker(0), ofBroker(1), '9.0-0-1-abc'];
  const answer = await world.post('/topics/gpu/acknowledge', { receipts });
  expect(answer).toMatchObject({
    status: 503,
    body: { code: 'broker-away', notHandled: [ofBroker(1), '9.0-0-1-abc'], stale: ['nonsense'], done: 1 },
  });
  expect(answer.body.detail).toMatch(
    /^2 of 4 receipts were not handled: broker 1: .*; broker 9 is not there$/,
  );
  expect(await world.brokers[0]?.depth('gpu')).toEqual({ ready: 0, inFlight: 0 });
  const { body } = await world.get('/topics');
  expect(body).toMatchObject({ topics: [{ topic: 'gpu' }], brokersAway: [{ broker: 1 }] });
  expect(await world.get('/topics/cpu')).toMatchObject({ status: 503, body: { code: 'broker-away' } });
  expect(await world.get('/topics/gpu/dead-letters')).toMatchObject({
    body: { messages: [], brokersAway: [{}] },
  });
});

test('a broker whose disk is full is routed round; when all are, the client is told when to come back', async () => {
  const full = {
    DURABILITY: 'memory',
    QUEUE_SIZE: '1',
    BROKER_DISK_SIZE: '1MiB',
    BROKER_SEGMENT_SIZE: '64KiB',
  };
  const brokers = await startBrokers(2, { ...full, PARTITIONS_PER_TOPIC: '1' });
  const world = await worldOf(brokers, { PROXY_BROKERS: brokers.map(({ url }) => url).join(',') });
  const body = 'x'.repeat(30_000);
  const key = keyOf(0, 2);
  let accepted = 0;
  let answer = await world.post(`/topics/gpu/messages?key=${key}`, body);
  for (; answer.status === 202; accepted += 1)
    answer = await world.post(`/topics/gpu/messages?key=${key}`, body);
  expect(answer).toMatchObject({ status: 503, body: { code: 'disk-full' } });
  expect(answer.body.detail).toMatch(/broker 1: disk-full: .*; broker 0: disk-full: gpu\/0: the disk budget/);
  expect(answer.headers['retry-after']).toBe('5');
  const depths = await Promise.all(brokers.map((broker) => broker.depth('gpu')));
  expect(depths.reduce((sum, { ready }) => sum + ready, 0)).toBe(accepted);
  expect(depths.every(({ ready }) => ready > 20)).toBe(true);
  const { body: seen } = await world.get('/brokers');
  expect(seen.brokers).toMatchObject([
    { state: 'in', takesMessages: false },
    { state: 'in', takesMessages: false },
  ]);
  expect(await drain(world, 'gpu')).toHaveLength(accepted);
  await until(async () => (await world.post(`/topics/gpu/messages?key=${key}`, body)).status === 202);
});

test('the longest time to wait that makes sense is passed on', async () => {
  const refusing = (code: string, retryAfter: string) => (path: string) =>
    path === '/ready'
      ? { status: 200 }
      : { status: 503, body: { code, status: 503, detail: 'no' }, headers: { 'retry-after': retryAfter } };
  const urls = [
    await fakeBroker(refusing('disk-full', '7')),
    await fakeBroker(refusing('partition-stopped', '900')),
  ];
  const world = await worldOf([], { PROXY_BROKERS: urls.join(',') });
  const answer = await world.post('/topics/gpu/messages', 'x');
  expect(answer).toMatchObject({ status: 503, body: { code: 'no-broker' } });
  expect(answer.headers['retry-after']).toBe('30');
});

test('a broker that answers its probes but fails requests is put out, and its trial grows', async () => {
  const bad = await fakeBroker((path) => (path === '/ready' ? { status: 200 } : { status: 500 }));
  const [good] = await startBrokers(1);
  const world = await worldOf(good === undefined ? [] : [good], {
    PROXY_BROKERS: `${good?.url ?? ''},${bad}`,
    PROXY_EJECTION: '10m',
    PROXY_MAX_EJECTION: '1h',
  });
  const key = keyOf(1, 2);
  for (let i = 0; i < 3; i += 1) {
    expect(await world.post(`/topics/gpu/messages?key=${key}`, 'x')).toMatchObject({ status: 202 });
  }
  await until(async () => (await stateOf(world, 1)) === 'probation');
  expect((await world.get('/brokers')).body.brokers).toMatchObject([
    { state: 'in' },
    { state: 'probation', lastFailure: 'broker 1: answered 500' },
  ]);
  expect(String((await world.get('/metrics')).body.text)).toContain(
    'proxy_broker_state{broker="1",state="probation"} 1',
  );
});

test('a broker that is silent costs half of the time, and the other half is for the next one', async () => {
  const silent = await fakeBroker((path) => (path === '/ready' ? { status: 200 } : 'silence'));
  const [good] = await startBrokers(1);
  const world = await worldOf(good === undefined ? [] : [good], {
    PROXY_BROKERS: `${silent},${good?.url ?? ''}`,
    PROXY_PUBLISH_TIMEOUT: '600ms',
    PROXY_SETTLE_TIMEOUT: '100ms',
  });
  const key = keyOf(0, 2);
  expect(await world.post(`/topics/gpu/messages?key=${key}`, 'x')).toMatchObject({ status: 202 });
  expect(await world.post('/topics/gpu/messages', { messages: [{ key, body: 'y' }] })).toMatchObject({
    status: 202,
  });
  const answer = await world.post('/topics/gpu/acknowledge', { receipts: ['0.0-0-1-a'] });
  expect(answer).toMatchObject({ status: 503, body: { notHandled: ['0.0-0-1-a'] } });
  expect(answer.body.detail).toContain('broker 0: no answer within 100 ms');
});

test('a token that brokers do not know is our mistake, not the client’s', async () => {
  const brokers = await startBrokers(1, { SERVICE_TOKEN: 'another-test-token-0123' });
  const world = await worldOf([], { PROXY_BROKERS: brokers[0]?.url ?? '' });
  const answer = await world.post('/topics/gpu/messages', 'x');
  expect(answer).toMatchObject({ status: 503, body: { detail: 'broker 0: answered 401 unauthorized' } });
});

test('the client of the queue understands its refusals', async () => {
  const world = await startWorld(1);
  await world.brokers[0]?.stop();
  const error = await world.client.publish('gpu', [{ body: 'x' }]).catch((each: unknown) => each);
  expect(error).toBeInstanceOf(QueueError);
  expect(error).toMatchObject({ status: 503, code: 'no-broker', retryAfterMs: 1000, isTemporary: true });
});
