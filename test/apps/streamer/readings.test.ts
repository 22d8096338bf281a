/** POST /readings: what is taken, what is refused and how, and that a 202 is never too early. */
import {
  closeAll,
  dcgmRow,
  dcgmRows,
  eventually,
  HEADER,
  numbers,
  startBroker,
  startFake,
  startStreamer,
  TOKEN,
  valuesOf,
  type Answer,
} from './streamer-client';

jest.setTimeout(60_000);

afterEach(closeAll);

const reading = (value: number, more: object = {}): object => ({
  metric: 'm',
  timeUs: 1_752_871_354_123_456,
  value,
  tags: { uuid: 'GPU-1' },
  ...more,
});

function expectProblem(answer: Answer, status: number, code: string, detail: string | RegExp): void {
  expect(answer.body).toMatchObject({ status, code, type: `urn:hyperion:problem:${code}` });
  expect(answer.status).toBe(status);
  expect(answer.body.detail).toMatch(detail);
}

test.each<[string, string, string]>([
  ['an array', JSON.stringify([reading(0), reading(1)]), 'application/json'],
  ['an object of readings', JSON.stringify({ readings: [reading(0), reading(1)] }), 'application/json'],
  ['NDJSON', `${JSON.stringify(reading(0))}\n\n${JSON.stringify(reading(1))}\n`, 'application/x-ndjson'],
  ['CSV', HEADER + dcgmRows(0, 2), 'text/csv; charset=utf-8'],
])('%s: 202, and the queue holds all of them', async (_name, body, type) => {
  const broker = await startBroker();
  const streamer = await startStreamer({ QUEUE_URL: broker.url });
  const answer = await streamer.post(body, type);
  expect(answer).toMatchObject({ status: 202, body: { accepted: 2, rejected: 0, problems: [] } });
  expect(valuesOf(await broker.drain())).toEqual([0, 1]);
  expect(await streamer.metric('streamer_rows_total{source="http",outcome="published"}')).toBe(2);
});

test('more than one batch', async () => {
  const broker = await startBroker();
  const streamer = await startStreamer({ QUEUE_URL: broker.url });
  expect(await streamer.post(HEADER + dcgmRows(0, 2500), 'text/csv')).toMatchObject({
    body: { accepted: 2500 },
  });
  expect(valuesOf(await broker.drain())).toEqual(numbers(0, 2500));
});

test('a time for people', async () => {
  const broker = await startBroker();
  const streamer = await startStreamer({ QUEUE_URL: broker.url });
  const time = '2025-07-18T22:42:34.123456+02:00';
  await streamer.post(JSON.stringify([reading(1, { timeUs: undefined, time })]));
  expect(await broker.drain()).toEqual([reading(1)]);
});

test('bad rows come back with line and reason, the good ones are published', async () => {
  const broker = await startBroker();
  const streamer = await startStreamer({ QUEUE_URL: broker.url });
  const bad = [
    [{ value: 'x' }, 'value: a finite number'],
    [{ timeUs: 1.5 }, 'timeUs: whole microseconds since 1970'],
    [{ time: 'now', timeUs: undefined }, 'time: is no time (rfc3339) between 1970 and 2255'],
    [{ time: '2025-07-18T20:42:34Z' }, 'time: there is timeUs already'],
    [{ tags: { uuid: '' } }, 'tags.uuid: a text of 1 to 1024 characters'],
    [{ tags: { uuid: '\ud800' } }, 'tags.uuid: half of a surrogate pair stands alone'],
    [{ metric: '1' }, 'metric: letters, digits, _ : . are allowed'],
    [{ color: 'red' }, 'color: is no field of a reading; there are metric, timeUs, time, value, tags'],
  ] as const;
  const list = [reading(0), ...bad.map(([more]) => reading(5, more)), 5, null, reading(1)];
  const answer = await streamer.post(JSON.stringify(list));
  expect(answer).toMatchObject({ status: 202, body: { accepted: 2, rejected: 10 } });
  expect(answer.body.problems).toEqual([
    ...bad.map(([, reason], i) => ({ line: i + 2, reason })),
    { line: 10, reason: 'is no object' },
    { line: 11, reason: 'is no object' },
  ]);
  expect(valuesOf(await broker.drain())).toEqual([0, 1]);

  const lines = `${JSON.stringify(reading(0))}\n{"metric":\n`;
  expect((await streamer.post(lines, 'application/x-ndjson')).body).toMatchObject({
    accepted: 1,
    problems: [{ line: 2, reason: expect.stringMatching(/^is no JSON: /) as string }],
  });
  const csv = HEADER + dcgmRow(0) + 'a"b\n' + dcgmRow(1, { value: '' }) + dcgmRow(2);
  expect((await streamer.post(csv, 'text/csv')).body).toEqual({
    accepted: 2,
    rejected: 2,
    problems: [
      { line: 3, reason: 'has a quote within cell 1, but none around it' },
      { line: 4, reason: 'value: "" is no finite number' },
    ],
  });
});

test('of very many bad rows the first hundred are listed, and all are counted', async () => {
  const broker = await startBroker();
  const streamer = await startStreamer({ QUEUE_URL: broker.url });
  const { body } = await streamer.post(JSON.stringify([...Array<number>(500).fill(1), reading(0)]));
  expect(body).toMatchObject({ accepted: 1, rejected: 500 });
  expect(body.problems).toHaveLength(100);
});

