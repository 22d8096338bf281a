/** Keys: who may do what, from the first key to the end of one. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { readApiSettings } from '../../../apps/api/config';
import {
  ADMIN_KEY,
  closeApis,
  expectProblem,
  newFolder,
  SERVICE_TOKEN,
  startApi,
  type Api,
  type Asking,
} from './api-client';

afterEach(closeApis);

interface Created {
  readonly id: string;
  readonly key: string;
}

async function createKey(api: Api, of: object): Promise<Created> {
  const { status, body } = await api.ask('POST', '/v1/admin/keys', {
    body: { name: 'a', role: 'read', ...of },
  });
  expect(status).toBe(201);
  return body as unknown as Created;
}

/** Every operation under /v1, as the document has it. */
function operations({ document }: Api): ['GET' | 'POST' | 'DELETE', string][] {
  return Object.entries(document.paths)
    .filter(([path]) => path.startsWith('/v1/'))
    .flatMap(([path, methods]) =>
      Object.keys(methods).map((method): ['GET' | 'POST' | 'DELETE', string] => [
        method.toUpperCase() as 'GET' | 'POST' | 'DELETE',
        path.replace('{id}', 'some-id'),
      ]),
    );
}

test('every route needs a key, and those for keys an admin', async () => {
  const api = await startApi();
  const { key } = await createKey(api, {});
  expect(operations(api)).toHaveLength(11);
  const without: Asking[] = [
    { key: undefined },
    { key: '' },
    { key: 'wrong' },
    { key: `${ADMIN_KEY}x` },
    { key: undefined, headers: { authorization: 'Bearer wrong' } },
    {
      key: undefined,
      headers: { authorization: `Basic ${Buffer.from(`a:${ADMIN_KEY}`).toString('base64')}` },
    },
  ];
  const { ask } = await startApi({ API_FAILURE_RATE_LIMIT: '1000' });
  for (const [method, path] of operations(api)) {
    for (const how of without) {
      const answer = await ask(method, path, how);
      expectProblem(answer, 401, 'unauthorized', 'key');
      expect(answer.headers['www-authenticate']).toBe('Bearer');
    }
    if (path.startsWith('/v1/admin/')) {
      expectProblem(await api.ask(method, path, { key }), 403, 'forbidden', 'the key "a" has read');
    } else expect((await api.ask(method, path, { key })).status).not.toBe(403);
  }
  for (const path of ['/health', '/ready', '/metrics', '/openapi.json', '/docs/']) {
    expect((await ask('GET', path, { key: undefined })).status).toBe(200);
  }
});

test('a key goes into either header; SERVICE_TOKEN may read', async () => {
  const { ask } = await startApi();
  const ways: Record<string, string>[] = [
    { 'x-api-key': ADMIN_KEY },
    { authorization: `Bearer ${ADMIN_KEY}` },
    { authorization: `bearer ${SERVICE_TOKEN}` },
    { 'x-api-key': SERVICE_TOKEN },
  ];
  for (const headers of ways) {
    expect((await ask('GET', '/v1/devices', { key: undefined, headers })).status).toBe(200);
  }
  expectProblem(
    await ask('GET', '/v1/admin/keys', { key: SERVICE_TOKEN }),
    403,
    'forbidden',
    'SERVICE_TOKEN',
  );
  const reader = await startApi({ API_KEY_ROLE: 'read' });
  expectProblem(await reader.ask('GET', '/v1/admin/keys'), 403, 'forbidden', 'API_KEY');
});

test('a key is shown once, and only its hash is kept', async () => {
  const api = await startApi();
  const { key, id } = await createKey(api, { name: 'Grafana ✓', expiresAt: '2200-01-01T00:00:00+01:00' });
  expect(key).toMatch(/^hyp_[\w-]{43}$/);
  const { text } = await api.get('/v1/admin/keys');
  expect(JSON.parse(text)).toMatchObject({
    keys: [{ id, name: 'Grafana ✓', role: 'read', expiresAt: '2199-12-31T23:00:00.000Z' }],
  });
  const file = join(api.folder, 'keys.json');
  for (const kept of [text, readFileSync(file, 'utf8'), api.log.join('')]) {
    expect(kept).not.toContain(key);
    expect(kept).not.toContain(key.slice(4));
  }
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(api.folder)).toEqual(['keys.json']);
});

