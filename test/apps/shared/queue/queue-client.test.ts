/** What the client makes of answers that are none, late, broken, or refusals. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { QueueClient, QueueError } from '../../../../apps/shared/queue/queue-client';

let server: Server | undefined;
let client: QueueClient | undefined;

async function against(listener: RequestListener, timeoutMs = 30_000): Promise<QueueClient> {
  const started = createServer(listener);
  server = started;
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  const { port } = started.address() as AddressInfo;
  client = new QueueClient({ url: `http://127.0.0.1:${port}`, token: 'token', timeoutMs, connections: 2 });
  return client;
}

afterEach(async () => {
  await client?.close();
  server?.closeAllConnections();
  server?.close();
});

function answer(status: number, body: unknown, headers: Record<string, string> = {}): RequestListener {
  return (request, reply) => {
    request.resume();
    reply.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

async function errorOf(work: Promise<unknown>): Promise<QueueError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof QueueError)) throw new Error(`no QueueError: ${String(error)}`);
  return error;
}

const publish = (to: QueueClient, signal?: AbortSignal): Promise<void> =>
  to.publish('t', [{ key: 'k', body: 'b' }], signal);

test('a batch goes out with the token, as the broker wants it', async () => {
  const seen: unknown[] = [];
  const queue = await against((request, reply) => {
    let body = '';
    request.on('data', (part) => (body += String(part)));
    request.on('end', () => {
      seen.push([request.method, request.url, request.headers.authorization, JSON.parse(body)]);
      reply.writeHead(202).end('{"accepted":1,"ranges":[]}');
    });
  });
  await publish(queue);
  expect(seen).toEqual([
    ['POST', '/topics/t/messages', 'Bearer token', { messages: [{ key: 'k', body: 'b' }] }],
  ]);
});

test('a refusal says what the queue said, and when to come back', async () => {
  const refusal = { code: 'disk-full', detail: 'no room' };
  const queue = await against(answer(503, refusal, { 'retry-after': '5' }));
  const error = await errorOf(publish(queue));
  expect(error).toMatchObject({ status: 503, code: 'disk-full', retryAfterMs: 5000, isTemporary: true });
  expect(error.message).toBe('POST /topics/t/messages: 503 disk-full: no room');
});

test.each([
  [400, false],
  [401, false],
  [404, false],
  [408, true],
  [413, false],
  [429, true],
  [500, true],
  [503, true],
])('%i: whether it may do later is %p', async (status, isTemporary) => {
  const queue = await against(answer(status, { code: 'any' }));
  expect((await errorOf(publish(queue))).isTemporary).toBe(isTemporary);
});

test('an answer that is no JSON is no answer of a queue, whatever its status', async () => {
  const queue = await against(answer(200, '<html>'));
  expect((await errorOf(publish(queue))).message).toBe('POST /topics/t/messages: 200 no-problem-details');
});

test('stale receipts are given back, not thrown', async () => {
  const queue = await against(answer(409, { code: 'stale-receipt', stale: ['b'], done: 1 }));
  expect(await queue.acknowledge('t', ['a', 'b'])).toEqual(['b']);
  expect(await queue.reject('t', ['a', 'b'], { reason: 'r', deadLetter: true })).toEqual(['b']);
  expect(await queue.extend('t', ['a', 'b'], 1000)).toEqual(['b']);
});

test('a queue that never answers is given up after the time-out', async () => {
  const queue = await against(() => undefined, 100);
  const error = await errorOf(publish(queue));
  expect(error).toMatchObject({ status: undefined, code: 'no-answer', isTemporary: true });
  expect(error.message).toBe('POST /topics/t/messages: no answer within 100 ms');
});

test('an answer that stops in the middle is given up too', async () => {
  const queue = await against((request, reply) => {
    request.resume();
    reply.writeHead(200, { 'content-length': '100' }).write('{"mess');
  }, 100);
  expect((await errorOf(queue.receive('t', { maxMessages: 1, waitMs: 0 }))).code).toBe('no-answer');
});

test('whoever calls may end it: then it is no error of the queue', async () => {
  const queue = await against(() => undefined);
  const controller = new AbortController();
  const call = publish(queue, controller.signal);
  controller.abort(new Error('the service stops'));
  await expect(call).rejects.toThrow('the service stops');
  await expect(publish(queue, controller.signal)).rejects.toThrow('the service stops');
});
