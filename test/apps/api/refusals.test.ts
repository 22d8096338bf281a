/** Every problem that the API may answer with. */
import { StoreUnavailable } from '../../../apps/shared/store/telemetry-store';
import { ADMIN_KEY, closeApis, expectProblem, SERVICE_TOKEN, startApi } from './api-client';
import { UTIL } from './readings';

afterEach(closeApis);

const RANGE = 'from=2026-01-01T00:00:00Z&to=2026-01-01T00:10:00Z';
const SAMPLES = `/v1/samples?metric=${UTIL}&${RANGE}`;

test.each<[string, string, string, RegExp]>([
  ['no metric', `/v1/samples?${RANGE}`, 'invalid-request', /querystring\/metric: Expected required/],
  ['an unknown parameter', '/v1/devices?color=1', 'invalid-request', /querystring\/color: Unexpected/],
  ['a metric that is none', `/v1/count?${RANGE}&metric=a%20b`, 'invalid-request', /querystring\/metric/],
  ['a limit of nothing', '/v1/latest?limit=0', 'invalid-request', /greater or equal to 1/],
  ['a limit without end', '/v1/latest?limit=99999999', 'invalid-request', /less or equal to 10000/],
  ['a time that is none', '/v1/count?from=yesterday', 'invalid-request', /querystring\/from/],
  ['seconds since 1970', '/v1/count?from=1767225600', 'invalid-request', /querystring\/from/],
  ['a day that there is not', '/v1/count?from=2026-02-30T00:00:00Z', 'invalid-time', /from=2026-02-30/],
  ['a time after all times', `/v1/count?from=-1h&to=9999-01-01T00:00:00Z`, 'invalid-time', /to=9999/],
  ['a range that ends first', '/v1/count?from=-1h&to=-2h', 'empty-range', /has to be before/],
  ['a range of nothing', '/v1/count?from=1767225600000&to=1767225600000', 'empty-range', /has to be before/],
  ['a range too wide', '/v1/count?from=-40d', 'range-too-wide', /2764800 s are allowed \(API_MAX_RANGE\)/],
  [
    'a window of no length',
    `/v1/windows?metric=${UTIL}&${RANGE}&window=0s`,
    'invalid-request',
    /querystring\/window/,
  ],
  [
    'windows too small',
    `/v1/windows?metric=${UTIL}&${RANGE}&window=10s`,
    'too-many-points',
    /60 windows of 2 devices or more are over 100 points/,
  ],
  [
    'windows too small for the devices that were named',
    `/v1/windows?metric=${UTIL}&${RANGE}&window=10s&uuid=a&uuid=b`,
    'too-many-points',
    /60 windows of 2 devices/,
  ],
  [
    'an unknown aggregate',
    `/v1/top?metric=${UTIL}&${RANGE}&aggregate=p42`,
    'unknown-aggregate',
    /known are mean/,
  ],
  ['an unknown order', `/v1/top?metric=${UTIL}&${RANGE}&order=up`, 'invalid-request', /querystring\/order/],
  [
    'an unknown format',
    '/v1/devices?format=xml',
    'unknown-format',
    /format=xml: known are json, csv, ndjson/,
  ],
  ['a cursor that is none', `${SAMPLES}&cursor=bm9uZQ`, 'invalid-cursor', /give "next"/],
  ['a control character', '/v1/devices?hostname=a%00', 'invalid-request', /querystring\/hostname/],
])('%s', async (_what, url, code, detail) => {
  const { get } = await startApi({ API_MAX_RANGE: '768h', API_MAX_POINTS: '100' });
  expectProblem(await get(url), 400, code, detail);
});

test('a cursor is bound to its query, and cannot be changed', async () => {
  const { get } = await startApi();
  const { next } = (await get(`${SAMPLES}&limit=3`)).body.end as { next: string };
  expect((await get(`${SAMPLES}&limit=9&cursor=${next}`)).status).toBe(200);
  const others = [
    `${SAMPLES}&uuid=GPU-a&cursor=${next}`,
    `/v1/devices?cursor=${next}`,
    `${SAMPLES}&cursor=${next}A`,
    `${SAMPLES}&cursor=${next}!`,
    ...Array.from(next).map((letter, index) => {
      const changed = next.slice(0, index) + (letter === 'A' ? 'B' : 'A') + next.slice(index + 1);
      return `${SAMPLES}&cursor=${changed}`;
    }),
  ];
  for (const url of others) expectProblem(await get(url), 400, 'invalid-cursor', 'next');
});

test('a format that is not offered', async () => {
  const { get } = await startApi();
  expectProblem(await get('/v1/devices', { accept: 'image/png' }), 406, 'not-acceptable', 'text/csv');
});

