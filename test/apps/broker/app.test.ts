/** Every route of the broker, and what it does when all is well. Refusals: `refusals.test.ts`. */
import { closeBrokers, startBroker, type Broker } from './broker-client';

afterEach(closeBrokers);

async function depths(broker: Broker, topic: string): Promise<unknown> {
  return (await broker.get(`/topics/${topic}`)).body.partitions;
}

test('a text is one message, with its key and partition in the query', async () => {
  const { post, receive } = await startBroker();
  expect(await post('/topics/gpu/messages?key=GPU-1', 'hot ✓')).toMatchObject({
    status: 202,
    body: { accepted: 1, ranges: [{ firstOffset: 0, count: 1 }] },
  });
  expect(await post('/topics/gpu/messages?partition=2', 'third')).toMatchObject({
    body: { ranges: [{ partition: 2, firstOffset: 0, count: 1 }] },
  });
  const messages = await receive('gpu');
  expect(messages).toHaveLength(2);
  expect(messages).toContainEqual(expect.objectContaining({ key: 'GPU-1', body: 'hot ✓', attempts: 1 }));
});

test('a batch keeps the order of each key, and headers travel along', async () => {
  const { post, receive } = await startBroker();
  const messages = Array.from({ length: 90 }, (_, i) => ({ key: `GPU-${i % 9}`, body: String(i) }));
  const sent = [...messages, { key: 'GPU-0', body: '90', headers: { traceparent: '00-1-2-01' } }];
  expect(await post('/topics/gpu/messages', { messages: sent })).toMatchObject({
    status: 202,
    body: { accepted: 91 },
  });
  const received = await receive('gpu', { maxMessages: 1000 });
  expect(received).toHaveLength(91);
  for (let gpu = 0; gpu < 9; gpu += 1) {
    const bodies = received.filter(({ key }) => key === `GPU-${gpu}`).map(({ body }) => Number(body));
    expect(bodies).toEqual([...bodies].sort((a, b) => a - b));
  }
  expect(received.find(({ body }) => body === '90')?.headers).toEqual({ traceparent: '00-1-2-01' });
});

test('what is acknowledged is gone, what is rejected comes again', async () => {
  const broker = await startBroker({ PARTITIONS_PER_TOPIC: '1' });
  await broker.publish('gpu', 'a', 'b');
  const [a, b] = await broker.receive('gpu');
  expect(await depths(broker, 'gpu')).toEqual([{ partition: 0, ready: 0, inFlight: 2, onDisk: 0 }]);
  expect(await broker.post('/topics/gpu/acknowledge', { receipts: [a?.receipt] })).toMatchObject({
    status: 200,
    body: { done: 1 },
  });
  expect(await broker.post('/topics/gpu/reject', { receipts: [b?.receipt] })).toMatchObject({ status: 200 });
  const again = await broker.receive('gpu');
  expect(again).toMatchObject([{ body: 'b', attempts: 2, offset: 1 }]);
  expect(again[0]?.receipt).not.toBe(b?.receipt);
});

test('a delivery that nobody ends is over after its time-out, unless it is extended', async () => {
  const { publish, post, receive } = await startBroker({ VISIBILITY_TIMEOUT: '100ms' });
  await publish('gpu', 'a', 'b');
  const [a] = await receive('gpu', { maxMessages: 1 });
  await receive('gpu', { maxMessages: 1 });
  expect(
    await post('/topics/gpu/extend', { receipts: [a?.receipt], visibilityTimeoutMs: 600_000 }),
  ).toMatchObject({ status: 200, body: { done: 1 } });
  expect(await receive('gpu', { waitMs: 20_000 })).toMatchObject([{ body: 'b', attempts: 2 }]);
  expect(await post('/topics/gpu/acknowledge', { receipts: [a?.receipt] })).toMatchObject({ status: 200 });
});

test('a receiver waits for a message, of one partition if it likes', async () => {
  const { post, receive } = await startBroker();
  await post('/topics/gpu/messages?partition=0', 'first');
  const waiting = receive('gpu', { waitMs: 20_000, partition: 2 });
  await post('/topics/gpu/messages?partition=1', 'not this');
  await post('/topics/gpu/messages?partition=2', 'this');
  expect(await waiting).toMatchObject([{ body: 'this', partition: 2 }]);
  expect(await receive('gpu', { waitMs: 1, partition: 3 })).toEqual([]);
});

test('after its attempts a message is a dead letter, which says why', async () => {
  const { publish, post, receive, get } = await startBroker({ BROKER_MAX_ATTEMPTS: '2' });
  await publish('gpu', 'poison');
  for (let attempt = 1; attempt <= 2; attempt += 1) {
    const [message] = await receive('gpu');
    expect(message?.attempts).toBe(attempt);
    await post('/topics/gpu/reject', { receipts: [message?.receipt], reason: 'no number' });
  }
  expect(await receive('gpu')).toEqual([]);
  const headers = {
    'dead-letter-reason': 'no number',
    'dead-letter-attempts': '2',
    'dead-letter-offset': '0',
  };
  // The letter is on its way.
  const [letter] = await receive('gpu.dead-letters', { waitMs: 20_000 });
  expect(letter).toMatchObject({ body: 'poison', attempts: 1, headers });
  await post('/topics/gpu.dead-letters/reject', { receipts: [letter?.receipt] });
  const { body } = await get('/topics/gpu/dead-letters');
  expect(body.messages).toMatchObject([{ body: 'poison', attempts: 1, headers }]);
});

