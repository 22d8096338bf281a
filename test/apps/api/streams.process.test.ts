/** Long answers, over real connections: they flow as the client reads, and end whole or not at all. */
import { request, type IncomingMessage } from 'node:http';

import { StoreUnavailable } from '../../../apps/shared/store/telemetry-store';
import { ADMIN_KEY, closeApis, startApi, type Api } from './api-client';
import { MemoryReader } from './memory-reader';
import { longReadings, UTIL } from './readings';

/** Some 25 MB: more than what lies between two ends of a connection. */
const ROWS = 20_000;
const readings = longReadings(ROWS);
const URL = `/v1/samples?metric=${UTIL}&from=2026-01-01T00:00:00Z&to=2026-01-01T01:00:00Z&limit=${ROWS}`;

jest.setTimeout(60_000);
afterEach(closeApis);

async function start(variables: Record<string, string> = {}): Promise<{ api: Api; port: number }> {
  const api = await startApi(variables, { reader: new MemoryReader(readings) });
  return { api, port: await api.listen() };
}

function ask(port: number, format: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request(
      {
        port,
        host: '127.0.0.1',
        path: `${URL}&format=${format}`,
        headers: { 'x-api-key': ADMIN_KEY },
        agent: false,
      },
      resolve,
    )
      .on('error', reject)
      .end();
  });
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const pieces: string[] = [];
  answer.setEncoding('utf8');
  for await (const piece of answer) pieces.push(piece as string);
  return pieces.join('');
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 5));
}

test.each(['json', 'ndjson', 'csv'])('all rows arrive, as %s', async (format) => {
  const { port } = await start();
  const answer = await ask(port, format);
  expect(answer.headers['transfer-encoding']).toBe('chunked');
  const text = await textOf(answer);
  expect(answer.complete).toBe(true);
  if (format === 'json') {
    const { data, end } = JSON.parse(text) as { data: { value: number }[]; end: object };
    expect(end).toEqual({ rows: ROWS, more: false });
    expect(data.every(({ value }, i) => value === i)).toBe(true);
  } else expect(text.split('\n')).toHaveLength(ROWS + 2);
});

test('a client that does not read holds the store back, and is not waited for by its time-out', async () => {
  const { api, port } = await start({ API_QUERY_TIMEOUT: '100ms' });
  const answer = await ask(port, 'ndjson');
  answer.pause();
  let before = -1;
  // Nothing moves any more: what lies between is full.
  while (before !== api.reader.rowsRead || before === 0) {
    before = api.reader.rowsRead;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  expect(before).toBeLessThan(ROWS / 2);
  const text = await textOf(answer);
  expect(answer.complete).toBe(true);
  expect(text.trimEnd().split('\n').at(-1)).toBe(`{"end":{"rows":${ROWS},"more":false}}`);
});

test('a client that goes away stops the query', async () => {
  const { api, port } = await start();
  const answer = await ask(port, 'csv');
  answer.on('error', () => undefined);
  answer.destroy();
  await until(() => api.reader.unfinished === 1);
  expect(api.reader.rowsRead).toBeLessThan(ROWS);
  await until(async () => (await running(api)) === '0');
  const { text } = await api.get('/metrics');
  expect(text).toMatch(/api_queries_total\{family="samples",outcome="(client gone|cut off)"\} 1/);
});

test('a client that goes away before the first row stops the query, too', async () => {
  const { api, port } = await start();
  api.reader.fault = 'hang';
  const going = request({
    port,
    host: '127.0.0.1',
    path: '/v1/devices',
    headers: { 'x-api-key': ADMIN_KEY },
    agent: false,
  });
  going.on('error', () => undefined).end();
  await until(() => api.reader.asked.length === 1);
  going.destroy();
  await until(() => api.reader.aborted === 1);
});

test.each(['json', 'ndjson', 'csv'])(
  'a store that fails in between: the %s is visibly cut off',
  async (format) => {
    const { api, port } = await start();
    api.reader.fault = new StoreUnavailable('it went away', 'server-error');
    api.reader.failAfterRows = 5000;
    const answer = await ask(port, format);
    expect(answer.statusCode).toBe(200);
    await expect(textOf(answer)).rejects.toThrow('aborted');
    expect(answer.complete).toBe(false);
    expect((await api.get('/metrics')).text).toContain(
      'api_queries_total{family="samples",outcome="store-unavailable"} 1',
    );
    expect(await running(api)).toBe('0');
  },
);

test('a store that stalls in between is given up', async () => {
  const { api, port } = await start({ API_QUERY_TIMEOUT: '200ms' });
  api.reader.fault = 'hang';
  api.reader.failAfterRows = 5000;
  const answer = await ask(port, 'ndjson');
  await expect(textOf(answer)).rejects.toThrow('aborted');
  await until(async () => (await running(api)) === '0');
});

test('an answer may not take for ever, however slowly it is read', async () => {
  const { api, port } = await start({ API_ANSWER_TIMEOUT: '1s' });
  const answer = await ask(port, 'ndjson');
  answer.pause();
  await until(() => api.reader.unfinished === 1);
  expect(api.reader.rowsRead).toBeLessThan(ROWS / 2);
  await expect(textOf(answer)).rejects.toThrow('aborted');
});

test('the service stops while an answer is under way: the answer is finished first', async () => {
  const { api, port } = await start();
  const answer = await ask(port, 'ndjson');
  const closing = api.app.close();
  const text = await textOf(answer);
  expect(text.trimEnd().endsWith(`"more":false}}`)).toBe(true);
  await closing;
  expect(api.reader.isClosed).toBe(true);
});

async function running(api: Api): Promise<string | undefined> {
  return /api_queries_running (\d+)/.exec((await api.get('/metrics')).text)?.[1];
}
