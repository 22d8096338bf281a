/** Waiting for messages of several brokers: the first answer wins, and what the others hand out is not lost. */
import { Agent, request } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';

import { LongPoll } from '../../../apps/proxy/brokers/long-poll';
import { closeWorlds, startWorld, until, type Received, type World } from './proxy-world';

// The machine may be busy.
jest.setTimeout(60_000);

afterEach(closeWorlds);

const LONG = { waitMs: 20_000 };

/** The topic at every broker, empty. */
async function emptyTopic(world: World, topic = 'gpu'): Promise<void> {
  for (const broker of world.brokers) {
    await broker.post(`/topics/${topic}/messages?partition=0`, 'first');
    const { body } = await broker.post(`/topics/${topic}/receive`, {});
    const receipts = (body.messages as Received[]).map(({ receipt }) => receipt);
    await broker.post(`/topics/${topic}/acknowledge`, { receipts });
  }
}

/** A client that can hang up. */
function hangingClient(world: World, body: object): { hangUp: () => void; closed: Promise<void> } {
  const sent = request(`${world.url}/topics/gpu/receive`, {
    method: 'POST',
    headers: { authorization: 'Bearer test-token-0123456789', 'content-type': 'application/json' },
  });
  const closed = new Promise<void>((resolve) => {
    sent.on('error', () => undefined);
    sent.on('close', resolve);
  });
  sent.end(JSON.stringify(body));
  return { hangUp: () => sent.destroy(), closed };
}

async function metric(world: World, name: string): Promise<number> {
  const text = String((await world.get('/metrics')).body.text);
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]);
}

test('a receiver gets what comes to any broker while it waits', async () => {
  const world = await startWorld(3);
  await emptyTopic(world);
  for (const [ordinal, broker] of world.brokers.entries()) {
    const waiting = world.receive('gpu', LONG);
    await until(async () => (await metric(world, 'proxy_waiting_receivers')) === 1);
    await broker.post('/topics/gpu/messages?partition=1', `from ${ordinal}`);
    expect(await waiting).toMatchObject([
      { body: `from ${ordinal}`, partition: ordinal * 64 + 1, attempts: 1 },
    ]);
  }
});

test('a receiver of one partition waits at its broker', async () => {
  const world = await startWorld(2);
  await emptyTopic(world);
  const waiting = world.receive('gpu', { ...LONG, partition: 66 });
  await world.brokers[0]?.post('/topics/gpu/messages?partition=2', 'not this');
  await world.brokers[1]?.post('/topics/gpu/messages?partition=2', 'this');
  expect(await waiting).toMatchObject([{ body: 'this', partition: 66 }]);
  expect(await world.receive('gpu', { waitMs: 20, partition: 67 })).toEqual([]);
});

test('a topic that comes into being at another broker is seen', async () => {
  const world = await startWorld(2);
  await world.brokers[0]?.post('/topics/gpu/messages', 'first');
  await world.receive('gpu');
  const waiting = world.receive('gpu', LONG);
  await until(async () => (await metric(world, 'proxy_waiting_receivers')) === 1);
  await world.brokers[1]?.post('/topics/gpu/messages', 'second');
  expect(await waiting).toMatchObject([{ body: 'second' }]);
});

