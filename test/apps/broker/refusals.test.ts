/** Every problem that the broker may answer with, and that none of them loses anything. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { closeBrokers, newFolder, startBroker, type Answer } from './broker-client';

afterEach(closeBrokers);

function expectProblem(answer: Answer, status: number, code: string, detail: string | RegExp): void {
  expect(answer).toMatchObject({ status, body: { status, code, type: `urn:hyperion:problem:${code}` } });
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(answer.body.detail).toMatch(detail);
}

test.each<[string, string, unknown, RegExp]>([
  ['an empty batch', '/topics/gpu/messages', { messages: [] }, /body\/messages: .*greater or equal to 1/],
  [
    'an unknown field',
    '/topics/gpu/messages',
    { messages: [{ body: 'a', color: 1 }] },
    /body\/messages\/0\/color: Unexpected property/,
  ],
  [
    'a body that is no text',
    '/topics/gpu/messages',
    { messages: [{ body: 5 }] },
    /body\/messages\/0\/body: Expected string/,
  ],
  [
    'too many messages',
    '/topics/gpu/messages',
    { messages: Array(1001).fill({ body: '' }) },
    /less or equal to 1000/,
  ],
  [
    'a topic that would leave the folder',
    '/topics/..%2Fetc/messages',
    'a',
    /params\/topic: Expected string to match/,
  ],
  ['a topic with a capital', '/topics/Gpu/messages', 'a', /params\/topic/],
  [
    'a partition that is no number',
    '/topics/gpu/messages?partition=x',
    'a',
    /querystring\/partition: Expected integer/,
  ],
  ['an unknown parameter', '/topics/gpu/messages?prio=1', 'a', /querystring\/prio: Unexpected property/],
  [
    'a wait without end',
    '/topics/gpu/receive',
    { waitMs: 3_600_000 },
    /body\/waitMs: .*less or equal to 20000/,
  ],
  ['no receipts', '/topics/gpu/acknowledge', {}, /body\/receipts: Expected required property/],
  ['no time-out', '/topics/gpu/extend', { receipts: ['a'] }, /visibilityTimeoutMs/],
])('%s: invalid-request', async (_name, path, body, detail) => {
  const { post, get } = await startBroker();
  expectProblem(await post(path, body), 400, 'invalid-request', detail);
  expect((await get('/topics')).body).toEqual({ topics: [] });
});

test('every route needs the token, but for those of operations', async () => {
  const { app } = await startBroker();
  const routes: ['GET' | 'POST', string][] = [
    ['POST', '/topics/gpu/messages'],
    ['POST', '/topics/gpu/receive'],
    ['POST', '/topics/gpu/acknowledge'],
    ['POST', '/topics/gpu/reject'],
    ['POST', '/topics/gpu/extend'],
    ['GET', '/topics'],
    ['GET', '/topics/gpu'],
    ['GET', '/topics/gpu/dead-letters'],
  ];
  for (const [method, url] of routes) {
    for (const authorization of [
      undefined,
      'Bearer wrong',
      'Bearer test-token-0123456788',
      'test-token-0123456789',
    ]) {
      const answer = await app.inject({
        method,
        url,
        headers: authorization === undefined ? {} : { authorization },
      });
      expect(answer.json()).toMatchObject({ status: 401, code: 'unauthorized' });
      expect(answer.headers['www-authenticate']).toBe('Bearer');
    }
  }
  for (const url of ['/health', '/ready', '/metrics', '/openapi.json']) {
    expect((await app.inject({ url })).statusCode).toBe(200);
  }
});

test('a body that cannot be read', async () => {
  const { post } = await startBroker();
  const json = { 'content-type': 'application/json' };
  expectProblem(await post('/topics/gpu/messages', '{"messages":', json), 400, 'malformed-body', 'JSON');
  expectProblem(await post('/topics/gpu/messages', '', json), 400, 'malformed-body', 'empty');
  expectProblem(
    await post('/topics/gpu/messages', 'a', { 'content-type': 'application/xml' }),
    415,
    'unsupported-media-type',
    'Unsupported Media Type',
  );
  expectProblem(await post('/topics/gpu/nothing', 'a'), 404, 'unknown-route', 'POST /topics/gpu/nothing');
});

test('what is too large', async () => {
  const { post, get } = await startBroker({ BROKER_MAX_MESSAGE_SIZE: '1KiB' });
  expect(await post('/topics/gpu/messages', 'x'.repeat(1024))).toMatchObject({ status: 202 });
  expectProblem(
    await post('/topics/gpu/messages', 'x'.repeat(1025)),
    413,
    'message-too-large',
    /1025 bytes, 1024 are allowed/,
  );
  // Counted in bytes, key and headers included.
  expectProblem(await post('/topics/gpu/messages', 'ä'.repeat(513)), 413, 'message-too-large', /1026 bytes/);
  expectProblem(await post('/topics/gpu/messages?key=k', 'x'.repeat(1024)), 413, 'message-too-large', /1025/);
  expectProblem(
    await post('/topics/gpu/messages', 'x'.repeat(17 * 1024 * 1024)),
    413,
    'body-too-large',
    'too large',
  );
  expect((await get('/topics/gpu')).body.partitions).toMatchObject([{ ready: 1 }]);
});

test('half a character would come back from disk as another', async () => {
  const { post } = await startBroker();
  const json = { 'content-type': 'application/json' };
  const answer = await post('/topics/gpu/messages', '{"messages":[{"body":"\\ud800"}]}', json);
  expectProblem(answer, 400, 'text-not-unicode', 'whole Unicode characters');
});

test('what is not there', async () => {
  const { post, get, publish } = await startBroker({ BROKER_MAX_TOPICS: '1' });
  expectProblem(await post('/topics/gpu/receive', {}), 404, 'unknown-topic', 'no topic gpu');
  expectProblem(await post('/topics/gpu/acknowledge', { receipts: ['a'] }), 404, 'unknown-topic', 'gpu');
  expectProblem(await get('/topics/gpu'), 404, 'unknown-topic', 'gpu');
  expectProblem(await get('/topics/gpu/dead-letters'), 404, 'unknown-topic', 'gpu');
  expectProblem(
    await post('/topics/gpu/messages?partition=4', 'a'),
    404,
    'unknown-partition',
    '0 to 3, not 4',
  );
  expectProblem(await get('/topics/gpu'), 404, 'unknown-topic', 'gpu');
  await publish('gpu', 'a');
  expectProblem(await post('/topics/gpu/receive', { partition: 9 }), 404, 'unknown-partition', 'not 9');
  expectProblem(await publish('cpu.dead-letters', 'a'), 404, 'unknown-topic', 'not there');
  expectProblem(await publish('cpu', 'a'), 409, 'too-many-topics', '1 topics');
});

test('stale receipts are named, and the others are handled', async () => {
  const { post, publish, receive, get } = await startBroker({ PARTITIONS_PER_TOPIC: '1' });
  await publish('gpu', 'a', 'b');
  const [a, b] = await receive('gpu');
  await post('/topics/gpu/acknowledge', { receipts: [a?.receipt] });
  const answer = await post('/topics/gpu/acknowledge', { receipts: [a?.receipt, b?.receipt, 'nonsense'] });
  expectProblem(answer, 409, 'stale-receipt', '2 of 3 receipts are stale');
  expect(answer.body).toMatchObject({ stale: [a?.receipt, 'nonsense'], done: 1 });
  for (const action of ['reject', 'extend']) {
    const body = { receipts: [b?.receipt], ...(action === 'extend' ? { visibilityTimeoutMs: 1000 } : {}) };
    expectProblem(await post(`/topics/gpu/${action}`, body), 409, 'stale-receipt', '1 of 1');
  }
  expect((await get('/topics/gpu')).body.partitions).toEqual([
    { partition: 0, ready: 0, inFlight: 0, onDisk: 0 },
  ]);
});

test.each(['memory', 'flush'])(
  'under %s, memory and disk are full: 503, and nothing that was accepted is lost',
  async (how) => {
    const { post, publish, receive } = await startBroker({
      DURABILITY: how,
      QUEUE_SIZE: '4',
      PARTITIONS_PER_TOPIC: '1',
      BROKER_DISK_SIZE: '1MiB',
      BROKER_SEGMENT_SIZE: '64KiB',
    });
    const body = 'x'.repeat(30_000);
    const accepted: string[] = [];
    let answer: Answer;
    for (;;) {
      answer = await publish('gpu', `${accepted.length}:${body}`);
      if (answer.status !== 202) break;
      accepted.push(String(accepted.length));
    }
    expectProblem(answer, 503, 'disk-full', 'gpu/0: the disk budget of 1048576 bytes is used up');
    expect(answer.headers['retry-after']).toBe('5');
    expect(accepted.length).toBeGreaterThan(30);
    const received: string[] = [];
    while (received.length < accepted.length) {
      const messages = await receive('gpu', { waitMs: 20_000 });
      received.push(...messages.map((message) => message.body.split(':')[0] ?? ''));
      await post('/topics/gpu/acknowledge', { receipts: messages.map(({ receipt }) => receipt) });
    }
    expect(received).toEqual(accepted);
    // What was read is freed, and there is room again.
    let again = await publish('gpu', body);
    for (let i = 0; i < 500 && again.status !== 202; i += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      again = await publish('gpu', body);
    }
    expect(again.status).toBe(202);
  },
);

test('a partition that cannot be opened does not keep the others away', async () => {
  const folder = newFolder();
  mkdirSync(join(folder, 'topics/gpu'), { recursive: true });
  // A file where the folder of partition 0 should be.
  writeFileSync(join(folder, 'topics/gpu/0'), 'no folder');
  chmodSync(join(folder, 'topics/gpu/0'), 0o400);
  const { post, get } = await startBroker({}, folder);
  expectProblem(
    await post('/topics/gpu/messages?partition=0', 'a'),
    503,
    'partition-stopped',
    'gpu/0 was not opened: ',
  );
  expect((await get('/ready')).status).toBe(503);
  expect(await post('/topics/gpu/messages?partition=1', 'a')).toMatchObject({ status: 202 });
  expect((await get('/ready')).status).toBe(200);
  expect((await get('/topics/gpu')).body.partitions).toContainEqual(
    expect.objectContaining({ partition: 0, stoppedBecause: expect.stringContaining('EEXIST') as string }),
  );
});

test('no body and no token is in the log, whatever happens', async () => {
  const { post, log } = await startBroker({ LOG_LEVEL: 'debug' });
  await post('/topics/gpu/messages', 'a confidential body');
  await post('/topics/gpu/messages', { messages: [{ body: 'a confidential body', x: 1 }] });
  await post('/topics/gpu/receive', {});
  expect(log.join('')).not.toContain('confidential');
  expect(log.join('')).not.toContain('test-token');
});
