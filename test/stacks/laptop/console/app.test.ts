import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import Fastify, { type FastifyInstance } from 'fastify';

import { createConsole } from '../../../../stacks/laptop/console/app';
import { freePorts } from '../../../../stacks/laptop/free-ports';
import { ServiceClient } from '../../../../stacks/laptop/service-client';
import { SERVICE_NAMES, type ServiceDefinition } from '../../../../stacks/laptop/service-definition';
import { ServiceLog } from '../../../../stacks/laptop/service-log';
import { ROOT, until } from '../laptop-fixture';

const ADMIN_KEY = 'not-a-real-admin-key';
const TOKEN = 'not-a-real-token-0123';
const folder = mkdtempSync(join(tmpdir(), 'hyperion-console-'));
const ADMIN_KEY_FILE = join(folder, 'keys.json.first-admin-key');

let console_: FastifyInstance;
let url: string;
let client: ServiceClient;
let log: ServiceLog;
let asked: {
  url: string;
  key: unknown;
  authorization: string | undefined;
  last: string | undefined;
  body: unknown;
}[] = [];
let streamClosed = false;
let reviewsAsked: string[] = [];
const fakes: FastifyInstance[] = [];

/** Plays the API and the streamer; the other services are away. */
async function startFake(port: number): Promise<void> {
  const fake = Fastify();
  fake.addHook('preHandler', (request, _reply, done) => {
    const { authorization, 'last-event-id': last, 'x-api-key': key } = request.headers;
    asked.push({ url: request.url, key, authorization, last: last?.toString(), body: request.body });
    done();
  });
  fake.get('/v1/metrics', () => ({ data: [{ metric: 'DCGM_FI_DEV_GPU_TEMP' }] }));
  fake.get('/v1/windows', (_request, reply) => reply.code(400).send({ code: 'range-too-wide', status: 400 }));
  fake.post('/v1/admin/keys', (_request, reply) =>
    reply.code(201).send({ id: 'x', key: 'made-key', name: 'console', expiresAt: '2030-01-01T00:00:00Z' }),
  );
  fake.get('/stream', (_request, reply) => {
    reply.hijack();
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    reply.raw.write('id: a:1\ndata: {"value":1}\n\n');
    reply.raw.on('close', () => (streamClosed = true));
  });
  await fake.listen({ host: '127.0.0.1', port });
  fakes.push(fake);
}

beforeAll(async () => {
  const ports = await freePorts(SERVICE_NAMES.length);
  const definitions: ServiceDefinition[] = SERVICE_NAMES.map((name, index) => ({
    ...{ name, title: name, environment: {} },
    port: ports[index] ?? 0,
  }));
  for (const name of ['streamer', 'api']) {
    await startFake(definitions.find((each) => each.name === name)?.port ?? 0);
  }
  mkdirSync(join(folder, 'dist', 'small-dev', 'manifests'), { recursive: true });
  writeFileSync(join(folder, 'dist', 'small-dev', 'manifests', '00-x.yaml'), 'kind: Namespace\n');
  mkdirSync(join(folder, 'dist', 'small-prod'));
  writeFileSync(join(folder, 'review.html'), '<!doctype html><p>ü');
  writeFileSync(ADMIN_KEY_FILE, `${ADMIN_KEY}\n`);
  writeFileSync(join(folder, 'secret'), 'not for browsers');
  log = new ServiceLog({ path: join(folder, 'broker.log') });
  log.write(Buffer.from('one\ntwo\n'));
  client = new ServiceClient(definitions, TOKEN);
  console_ = await createConsole({
    root: ROOT,
    outputFolder: join(folder, 'dist'),
    reviews: {
      pageOf: (name) => {
        reviewsAsked.push(name);
        const page = join(folder, 'review.html');
        return name === 'small-dev'
          ? Promise.resolve(page)
          : Promise.reject(new Error('hyperion: it went wrong'));
      },
    },
    adminKeyFile: ADMIN_KEY_FILE,
    definitions,
    services: [{ name: 'broker', log }],
    client,
    sampler: { status: () => ({ services: [] }) as never, history: () => [] },
  });
  url = await console_.listen({ host: '127.0.0.1', port: 0 });
});

beforeEach(() => {
  asked = [];
  reviewsAsked = [];
});

afterAll(async () => {
  await console_.close();
  await client.close();
  for (const fake of fakes) await fake.close();
  log.close();
  rmSync(folder, { recursive: true });
});