test('a poison message need not be tried again', async () => {
  const { publish, post, receive } = await startBroker();
  await publish('gpu', 'poison');
  const [message] = await receive('gpu');
  await post('/topics/gpu/reject', { receipts: [message?.receipt], deadLetter: true, reason: 'no JSON' });
  expect(await receive('gpu.dead-letters', { waitMs: 20_000 })).toMatchObject([{ body: 'poison' }]);
  expect(await receive('gpu')).toEqual([]);
});

test.each(['memory', 'flush', 'fsync'])(
  'under %s, what memory has no room for goes to disk, in order',
  async (how) => {
    const broker = await startBroker({ DURABILITY: how, QUEUE_SIZE: '10', PARTITIONS_PER_TOPIC: '1' });
    const bodies = Array.from({ length: 100 }, (_, i) => String(i));
    for (let i = 0; i < 100; i += 5) await broker.publish('gpu', ...bodies.slice(i, i + 5));
    expect(await depths(broker, 'gpu')).toEqual([{ partition: 0, ready: 10, inFlight: 0, onDisk: 90 }]);
    const received: string[] = [];
    while (received.length < 100) {
      const messages = await broker.receive('gpu', { waitMs: 20_000 });
      received.push(...messages.map(({ body }) => body));
      await broker.post('/topics/gpu/acknowledge', { receipts: messages.map(({ receipt }) => receipt) });
    }
    expect(received).toEqual(bodies);
  },
);

test.each(['memory', 'flush', 'fsync'])(
  'under %s, a stop keeps what is in memory, in order, with its attempts',
  async (how) => {
    const first = await startBroker({ DURABILITY: how, QUEUE_SIZE: '4', PARTITIONS_PER_TOPIC: '1' });
    await first.publish('gpu', 'a', 'b', 'c', 'd');
    await first.publish('gpu', 'e', 'f');
    const [a, b] = await first.receive('gpu', { maxMessages: 2 });
    await first.post('/topics/gpu/acknowledge', { receipts: [a?.receipt] });
    await first.app.close();
    const second = await startBroker(
      { DURABILITY: how, QUEUE_SIZE: '4', PARTITIONS_PER_TOPIC: '1' },
      first.folder,
    );
    // A receipt of the other process is worth nothing, though the message is the same.
    expect(await second.post('/topics/gpu/acknowledge', { receipts: [b?.receipt] })).toMatchObject({
      status: 409,
    });
    const received = [];
    while (received.length < 5) {
      const messages = await second.receive('gpu', { waitMs: 20_000 });
      received.push(...messages);
      await second.post('/topics/gpu/acknowledge', { receipts: messages.map(({ receipt }) => receipt) });
    }
    expect(received.map(({ body, attempts }) => [body, attempts])).toEqual([
      ['b', 2],
      ['c', 1],
      ['d', 1],
      ['e', 1],
      ['f', 1],
    ]);
    expect(await second.publish('gpu', 'g')).toMatchObject({ body: { ranges: [{ firstOffset: 6 }] } });
  },
);

test('topics, metrics and probes say what is going on', async () => {
  const { publish, receive, get } = await startBroker({ PARTITIONS_PER_TOPIC: '1' });
  await publish('gpu', 'a', 'b');
  await receive('gpu', { maxMessages: 1 });
  expect((await get('/topics')).body).toEqual({
    topics: [{ topic: 'gpu', partitions: [{ partition: 0, ready: 1, inFlight: 1, onDisk: 0 }] }],
  });
  expect(await get('/health')).toMatchObject({ status: 200, body: { status: 'ok' } });
  expect(await get('/ready')).toMatchObject({ status: 200, body: { status: 'ok' } });
  const metrics = String((await get('/metrics')).body.text);
  expect(metrics).toContain('broker_messages_total{topic="gpu",partition="0",event="published"} 2');
  expect(metrics).toContain('broker_queue_messages{topic="gpu",partition="0",state="inFlight"} 1');
  expect(metrics).toContain(
    'http_request_duration_seconds_count{method="POST",route="/topics/:topic/messages",status="202"} 1',
  );
});

test('the OpenAPI document says what a 202 means, and names every problem', async () => {
  const { get } = await startBroker({ DURABILITY: 'fsync' });
  const { body } = await get('/openapi.json');
  expect(body.openapi).toBe('3.1.0');
  const paths = body.paths as Record<
    string,
    { post?: { description: string; responses: object; security: object } }
  >;
  expect(Object.keys(paths).sort()).toEqual([
    '/health',
    '/metrics',
    '/ready',
    '/topics',
    '/topics/{topic}',
    '/topics/{topic}/acknowledge',
    '/topics/{topic}/dead-letters',
    '/topics/{topic}/extend',
    '/topics/{topic}/messages',
    '/topics/{topic}/receive',
    '/topics/{topic}/reject',
  ]);
  const publish = paths['/topics/{topic}/messages']?.post;
  expect(publish?.description).toContain('survive power loss (DURABILITY=fsync)');
  expect(publish?.security).toEqual([{ serviceToken: [] }]);
  expect(Object.keys(publish?.responses ?? {})).toEqual([
    '202',
    '400',
    '401',
    '404',
    '409',
    '413',
    '415',
    '500',
    '503',
  ]);
});
