/** How often a client may ask, and from which pages. */
import { ADMIN_KEY, closeApis, expectProblem, SERVICE_TOKEN, startApi } from './api-client';

afterEach(closeApis);

test('a key has so many requests a minute, and is told how many are left', async () => {
  const { ask } = await startApi({ API_RATE_LIMIT: '3' });
  for (const left of [2, 1, 0]) {
    const { status, headers } = await ask('GET', '/v1/devices');
    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'ratelimit-limit': '3', 'ratelimit-remaining': String(left) });
    expect(Number(headers['ratelimit-reset'])).toBeGreaterThan(0);
  }
  const refused = await ask('GET', '/v1/devices');
  expectProblem(refused, 429, 'rate-limited', '3 requests a minute of a key are allowed');
  expect(refused.headers['ratelimit-remaining']).toBe('0');
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  // Others are not kept away by it: another key, and a service of the stack.
  for (let i = 0; i < 9; i += 1) {
    expect((await ask('GET', '/v1/devices', { key: SERVICE_TOKEN })).status).toBe(200);
  }
});

test('an address has so many, with whatever key; probes have no limit', async () => {
  const { ask } = await startApi({ API_ADDRESS_RATE_LIMIT: '3' });
  for (const path of ['/v1/devices', '/openapi.json', '/docs/'])
    expect((await ask('GET', path)).status).toBe(200);
  for (const key of [ADMIN_KEY, undefined, 'wrong']) {
    const refused = await ask('GET', '/v1/devices', { key });
    expectProblem(refused, 429, 'rate-limited', '3 requests a minute of an address are allowed');
  }
  for (const path of ['/health', '/ready', '/metrics']) expect((await ask('GET', path)).status).toBe(200);
});

test('wrong keys are limited, right ones from the same address are not', async () => {
  const { ask } = await startApi({ API_FAILURE_RATE_LIMIT: '2' });
  for (const key of ['wrong-1', 'wrong-2']) {
    expectProblem(await ask('GET', '/v1/devices', { key }), 401, 'unauthorized', 'not known');
  }
  const refused = await ask('GET', '/v1/devices', { key: 'wrong-3' });
  expectProblem(refused, 429, 'too-many-failures', '2 wrong keys a minute');
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  expect((await ask('GET', '/v1/devices')).status).toBe(200);
  expect((await ask('GET', '/metrics')).text).toContain('api_wrong_keys_total{reason="unknown"} 3');
});

test('behind a proxy the address is what the proxy says, and not what the client made up', async () => {
  const { ask } = await startApi({ API_ADDRESS_RATE_LIMIT: '1', API_TRUSTED_HOPS: '1' });
  const from = async (forwarded: string): Promise<number> =>
    (await ask('GET', '/v1/devices', { headers: { 'x-forwarded-for': forwarded } })).status;
  expect(await from('192.0.2.1')).toBe(200);
  expect(await from('192.0.2.2')).toBe(200);
  expect(await from('192.0.2.99, 192.0.2.1')).toBe(429);
  expect(await from('2001:db8:1:2::1')).toBe(200);
  expect(await from('2001:db8:1:2:ffff::2')).toBe(429);
  expect(await from('2001:db8:1:3::1')).toBe(200);
  const { ask: direct } = await startApi({ API_ADDRESS_RATE_LIMIT: '1' });
  const headers = { 'x-forwarded-for': '192.0.2.1' };
  expect((await direct('GET', '/v1/devices', { headers })).status).toBe(200);
  expect((await direct('GET', '/v1/devices', { headers: { 'x-forwarded-for': '192.0.2.7' } })).status).toBe(
    429,
  );
});

test('pages of other origins may ask only when they are on the list', async () => {
  const origin = 'https://console.example.com';
  const preflight = {
    origin,
    'access-control-request-method': 'GET',
    'access-control-request-headers': 'x-api-key',
  };
  const none = await startApi();
  expect((await none.get('/v1/devices', { origin })).headers['access-control-allow-origin']).toBeUndefined();
  expect((await none.ask('OPTIONS', '/v1/devices', { key: undefined, headers: preflight })).status).toBe(404);

  const some = await startApi({ API_CORS_ORIGINS: `https://grafana.example.com,${origin}` });
  const answer = await some.ask('OPTIONS', '/v1/devices', { key: undefined, headers: preflight });
  expect(answer.status).toBe(204);
  expect(answer.headers).toMatchObject({
    'access-control-allow-origin': origin,
    'access-control-allow-headers': expect.stringContaining('X-API-Key') as string,
  });
  const { headers } = await some.get('/v1/devices', { origin });
  expect(headers['access-control-allow-origin']).toBe(origin);
  expect(headers['access-control-expose-headers']).toContain('RateLimit-Remaining');
  expect(String(headers.vary)).toMatch(/Origin/);
  expect(String(headers.vary)).toMatch(/Accept/);
  const other = await some.get('/v1/devices', { origin: 'https://evil.example.com' });
  expect(other.headers['access-control-allow-origin']).toBeUndefined();
});