test('pages and the charting library are served, with a policy that lets nothing else in', async () => {
  const page = await fetch(`${url}/`);
  expect(page.status).toBe(200);
  expect(page.headers.get('content-type')).toContain('text/html');
  expect(page.headers.get('content-security-policy')).toBe(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  );
  const text = await page.text();
  expect(text).not.toMatch(/https?:\/\//);
  expect((await fetch(`${url}/charts/uPlot.esm.js`)).status).toBe(200);
  expect((await fetch(`${url}/charts/uPlot.d.ts`)).status).toBe(404);
});

test('the API is asked with the token, which the browser does not get', async () => {
  const answer = await fetch(`${url}/api/telemetry/metrics?uuid=GPU-1`);
  expect(await answer.json()).toEqual({ data: [{ metric: 'DCGM_FI_DEV_GPU_TEMP' }] });
  expect(asked).toEqual([
    expect.objectContaining({ url: '/v1/metrics?uuid=GPU-1', authorization: `Bearer ${TOKEN}` }),
  ]);
  expect(JSON.stringify([...answer.headers])).not.toContain(TOKEN);
});

test('what the API refuses is handed on; its admin routes are not', async () => {
  const refused = await fetch(`${url}/api/telemetry/windows?metric=x`);
  expect(refused.status).toBe(400);
  expect(await refused.json()).toEqual({ code: 'range-too-wide', status: 400 });
  expect((await fetch(`${url}/api/telemetry/admin/keys`)).status).toBe(404);
  expect((await fetch(`${url}/api/telemetry/..%2Fadmin%2Fkeys`)).status).toBe(404);
});

test('the live stream passes through, with the last id, and ends when the browser leaves', async () => {
  const leave = new AbortController();
  const answer = await fetch(`${url}/api/live?metric=m`, {
    headers: { 'last-event-id': 'a:0' },
    signal: leave.signal,
  });
  expect(answer.headers.get('content-type')).toContain('text/event-stream');
  const chunk = await answer.body?.getReader().read();
  expect(new TextDecoder().decode(chunk?.value as Uint8Array)).toBe('id: a:1\ndata: {"value":1}\n\n');
  expect(asked).toEqual([expect.objectContaining({ url: '/stream?metric=m', last: 'a:0' })]);
  leave.abort();
  await until('the streamer is left', () => streamClosed);
});

test('a service that is away is a problem with a name, and says when to come again', async () => {
  const answer = await fetch(`${url}/api/dead-letters`);
  expect(answer.status).toBe(502);
  expect(answer.headers.get('retry-after')).toBe('1');
  expect(await answer.json()).toMatchObject({ code: 'service-unavailable', status: 502 });
});

test('a key is made for reading, for a day', async () => {
  const before = Date.now();
  const answer = await fetch(`${url}/api/keys`, { method: 'POST' });
  expect(answer.status).toBe(201);
  expect(await answer.json()).toEqual({
    key: 'made-key',
    name: 'console',
    expiresAt: '2030-01-01T00:00:00Z',
  });
  const { role, expiresAt } = asked[0]?.body as { role: string; expiresAt: string };
  expect(role).toBe('read');
  expect(asked[0]?.key).toBe(ADMIN_KEY);
  expect(Date.parse(expiresAt)).toBeGreaterThanOrEqual(before + 24 * 3_600_000);
  expect(await (await fetch(`${url}/api/access`)).json()).toMatchObject({
    docsUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/docs$/) as string,
    adminKeyFile: ADMIN_KEY_FILE,
  });
});

test('without the first admin key none is made, and it is said why', async () => {
  rmSync(ADMIN_KEY_FILE);
  const answer = await fetch(`${url}/api/keys`, { method: 'POST' });
  expect(answer.status).toBe(409);
  expect(await answer.json()).toMatchObject({
    code: 'no-admin-key',
    detail: `${ADMIN_KEY_FILE} cannot be read; make keys with the admin key that you have`,
  });
  expect(asked).toEqual([]);
});

test('another host’s name, and another site’s page, are refused', async () => {
  const rebound = await console_.inject({ url: '/api/access', headers: { host: 'evil.example.com' } });
  expect(rebound.statusCode).toBe(421);
  expect(rebound.json()).toMatchObject({
    code: 'wrong-host',
    detail: 'open it as http://127.0.0.1 with its port',
  });
  const foreign = await console_.inject({
    method: 'POST',
    url: '/api/keys',
    headers: { host: '127.0.0.1:8080', 'sec-fetch-site': 'cross-site' },
  });
  expect(foreign.statusCode).toBe(421);
  expect(asked).toEqual([]);
});

test('environments are listed and shown as text, and nothing beside them', async () => {
  expect(await (await fetch(`${url}/api/environments`)).json()).toEqual({
    folder: join(folder, 'dist'),
    environments: [
      { name: 'small-dev', files: [{ path: 'manifests/00-x.yaml', bytes: 16 }] },
      { name: 'small-prod', files: [] },
    ],
  });
  const file = await fetch(`${url}/output/small-dev/manifests/00-x.yaml`);
  expect(file.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  expect(await file.text()).toBe('kind: Namespace\n');
  expect((await fetch(`${url}/output/..%2Fsecret`)).status).toBe(404);
});

test('the review page of an environment, with the policy that stands in it', async () => {
  const page = await fetch(`${url}/review/small-dev/`);
  expect(page.status).toBe(200);
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(page.headers.get('content-security-policy')).toBe("frame-ancestors 'none'");
  expect(page.headers.get('x-content-type-options')).toBe('nosniff');
  expect(await page.text()).toBe('<!doctype html><p>ü');
  expect(reviewsAsked).toEqual(['small-dev']);
});

test('a review page that cannot be made says why; of what is no environment none is', async () => {
  const failed = await fetch(`${url}/review/small-prod/`);
  expect(failed.status).toBe(500);
  expect(await failed.json()).toMatchObject({ code: 'no-review', detail: 'hyperion: it went wrong' });
  reviewsAsked = [];
  for (const name of ['smal-dev', '..%2F..', '--help']) {
    expect((await console_.inject(`/review/${name}/`)).statusCode).toBe(404);
  }
  expect(await (await fetch(`${url}/review/smal-dev/`)).json()).toMatchObject({
    code: 'unknown-environment',
    detail: 'known are: small-dev, small-prod',
  });
  expect(reviewsAsked).toEqual([]);
});

test('the last lines of a service', async () => {
  const answer = await fetch(`${url}/api/services/broker/log`);
  expect(await answer.json()).toEqual({ path: join(folder, 'broker.log'), lines: ['one', 'two'] });
  expect((await fetch(`${url}/api/services/none/log`)).status).toBe(404);
});
