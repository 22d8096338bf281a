/** Every problem that the proxy may answer with: its own, and those of brokers that it passes on. */
import { request } from 'node:http';

import { brokerOfKey } from '../../../apps/proxy/core/rendezvous';
import { closeWorlds, startWorld, TOKEN, until, type Answer } from './proxy-world';

// The machine may be busy.
jest.setTimeout(60_000);

afterEach(closeWorlds);

function expectProblem(answer: Answer, status: number, code: string, detail: string | RegExp): void {
  expect(answer).toMatchObject({ status, body: { status, code, type: `urn:hyperion:problem:${code}` } });
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(answer.body.detail).toMatch(detail);
}

test('what does not fit a schema is refused as by a broker, and nothing of it is held', async () => {
  const { post, brokers } = await startWorld(2);
  const json = { 'content-type': 'application/json' };
  const cases: [string, unknown, RegExp, Record<string, string>?][] = [
    ['/topics/gpu/messages', { messages: [] }, /body\/messages: .*greater or equal to 1/],
    [
      '/topics/gpu/messages',
      { messages: [{ body: 'a' }, { body: 'a', color: 1 }] },
      /messages\/1\/color: Unexpected/,
    ],
    [
      '/topics/gpu/messages',
      {
        messages: [
          { key: 'a', body: 'a' },
          { key: 'b', body: 5 },
        ],
      },
      /messages\/1\/body: Expected string/,
    ],
    ['/topics/gpu/messages', { messages: Array(1001).fill({ body: '' }) }, /less or equal to 1000/],
    ['/topics/gpu/messages', { messages: [{ body: '', partition: 1024 }] }, /messages\/0\/partition/],
    ['/topics/gpu/messages', '[]', /body: Expected object/, json],
    ['/topics/..%2Fetc/messages', 'a', /params\/topic: Expected string to match/],
    ['/topics/gpu/messages?partition=x', 'a', /querystring\/partition: Expected integer/],
    ['/topics/gpu/messages?key=a&key=b', 'a', /querystring\/key: Expected string/],
    ['/topics/gpu/messages?prio=1', 'a', /querystring\/prio: Unexpected property/],
    ['/topics/gpu/receive', { waitMs: 3_600_000 }, /body\/waitMs: .*less or equal to 20000/],
    ['/topics/gpu/acknowledge', { receipts: ['x'.repeat(129)] }, /body\/receipts\/0/],
    ['/topics/gpu/extend', { receipts: ['a'] }, /visibilityTimeoutMs/],
  ];
  for (const [path, body, detail, headers] of cases) {
    expectProblem(await post(path, body, headers), 400, 'invalid-request', detail);
  }
  expectProblem(await post('/topics/gpu/messages', '{"messages":', json), 400, 'malformed-body', 'JSON');
  expectProblem(await post('/topics/gpu/messages', '', json), 400, 'malformed-body', 'empty');
  expectProblem(
    await post('/topics/gpu/messages', 'a', { 'content-type': 'application/xml' }),
    415,
    'unsupported-media-type',
    'Unsupported Media Type',
  );
  for (const broker of brokers) expect((await broker.get('/topics')).body).toEqual({ topics: [] });
});

test('every route needs the token, but for those of operations', async () => {
  const { proxy } = await startWorld(1);
  for (const url of ['/topics', '/topics/gpu', '/topics/gpu/dead-letters', '/brokers']) {
    expect((await proxy.inject({ url })).json()).toMatchObject({ status: 401, code: 'unauthorized' });
  }
  for (const action of ['messages', 'receive', 'acknowledge', 'reject', 'extend']) {
    const url = `/topics/gpu/${action}`;
    const headers = { authorization: 'Bearer wrong-token' };
    expect((await proxy.inject({ method: 'POST', url, headers })).json()).toMatchObject({
      code: 'unauthorized',
    });
  }
  for (const url of ['/health', '/ready', '/metrics', '/openapi.json']) {
    expect((await proxy.inject({ url })).statusCode).toBe(200);
  }
});