test('a revoked key is of no use, and says so; it cannot be the one that asks', async () => {
  const api = await startApi();
  const { key, id } = await createKey(api, { role: 'admin' });
  expectProblem(
    await api.ask('DELETE', `/v1/admin/keys/${id}`, { key }),
    409,
    'key-not-revocable',
    'you use',
  );
  expectProblem(await api.ask('DELETE', '/v1/admin/keys/environment'), 409, 'key-not-revocable', 'API_KEY');
  expectProblem(await api.ask('DELETE', '/v1/admin/keys/nobody'), 404, 'unknown-key', 'nobody');
  const revoked = await api.ask('DELETE', `/v1/admin/keys/${id}`);
  expect(revoked.body).toMatchObject({ id, revokedAt: expect.stringMatching(/Z$/) as string });
  expectProblem(await api.ask('GET', '/v1/devices', { key }), 401, 'revoked-key', 'new one');
  expect((await api.ask('DELETE', `/v1/admin/keys/${id}`)).body).toEqual(revoked.body);
  // It outlives a start.
  const again = await startApi({}, { folder: api.folder });
  expectProblem(await again.ask('GET', '/v1/devices', { key }), 401, 'revoked-key', 'new one');
});

test('an expired key says so', async () => {
  const api = await startApi();
  const { key } = await createKey(api, { expiresAt: String(Date.now() + 300) });
  expect((await api.ask('GET', '/v1/devices', { key })).status).toBe(200);
  let answer = await api.ask('GET', '/v1/devices', { key });
  while (answer.status === 200) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    answer = await api.ask('GET', '/v1/devices', { key });
  }
  expectProblem(answer, 401, 'expired-key', 'new one');
});

test('without a key, the first start makes one for an admin, and tells nobody', async () => {
  const folder = newFolder();
  const { log, ask } = await startApi({ API_KEY: '' }, { folder });
  const file = join(folder, 'keys.json.first-admin-key');
  const key = readFileSync(file, 'utf8').trim();
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(log.join('')).toContain('keys.json.first-admin-key');
  expect(log.join('')).not.toContain(key);
  expect((await ask('GET', '/v1/admin/keys', { key })).body).toMatchObject({
    keys: [{ name: 'first admin key', role: 'admin' }],
  });
  rmSync(file);
  const second = await startApi({ API_KEY: '' }, { folder });
  expect(existsSync(file)).toBe(false);
  expect((await second.ask('GET', '/v1/admin/keys', { key })).status).toBe(200);
});

test('a changed file is read again; a broken or missing one changes nothing', async () => {
  const api = await startApi();
  const other = await startApi({}, { folder: api.folder });
  const { key } = await createKey(other, {});
  const statusOf = async (): Promise<number> => (await api.ask('GET', '/v1/devices', { key })).status;
  await until(async () => (await statusOf()) === 200);
  const file = join(api.folder, 'keys.json');
  const good = readFileSync(file, 'utf8');
  for (const [content, fault] of [
    ['{"keys":', 'is no JSON'],
    ['{"keys":[{"id":"a"}]}', '/keys/0/name'],
    [undefined, 'is gone'],
  ] as const) {
    if (content === undefined) rmSync(file);
    else writeFileSync(file, content);
    await until(() => Promise.resolve(api.log.join('').includes(fault)));
    expect(await statusOf()).toBe(200);
  }
  const { keys } = JSON.parse(good) as { keys: object[] };
  const revoked = keys.map((each) => ({ ...each, revokedAt: '2026-01-01T00:00:00Z' }));
  writeFileSync(file, JSON.stringify({ keys: revoked }));
  await until(async () => (await statusOf()) === 401);
});