test.each<[string, string, string, number, string, RegExp]>([
  ['no JSON', '{"a"', 'application/json', 400, 'malformed-body', /^the body is no JSON: /],
  ['another shape', '{"a":1}', 'application/json', 400, 'malformed-body', /neither an array of readings nor/],
  ['an empty array', '[]', 'application/json', 400, 'no-readings', /^the body is empty/],
  ['only bad ones', '[1]', 'application/json', 400, 'no-readings', /^none of 1 rows is a reading/],
  [
    'CSV of other columns',
    'a,b\n1,2\n',
    'text/csv',
    400,
    'malformed-body',
    /^the header does not fit: there is no column "timestamp"/,
  ],
  [
    'CSV with a broken header',
    '"a"b\n',
    'text/csv',
    400,
    'malformed-body',
    /^the header has something behind/,
  ],
  ['an unknown type', '<a/>', 'text/xml', 415, 'unsupported-media-type', /^Unsupported Media Type$/],
  ['plain text', 'a', 'text/plain', 415, 'unsupported-media-type', /^Unsupported Media Type$/],
  [
    'too many',
    `[${Array<string>(20_001)
      .fill(JSON.stringify(reading(1)))
      .join(',')}]`,
    'application/json',
    413,
    'too-many-readings',
    /^20001 readings, 20000 are allowed/,
  ],
  ['too large', 'x'.repeat(8 * 1024 * 1024 + 1), 'text/csv', 413, 'body-too-large', /large/],
])('%s is refused', async (_name, body, type, status, code, detail) => {
  const streamer = await startStreamer({ QUEUE_URL: 'http://127.0.0.1:9' });
  expectProblem(await streamer.post(body, type), status, code, detail);
});

test('every route needs the token', async () => {
  const streamer = await startStreamer({ QUEUE_URL: 'http://127.0.0.1:9' });
  for (const [method, url] of [
    ['POST', '/readings'],
    ['GET', '/stream'],
    ['GET', '/sources'],
  ] as const) {
    for (const headers of [{}, { authorization: 'Bearer wrong-token-0123456' }]) {
      const answer = await streamer.app.inject({ method, url, headers });
      expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([401, 'unauthorized']);
    }
  }
  expect(streamer.log.join('')).not.toContain(TOKEN);
});

test('the queue is full: two attempts, then 503 with Retry-After', async () => {
  let attempts = 0;
  const url = await startFake((request, response) => {
    attempts += 1;
    request.resume();
    response.writeHead(503, { 'content-type': 'application/json' });
    response.end('{"code":"disk-full","detail":"no room"}');
  });
  const streamer = await startStreamer({ QUEUE_URL: url });
  const answer = await streamer.post(JSON.stringify([reading(0)]));
  expectProblem(answer, 503, 'queue-unavailable', /^0 of 1 readings are held: .*503 disk-full: no room/);
  expect(answer.headers['retry-after']).toBe('5');
  expect(attempts).toBe(2);
  expect(await streamer.metric('streamer_attempts_exhausted_total{source="http"}')).toBe(1);
});

test('the queue is away: 503', async () => {
  const streamer = await startStreamer({ QUEUE_URL: 'http://127.0.0.1:9' });
  expectProblem(
    await streamer.post(JSON.stringify([reading(0)])),
    503,
    'queue-unavailable',
    /0 of 1 .*(ECONNREFUSED|bad port)/,
  );
});

test('no 202 before the queue has answered, and too many requests at a time are refused', async () => {
  const waiting: (() => void)[] = [];
  const url = await startFake((request, response) => {
    request.resume().on('end', () =>
      waiting.push(() => {
        response.writeHead(202, { 'content-type': 'application/json' }).end('{}');
      }),
    );
  });
  const streamer = await startStreamer({ QUEUE_URL: url });
  const body = JSON.stringify([reading(0)]);
  let answered = 0;
  const answers = numbers(0, 8).map(() => streamer.post(body).finally(() => (answered += 1)));
  await eventually(() => waiting.length === 8);
  expect(answered).toBe(0);
  const refused = await streamer.post(body);
  expectProblem(refused, 503, 'too-busy', '8 requests are under way');
  expect(refused.headers['retry-after']).toBe('1');
  for (const answer of waiting.splice(0)) answer();
  for (const { status } of await Promise.all(answers)) expect(status).toBe(202);
  const last = streamer.post(body);
  await eventually(() => waiting.length === 1);
  waiting[0]?.();
  expect((await last).status).toBe(202);
});

test('the OpenAPI document names every route and problem', async () => {
  const streamer = await startStreamer({ QUEUE_URL: 'http://127.0.0.1:9' });
  const { body } = await streamer.get('/openapi.json');
  const paths = body.paths as Record<
    string,
    { post?: { responses: object; requestBody: { content: object } } }
  >;
  expect(Object.keys(paths).sort()).toEqual([
    '/health',
    '/metrics',
    '/readings',
    '/ready',
    '/sources',
    '/stream',
  ]);
  expect(Object.keys(paths['/readings']?.post?.responses ?? {})).toEqual([
    '202',
    '400',
    '401',
    '413',
    '415',
    '500',
    '503',
  ]);
  expect(Object.keys(paths['/readings']?.post?.requestBody.content ?? {})).toEqual([
    'application/json',
    'application/x-ndjson',
    'text/csv',
  ]);
});
