/** The live stream over real sockets: filters, coming back, gaps, slow clients, the end. */
import { connect, type Socket } from 'node:net';

import { closeAll, eventually, startFake, startStreamer, TOKEN, type TestStreamer } from './streamer-client';

jest.setTimeout(60_000);

const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await closeAll();
});

interface Event {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: { readonly value?: number; readonly missed?: number; readonly reason?: string };
}

interface Listener {
  readonly socket: Socket;
  readonly text: () => string;
  readonly events: () => Event[];
  readonly values: () => (number | undefined)[];
}

async function start(variables: Record<string, string> = {}): Promise<TestStreamer & { port: number }> {
  const queue = await startFake((request, response) => {
    request
      .resume()
      .on('end', () => response.writeHead(202, { 'content-type': 'application/json' }).end('{}'));
  });
  const streamer = await startStreamer({ QUEUE_URL: queue, ...variables });
  const url = await streamer.app.listen({ host: '127.0.0.1', port: 0 });
  return { ...streamer, port: Number(new URL(url).port) };
}

/** The whole ones. */
function eventsOf(text: string): Event[] {
  return text
    .split('\n\n')
    .slice(0, -1)
    .flatMap((block) => {
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (data === undefined) return [];
      const event = /^event: (.*)$/m.exec(block)?.[1] ?? 'message';
      return [{ id: /^id: (.*)$/m.exec(block)?.[1], event, data: JSON.parse(data) as Event['data'] }];
    });
}

/** A client that shows what came over its socket. */
function listen(port: number, path = '/stream', headers: Record<string, string> = {}): Listener {
  let text = '';
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  const lines = Object.entries({ authorization: `Bearer ${TOKEN}`, ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  socket.write(`GET ${path} HTTP/1.1\r\nhost: a\r\n${lines.join('')}\r\n`);
  socket.on('data', (data) => (text += data.toString()));
  socket.on('error', () => undefined);
  const events = (): Event[] => eventsOf(text);
  return { socket, text: () => text, events, values: () => events().map(({ data }) => data.value) };
}

function readings(from: number, to: number, metric = 'm', more = ''): string {
  const list = Array.from({ length: to - from }, (_, i) => {
    const value = from + i;
    return {
      metric,
      timeUs: value,
      value,
      tags: { uuid: `GPU-${value % 2}`, ...(more === '' ? {} : { more }) },
    };
  });
  return JSON.stringify(list);
}

async function open(
  streamer: { port: number },
  path?: string,
  headers?: Record<string, string>,
): Promise<Listener> {
  const client = listen(streamer.port, path, headers);
  await eventually(() => client.text().includes('retry: '));
  return client;
}

test('readings come as they are published, filtered by device and metric', async () => {
  const streamer = await start();
  const all = await open(streamer);
  const one = await open(streamer, '/stream?uuid=GPU-1&metric=m');
  const two = await open(streamer, '/stream?metric=m&metric=n&uuid=GPU-0');
  expect(all.text()).toMatch(/^HTTP\/1\.1 200 OK\r\ncontent-type: text\/event-stream; charset=utf-8/);
  await streamer.post(readings(0, 4));
  await streamer.post(readings(4, 8, 'n'));
  await eventually(() => all.values().length === 8);
  expect(all.values()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  await eventually(() => two.values().length === 4);
  expect(one.values()).toEqual([1, 3]);
  expect(two.values()).toEqual([0, 2, 4, 6]);
  expect(all.events()[0]?.data).toEqual({ metric: 'm', timeUs: 0, value: 0, tags: { uuid: 'GPU-0' } });
  expect(await streamer.metric('streamer_stream_clients')).toBe(3);
  one.socket.destroy();
  await eventually(async () => (await streamer.metric('streamer_stream_clients')) === 2);
});

test('Last-Event-ID goes on behind that event', async () => {
  const streamer = await start();
  const first = await open(streamer);
  await streamer.post(readings(0, 10));
  await eventually(() => first.values().length === 10);
  const id = first.events()[4]?.id ?? '';
  const again = await open(streamer, '/stream', { 'last-event-id': id });
  await streamer.post(readings(10, 12));
  await eventually(() => again.values().length === 7);
  expect(again.values()).toEqual([5, 6, 7, 8, 9, 10, 11]);
});

test('what is not held any more is told by an event', async () => {
  const streamer = await start({ STREAMER_STREAM_EVENTS: '4' });
  const first = await open(streamer);
  await streamer.post(readings(0, 1));
  await eventually(() => first.values().length === 1);
  await streamer.post(readings(1, 10));
  const late = await open(streamer, '/stream', { 'last-event-id': first.events()[0]?.id ?? '' });
  await eventually(() => late.values().length === 5);
  expect(late.events()[0]).toEqual({
    id: undefined,
    event: 'gap',
    data: { reason: 'too long ago', missed: 5 },
  });
  expect(late.values().slice(1)).toEqual([6, 7, 8, 9]);
  for (const id of ['other:3', 'nonsense', `${first.events()[0]?.id ?? ''}00`]) {
    const stranger = await open(streamer, '/stream', { 'last-event-id': id });
    await eventually(() => stranger.values().length === 5);
    expect(stranger.events()[0]).toMatchObject({
      event: 'gap',
      data: { reason: 'the id is not of this process' },
    });
  }
});

test('a slow client is dropped and told so; the others go on', async () => {
  const streamer = await start({ STREAMER_STREAM_SIZE: '4MiB' });
  const slow = await open(streamer);
  const fast = await open(streamer, '/stream?metric=last');
  slow.socket.pause();
  const big = 'x'.repeat(1000);
  await eventually(async () => {
    for (let i = 0; i < 10; i += 1) await streamer.post(readings(0, 1000, 'm', big));
    return (await streamer.metric('streamer_stream_dropped_total')) === 1;
  });
  slow.socket.resume();
  await eventually(() => slow.text().slice(-500).includes('event: dropped'));
  await eventually(() => slow.socket.closed);
  const last = eventsOf(slow.text().slice(-500)).at(-1);
  expect(last).toMatchObject({ event: 'dropped', data: { reason: 'the client is too slow' } });
  expect(last?.data.missed).toBeGreaterThan(0);
  await streamer.post(readings(1, 2, 'last'));
  await eventually(() => fast.values().length === 1);
  expect(await streamer.metric('streamer_stream_clients')).toBe(1);
});

test('there is a limit of clients', async () => {
  const streamer = await start({ STREAMER_STREAM_CLIENTS: '1' });
  await open(streamer);
  const answer = await streamer.get('/stream');
  expect(answer).toMatchObject({
    status: 503,
    body: { code: 'too-many-clients', detail: '1 clients are connected' },
    headers: { 'retry-after': '10' },
  });
});

test('the stop of the service ends the stream with an event', async () => {
  const streamer = await start();
  const client = await open(streamer);
  await streamer.app.close();
  await eventually(() => client.socket.closed);
  expect(client.events()).toEqual([{ id: undefined, event: 'end', data: { reason: 'the service stops' } }]);
});

test('an unknown filter is refused', async () => {
  const streamer = await start();
  expect((await streamer.get('/stream?gpu=1')).body).toMatchObject({
    code: 'invalid-request',
    detail: expect.stringContaining('querystring/gpu: Unexpected property') as string,
  });
});