test('keys that are made at the same time are all there', async () => {
  const api = await startApi();
  const names = Array.from({ length: 20 }, (_, i) => `key ${i}`);
  await Promise.all(names.map((name) => createKey(api, { name })));
  const { keys } = (await api.get('/v1/admin/keys')).body as { keys: { name: string }[] };
  expect(keys.map(({ name }) => name).sort()).toEqual(names.sort());
});

test('a file that cannot be written: nothing changes', async () => {
  const api = await startApi({}, { folder: newFolder() });
  const file = join(api.folder, 'keys.json');
  await createKey(api, {});
  const before = readFileSync(file, 'utf8');
  // A folder stands where the new file would be written first; root may write anything else.
  mkdirSync(`${file}.${process.pid}.new`);
  const answer = await api.ask('POST', '/v1/admin/keys', { body: { name: 'b', role: 'read' } });
  expectProblem(answer, 409, 'keys-not-writable', 'nothing was changed');
  expect(readFileSync(file, 'utf8')).toBe(before);
});

test('a thousand keys are enough; a revoked one makes room', async () => {
  const folder = newFolder();
  const keyOf = (i: number): object => ({
    id: `key-${i}`,
    name: 'a',
    role: 'read',
    sha256: i.toString(16).padStart(64, '0'),
    createdAt: '2026-01-01T00:00:00Z',
  });
  const keys = Array.from({ length: 1000 }, (_, i) => keyOf(i));
  writeFileSync(join(folder, 'keys.json'), JSON.stringify({ keys }));
  chmodSync(join(folder, 'keys.json'), 0o600);
  const api = await startApi({}, { folder });
  const body = { name: 'b', role: 'read' };
  expectProblem(await api.ask('POST', '/v1/admin/keys', { body }), 409, 'too-many-keys', '1000 keys');
  await api.ask('DELETE', '/v1/admin/keys/key-7');
  await createKey(api, body);
  const { keys: left } = (await api.get('/v1/admin/keys')).body as { keys: { id: string }[] };
  expect(left).toHaveLength(1000);
  expect(left.map(({ id }) => id)).not.toContain('key-7');
});

test.each([
  ['is no JSON', '{'],
  ['/keys/0/role', keyFile('2026-01-01T00:00:00Z', 1, 'root')],
  ['2026-99-01T00:00:00Z: no time', keyFile('2026-99-01T00:00:00Z')],
  ['two keys have the id a', keyFile('2026-01-01T00:00:00Z', 2)],
])('a start with a broken file ends: %s', async (fault, content) => {
  const folder = newFolder();
  writeFileSync(join(folder, 'keys.json'), content);
  await expect(startApi({}, { folder })).rejects.toThrow(fault);
});

function keyFile(createdAt: string, times = 1, role = 'read'): string {
  const key = { id: 'a', name: 'a', role, sha256: 'a'.repeat(64), createdAt };
  return JSON.stringify({ keys: Array(times).fill(key) });
}

test('no secret has a default, and one is not another', () => {
  const set: Record<string, string> = { SERVICE_TOKEN, API_KEYS_FILE: 'keys.json', STORE_DATA_DIR: 'store' };
  expect(() => readApiSettings({ ...set, SERVICE_TOKEN: '' })).toThrow(/SERVICE_TOKEN = not set/);
  expect(() => readApiSettings({ ...set, API_KEY: 'short' })).toThrow(/API_KEY = \(not shown\)/);
  expect(() => readApiSettings({ ...set, API_KEY: SERVICE_TOKEN })).toThrow(/must not be SERVICE_TOKEN/);
  expect(() => readApiSettings({ ...set, API_CORS_ORIGINS: '*' })).toThrow(/API_CORS_ORIGINS/);
  expect(() => readApiSettings({ ...set, API_KEZ: 'a' })).toThrow(/API_KEZ = \(not shown\)/);
  expect(readApiSettings(set).API_KEY).toBeUndefined();
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 10));
}