test('what only a broker can know is passed on', async () => {
  const { post, get } = await startWorld(2, {
    broker: { BROKER_MAX_MESSAGE_SIZE: '1KiB', BROKER_MAX_TOPICS: '1' },
  });
  const key = ['a', 'b', 'c', 'd', 'e', 'f'].find((each) => brokerOfKey(each, [0, 1]) === 1) ?? '';
  expectProblem(await post('/topics/gpu/receive', {}), 404, 'unknown-topic', 'no topic gpu');
  expectProblem(await post('/topics/gpu/receive', { waitMs: 20_000 }), 404, 'unknown-topic', 'no topic gpu');
  expectProblem(await get('/topics/gpu'), 404, 'unknown-topic', 'there is no topic gpu');
  expectProblem(await get('/topics/gpu/dead-letters'), 404, 'unknown-topic', 'no topic gpu');
  expectProblem(
    await post('/topics/gpu/acknowledge', { receipts: ['1.0-0-1-a'] }),
    404,
    'unknown-topic',
    'gpu',
  );
  expectProblem(
    await post('/topics/gpu/messages?partition=70', 'a'),
    404,
    'unknown-partition',
    'broker 1, whose partition 0 is 64 here: gpu has the partitions 0 to 3, not 6',
  );
  expectProblem(
    await post('/topics/gpu/messages?partition=700', 'a'),
    404,
    'unknown-partition',
    'partition 700 would be of broker 10, which is not there',
  );
  expectProblem(
    await post('/topics/gpu/messages', { messages: [{ partition: 700, body: '' }] }),
    404,
    'unknown-partition',
    'broker 10',
  );
  expectProblem(await post('/topics/gpu/receive', { partition: 700 }), 404, 'unknown-partition', 'broker 10');
  const large = 'x'.repeat(2000);
  expectProblem(
    await post(`/topics/gpu/messages?key=${key}`, large),
    413,
    'message-too-large',
    '1024 are allowed',
  );
  const half = '{"messages":[{"body":"\\ud800","key":"a"},{"body":"","key":"b"}]}';
  expectProblem(
    await post('/topics/gpu/messages', half, { 'content-type': 'application/json' }),
    400,
    'text-not-unicode',
    'whole Unicode',
  );
  await post('/topics/cpu/messages', 'a');
  await post('/topics/cpu/messages', 'a');
  expectProblem(await post(`/topics/more/messages?key=${key}`, 'a'), 409, 'too-many-topics', '1 topics');
});

test('too many receivers, too many requests, too large bodies', async () => {
  const world = await startWorld(1, { proxy: { PROXY_MAX_RECEIVERS: '1', PROXY_MAX_REQUESTS: '1' } });
  await world.post('/topics/gpu/messages', 'a');
  await world.receive('gpu');
  const waiting = world.post('/topics/gpu/receive', { waitMs: 20_000 });
  await until(async () =>
    String((await world.get('/metrics')).body.text).includes('proxy_waiting_receivers 1'),
  );
  const refused = await world.post('/topics/gpu/receive', {});
  expectProblem(
    refused,
    503,
    'too-many-waiting',
    '1 clients wait for messages already (PROXY_MAX_RECEIVERS)',
  );
  expect(refused.headers['retry-after']).toBe('1');
  // A request whose body does not end holds the one place.
  const slow = request(`${world.url}/topics/gpu/messages`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'text/plain', 'content-length': '10' },
  });
  slow.on('error', () => undefined);
  slow.write('half');
  await until(async () =>
    String((await world.get('/metrics')).body.text).includes('proxy_requests_under_way 1'),
  );
  const full = await world.post('/topics/gpu/messages', 'x');
  expectProblem(full, 503, 'too-many-requests', /^1 requests are under way already .PROXY_MAX_REQUESTS.$/);
  expect(full.headers['retry-after']).toBe('1');
  slow.destroy();
  await until(async () =>
    String((await world.get('/metrics')).body.text).includes('proxy_requests_under_way 0'),
  );
  expect(String((await world.get('/metrics')).body.text)).toContain('proxy_body_memory_used_bytes 0');
  expect(await world.post('/topics/gpu/messages', 'x')).toMatchObject({ status: 202 });
  expect(await waiting).toMatchObject({ status: 200, body: { messages: [{ body: 'x' }] } });
  expectProblem(
    await world.post('/topics/gpu/messages', 'x'.repeat(17 * 1024 * 1024)),
    413,
    'body-too-large',
    'Request body is too large',
  );
});

test('bodies of requests under way have a memory', async () => {
  const world = await startWorld(1, { proxy: { PROXY_BODY_MEMORY: '16MiB' } });
  const slow = request(`${world.url}/topics/gpu/messages`, {
    method: 'POST',
    // Without a length, it may become as large as a body may be.
    headers: {
      authorization: `Bearer ${TOKEN}`,
      'content-type': 'text/plain',
      'transfer-encoding': 'chunked',
    },
  });
  slow.on('error', () => undefined);
  slow.write('half');
  await until(async () =>
    String((await world.get('/metrics')).body.text).includes('proxy_requests_under_way 1'),
  );
  expectProblem(
    await world.post('/topics/gpu/messages', 'x'),
    503,
    'too-many-requests',
    /^bodies of requests under way take 16777216 bytes of 16777216 .PROXY_BODY_MEMORY.$/,
  );
  slow.destroy();
  await until(async () => (await world.post('/topics/gpu/messages', 'x')).status === 202);
});

test('no body and no token is in the log, whatever happens', async () => {
  const { post, log, brokers } = await startWorld(2, { proxy: { LOG_LEVEL: 'debug' } });
  await post('/topics/gpu/messages', 'a confidential body');
  await post('/topics/gpu/messages', { messages: [{ body: 'a confidential body', x: 1 }] });
  await brokers[0]?.stop();
  await post('/topics/gpu/messages', 'a confidential body');
  expect(log.join('')).not.toContain('confidential');
  expect(log.join('')).not.toContain('test-token');
});