test('messages at all brokers at the same time: each is delivered once, and none is late', async () => {
  const world = await startWorld(3, { broker: { VISIBILITY_TIMEOUT: '10m' } });
  await emptyTopic(world);
  const rounds = 40;
  const received: Received[] = [];
  const consume = async (): Promise<void> => {
    while (received.length < rounds * 3) {
      const messages = await world.receive('gpu', { ...LONG, maxMessages: 10 });
      received.push(...messages);
      const receipts = messages.map(({ receipt }) => receipt);
      if (receipts.length > 0) await world.post('/topics/gpu/acknowledge', { receipts });
      if (received.length >= rounds * 3)
        await Promise.all(world.brokers.map((each) => each.post('/topics/gpu/messages', 'end')));
    }
  };
  const produce = async (): Promise<void> => {
    for (let round = 0; round < rounds; round += 1) {
      await Promise.all(
        world.brokers.map((broker, ordinal) => broker.post('/topics/gpu/messages', `${round}/${ordinal}`)),
      );
      // Now and then everybody waits again.
      if (round % 3 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  await Promise.all([consume(), consume(), produce()]);
  const bodies = received.map(({ body }) => body).filter((body) => body !== 'end');
  expect(new Set(bodies).size).toBe(rounds * 3);
  expect(bodies).toHaveLength(rounds * 3);
  expect(received.every(({ attempts }) => attempts === 1)).toBe(true);
  expect(await metric(world, 'proxy_messages_given_back_total')).toBe(0);
});

test('a client that hangs up gets nothing: its polls end, and the next receiver has the messages at once', async () => {
  const world = await startWorld(2, { broker: { VISIBILITY_TIMEOUT: '10m' } });
  await emptyTopic(world);
  for (let round = 0; round < 5; round += 1) {
    const { hangUp, closed } = hangingClient(world, LONG);
    await until(async () => (await metric(world, 'proxy_waiting_receivers')) === 1);
    await until(() => world.brokers.every(({ pollSockets }) => pollSockets.size === 1));
    hangUp();
    await closed;
    await until(() => world.brokers.every(({ pollSockets }) => pollSockets.size === 0));
    for (const broker of world.brokers) await broker.post('/topics/gpu/messages', String(round));
    expect(await consume(world, 2)).toEqual([String(round), String(round)]);
  }
}, 30_000);

test('messages that come at the very moment at which clients hang up are delivered, some again', async () => {
  const world = await startWorld(2, { broker: { VISIBILITY_TIMEOUT: '500ms', BROKER_MAX_ATTEMPTS: '100' } });
  await emptyTopic(world);
  for (let round = 0; round < 10; round += 1) {
    const { hangUp, closed } = hangingClient(world, LONG);
    // Long enough for polls to begin, most times.
    await new Promise((resolve) => setTimeout(resolve, 15));
    const publishing = world.brokers.map((broker) => broker.post('/topics/gpu/messages', String(round)));
    hangUp();
    await Promise.all([closed, ...publishing]);
  }
  const bodies = new Set<string>();
  while (bodies.size < 10) for (const body of await consume(world, 1)) bodies.add(body);
}, 30_000);

async function consume(world: World, count: number): Promise<string[]> {
  const bodies: string[] = [];
  while (bodies.length < count) {
    const messages = await world.receive('gpu', { ...LONG, maxMessages: 10 });
    bodies.push(...messages.map(({ body }) => body));
    await world.post('/topics/gpu/acknowledge', { receipts: messages.map(({ receipt }) => receipt) });
  }
  return bodies;
}

test('an answer that is on its way when a poll is given up still comes', async () => {
  // Answers when it sees that its client has closed: as late as it can be.
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.resume();
    socket.on('end', () => {
      socket.end(
        'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n{"messages":[]}',
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const agent = new Agent({ keepAlive: true });
  try {
    const { port } = server.address() as AddressInfo;
    const options = { agent, path: '/', headers: {}, body: '{}', timeoutMs: 20_000 };
    const poll = new LongPoll({ ...options, url: new URL(`http://127.0.0.1:${port}`) });
    await new Promise<void>((resolve) => {
      server.once('connection', (socket) =>
        socket.once('data', () => {
          resolve();
        }),
      );
    });
    poll.cancel();
    poll.cancel();
    expect((await poll.answer).body.toString()).toBe('{"messages":[]}');
  } finally {
    agent.destroy();
    server.close();
  }
});

test('what a poll brings for nobody is given back, and delivered again', async () => {
  const world = await startWorld(2, { broker: { VISIBILITY_TIMEOUT: '10m', PARTITIONS_PER_TOPIC: '1' } });
  await emptyTopic(world);
  const waiting = world.receive('gpu', { ...LONG, visibilityTimeoutMs: 4000 });
  await until(() => world.brokers.every(({ pollSockets }) => pollSockets.size === 1));
  // Both polls are answered; one answer is for the receiver, the other one is held for a second.
  await Promise.all(world.brokers.map((broker, i) => broker.post('/topics/gpu/messages', String(i))));
  const [first] = await waiting;
  const other = world.brokers[first?.body === '0' ? 1 : 0];
  await until(async () => (await metric(world, 'proxy_messages_given_back_total')) === 1);
  await until(async () => (await other?.depth('gpu'))?.ready === 1);
  expect(await world.receive('gpu', LONG)).toMatchObject([{ attempts: 2 }]);
});

test('what a poll brings for nobody is for the next receiver, also for one that asks for more', async () => {
  const world = await startWorld(2, { broker: { VISIBILITY_TIMEOUT: '10m' } });
  await emptyTopic(world);
  const waiting = world.receive('gpu', LONG);
  await until(() => world.brokers.every(({ pollSockets }) => pollSockets.size === 1));
  await Promise.all(world.brokers.map((broker, i) => broker.post('/topics/gpu/messages', String(i))));
  const [first] = await waiting;
  const [second] = await world.receive('gpu', { ...LONG, maxMessages: 1000 });
  expect([first?.body, second?.body].sort()).toEqual(['0', '1']);
  expect([first?.attempts, second?.attempts]).toEqual([1, 1]);
  expect(await metric(world, 'proxy_messages_given_back_total')).toBe(0);
});

test('a broker dies while receivers wait: they go on waiting at the others, and at it when it is back', async () => {
  const world = await startWorld(2);
  await emptyTopic(world);
  const waiting = world.receive('gpu', LONG);
  await until(async () => (await metric(world, 'proxy_waiting_receivers')) === 1);
  await world.brokers[0]?.stop();
  await world.brokers[0]?.start();
  await world.brokers[0]?.post('/topics/gpu/messages', 'after the restart');
  expect(await waiting).toMatchObject([{ body: 'after the restart' }]);
});

test('when the proxy stops, who waits gets an answer, and what came for nobody is given back', async () => {
  const world = await startWorld(2, { broker: { VISIBILITY_TIMEOUT: '10m' } });
  await emptyTopic(world);
  const waiting = world.receive('gpu', LONG);
  await until(async () => (await metric(world, 'proxy_waiting_receivers')) === 1);
  const stopping = world.proxy.close();
  expect(await waiting).toEqual([]);
  await stopping;
  for (const broker of world.brokers) {
    await broker.post('/topics/gpu/messages', 'x');
    expect(await broker.depth('gpu')).toEqual({ ready: 1, inFlight: 0 });
  }
});