test('a body that cannot be read, or is too large', async () => {
  const { ask } = await startApi({ API_BODY_SIZE: '1KiB' });
  const post = (body: unknown, contentType = 'application/json') =>
    ask('POST', '/v1/admin/keys', { body, headers: { 'content-type': contentType } });
  expectProblem(await post('{"name":'), 400, 'malformed-body', 'JSON');
  expectProblem(await post(''), 400, 'malformed-body', 'empty');
  expectProblem(await post('name=a', 'text/csv'), 415, 'unsupported-media-type', 'Media Type');
  expectProblem(await post({ name: 'x'.repeat(2000), role: 'read' }), 413, 'body-too-large', 'too large');
  expectProblem(await post({ name: 'a', role: 'root' }), 400, 'invalid-request', 'body/role');
  expectProblem(await post({ name: 'a', role: 'read', expiresAt: '-1h' }), 400, 'invalid-expiry', 'future');
  expectProblem(await post({ name: 'a', role: 'read', sha256: 'a' }), 400, 'invalid-request', 'body/sha256');
});

test('what is not there', async () => {
  const { get } = await startApi();
  expectProblem(await get('/v1/nothing'), 404, 'unknown-route', 'GET /v1/nothing');
});

test.each([
  ['refused', 503, 'store-unavailable', '5'],
  ['unauthorized', 503, 'store-unavailable', '5'],
  ['timeout', 504, 'query-timeout', undefined],
] as const)('a store that is %s: %d', async (kind, status, code, retryAfter) => {
  const { get, reader, log } = await startApi();
  reader.fault = new StoreUnavailable('connect to db.internal.example.com failed', kind);
  for (const path of [
    '/v1/devices',
    '/v1/metrics',
    '/v1/latest',
    SAMPLES,
    `/v1/windows?metric=${UTIL}&${RANGE}&window=1m&uuid=a`,
    `/v1/top?metric=${UTIL}&${RANGE}`,
    `/v1/gaps?metric=${UTIL}&${RANGE}&longerThan=1m`,
    `/v1/count?${RANGE}`,
  ]) {
    const answer = await get(path);
    expectProblem(answer, status, code, 'the store');
    expect(answer.headers['retry-after']).toBe(retryAfter);
    // The log says more than the client is told.
    expect(answer.text).not.toContain('db.internal');
  }
  expect(log.join('')).toContain('db.internal.example.com');
});

test('a store that says when to come back', async () => {
  const { get, reader } = await startApi();
  reader.fault = new StoreUnavailable('slow down', 'rate-limited', 12_300);
  expect((await get('/v1/devices')).headers['retry-after']).toBe('13');
});

test('a mistake of ours is told to nobody', async () => {
  const { get, reader, log } = await startApi();
  reader.fault = new Error('a detail that is nobody else’s business');
  expectProblem(await get('/v1/devices'), 500, 'internal-error', 'the log');
  expect(log.join('')).toContain('nobody else’s business');
});

test('a query that takes too long: the client is told, and the store to stop', async () => {
  const { get, reader } = await startApi({ API_QUERY_TIMEOUT: '100ms' });
  reader.fault = 'hang';
  expectProblem(await get('/v1/devices'), 504, 'query-timeout', '100 ms (API_QUERY_TIMEOUT)');
  expectProblem(await get(SAMPLES), 504, 'query-timeout', '100 ms');
  expect(reader.aborted).toBe(2);
  reader.fault = undefined;
  expect((await get('/v1/devices')).status).toBe(200);
});

test('only so many queries at a time', async () => {
  const { get, reader } = await startApi({ API_MAX_QUERIES: '2', API_QUERY_TIMEOUT: '1s' });
  reader.fault = 'hang';
  const waiting = [get('/v1/devices'), get('/v1/metrics')];
  while (reader.asked.length < 2) await new Promise(setImmediate);
  const refused = await get('/v1/latest');
  expectProblem(refused, 503, 'too-many-queries', '2 queries are under way');
  expect(refused.headers['retry-after']).toBe('1');
  await Promise.all(waiting);
  reader.fault = undefined;
  expect((await get('/v1/latest')).status).toBe(200);
  const { text } = await get('/metrics');
  expect(text).toContain('api_queries_total{family="latest",outcome="refused"} 1');
  expect(text).toContain('api_queries_total{family="devices",outcome="query-timeout"} 1');
  expect(text).toContain('api_queries_running 0');
});

test('ready only while the store answers', async () => {
  const { app, reader } = await startApi();
  expect((await app.inject('/ready')).statusCode).toBe(200);
  expect((await app.inject('/health')).json()).toEqual({ status: 'ok', reasons: [] });
  await closeApis();
  expect(reader.isClosed).toBe(true);
  const away = new StoreUnavailable('it is away', 'refused');
  reader.fault = away;
  const second = await startApi({}, { reader });
  const answer = await second.app.inject('/ready');
  expect(answer.statusCode).toBe(503);
  expect(answer.json()).toEqual({ status: 'not ready', reasons: ['the store: it is away'] });
});

test('no key is in the log, whatever happens', async () => {
  const { ask, get, log, reader } = await startApi({ LOG_LEVEL: 'debug' });
  const created = await ask('POST', '/v1/admin/keys', { body: { name: 'a', role: 'read' } });
  reader.fault = new Error('a mistake');
  await get('/v1/devices');
  await ask('GET', '/v1/devices', { key: 'a-wrong-key' });
  for (const secret of [created.body.key as string, ADMIN_KEY, SERVICE_TOKEN, 'a-wrong-key']) {
    expect(log.join('')).not.toContain(secret);
  }
});
