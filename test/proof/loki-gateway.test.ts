/** Loki's gateway: the rendered configuration in a real nginx, before two servers that note what they are asked. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Size } from 'cdk8s';
import { External } from '../../constructs/core/party';
import { SecretRef } from '../../constructs/core/secrets';
import { LokiGateway, type LokiGatewayProps } from '../../constructs/route/loki-gateway';
import { testPlatform } from '../constructs/core/fixture';
import { proof } from '../tools/proof';
import { freePort } from './free-port';
import { GatewayProcess } from './gateway/gateway-process';

jest.setTimeout(60_000);

const LOKI = { port: 3100, protocol: 'loki-http', name: 'http' } as const;

function rendered(more: Partial<LokiGatewayProps> = {}): string {
  const platform = testPlatform();
  const loki = new External(platform, 'loki', {
    description: 'Loki',
    cidrs: ['10.0.0.0/8'],
    host: 'loki.test',
  });
  const gateway = new LokiGateway(platform, 'loki-gateway', {
    namespace: 'test',
    loki: {
      push: loki.listen({ ...LOKI, signals: ['logs'], access: 'write', path: '/loki/api/v1/push' }),
      query: loki.listen({ ...LOKI, signals: ['queries'], access: 'read' }),
    },
    load: { eventsPerSecond: 1, bytesPerSecond: 1 },
    ...more,
  });
  return gateway.configs[0]?.files[0]?.text ?? '';
}

proof(['nginx'], "Loki's gateway [substitute: nginx 1.22.1 for 1.30.4]", () => {
  const asked: { by: string; request: IncomingMessage }[] = [];
  const servers: Server[] = [];
  const gateways: GatewayProcess[] = [];
  let port: number;

  beforeAll(async () => {
    port = await freePort();
    for (const address of ['127.0.0.1', '127.0.0.2']) {
      const server = createServer((request, response) => {
        asked.push({ by: address, request });
        request.resume().on('end', () => response.writeHead(200).end('loki'));
      });
      server.listen(port, address);
      await once(server, 'listening');
      servers.push(server);
    }
  });
  beforeEach(() => asked.splice(0));
  afterEach(async () => {
    for (const gateway of gateways.splice(0)) await gateway.stop();
  });
  afterAll(() => {
    for (const server of servers) server.close();
  });

  const start = async (
    more: Partial<LokiGatewayProps> = {},
    addresses: readonly string[] = ['127.0.0.1', '127.0.0.2'],
    users?: string,
  ): Promise<GatewayProcess> => {
    const gateway = await GatewayProcess.start({
      config: rendered(more),
      loki: { port, addresses },
      ...(users === undefined ? {} : { users }),
    });
    gateways.push(gateway);
    return gateway;
  };
  const status = async (url: string, init?: RequestInit): Promise<number> => (await fetch(url, init)).status;
  const push = { method: 'POST', body: '{}' };

  test('lets through what is written and read, and nothing else', async () => {
    const { url } = await start();
    const read = [
      'query?query=up',
      'query_range',
      'labels',
      'label/app/values',
      'series',
      'index/stats',
      'index/volume_range',
      'patterns',
      'detected_fields',
      'detected_field/level/values',
      'status/buildinfo',
      'rules',
    ];
    for (const path of read) expect([path, await status(`${url}/loki/api/v1/${path}`)]).toEqual([path, 200]);
    expect(await status(`${url}/loki/api/v1/push`, push)).toBe(200);
    expect(await status(`${url}/ready`)).toBe(200);
    const let1 = asked.length;
    for (const path of ['loki/api/v1/delete?query={}', 'flush', 'ingester/shutdown', 'config', 'metrics', ''])
      expect([path, await status(`${url}/${path}`, { method: 'POST' })]).toEqual([path, 404]);
    expect(await status(`${url}/loki/api/v1/push`)).toBe(403);
    expect(await status(`${url}/loki/api/v1/rules/team`, push)).toBe(403);
    expect(asked).toHaveLength(let1);
  });

  test('spreads requests over the pods that DNS names', async () => {
    const { url } = await start({ queries: { perSecond: 100, burst: 100 } });
    for (let i = 0; i < 60; i += 1) await status(`${url}/loki/api/v1/labels`);
    // Each request begins with either, by chance: fewer than ten of sixty is one case in twenty million.
    for (const address of ['127.0.0.1', '127.0.0.2'])
      expect(asked.filter(({ by }) => by === address).length).toBeGreaterThanOrEqual(10);
    expect(asked).toHaveLength(60);
  });

  test('asks the next pod when one is away, also with a push', async () => {
    const { url } = await start({}, ['127.0.0.3', '127.0.0.1']);
    for (let i = 0; i < 6; i += 1) expect(await status(`${url}/loki/api/v1/push`, push)).toBe(200);
    expect(asked).toHaveLength(6);
  });

  test('refuses a push that is too large', async () => {
    const { url } = await start({ maxPush: Size.mebibytes(1) });
    const body = 'x'.repeat(1024 ** 2 + 1);
    expect(await status(`${url}/loki/api/v1/push`, { method: 'POST', body })).toBe(413);
    expect(await status(`${url}/loki/api/v1/push`, { method: 'POST', body: body.slice(2) })).toBe(200);
  });

  test('holds a client to its rate: pushes and queries each by themselves', async () => {
    const { url } = await start({ pushes: { perSecond: 1, burst: 3 }, queries: { perSecond: 1, burst: 1 } });
    const statuses = async (send: () => Promise<number>) =>
      (await Promise.all(Array.from({ length: 10 }, send))).sort();
    expect(await statuses(() => status(`${url}/loki/api/v1/push`, push))).toEqual([
      ...Array<number>(4).fill(200),
      ...Array<number>(6).fill(429),
    ]);
    expect(await statuses(() => status(`${url}/loki/api/v1/labels`))).toEqual([
      ...Array<number>(2).fill(200),
      ...Array<number>(8).fill(429),
    ]);
  });

  test('asks for a password where one is wanted, and does not pass it on', async () => {
    const htpasswd = SecretRef.named('loki-users');
    // As `htpasswd -s` writes it: the SHA-1 of "obviously-not-a-secret".
    const hash = Buffer.from(
      await crypto.subtle.digest('SHA-1', Buffer.from('obviously-not-a-secret')),
    ).toString('base64');
    const { url } = await start(
      { users: { htpasswd, passwords: [SecretRef.named('alloy-password')] } },
      ['127.0.0.1'],
      `alloy:{SHA}${hash}\n`,
    );
    const as = (password: string) => ({
      ...push,
      headers: { authorization: `Basic ${Buffer.from(`alloy:${password}`).toString('base64')}` },
    });
    expect(await status(`${url}/loki/api/v1/push`, push)).toBe(401);
    expect(await status(`${url}/loki/api/v1/push`, as('guessed'))).toBe(401);
    expect(await status(`${url}/loki/api/v1/labels`)).toBe(401);
    expect(asked).toHaveLength(0);
    expect(await status(`${url}/loki/api/v1/push`, as('obviously-not-a-secret'))).toBe(200);
    expect(asked[0]?.request.headers.authorization).toBeUndefined();
    expect(await status(`${url}/ready`)).toBe(200);
  });

  test('logs paths without parameters, no header, and no push that went well', async () => {
    const gateway = await start();
    await status(`${gateway.url}/loki/api/v1/query?query=${encodeURIComponent('{app="shop"} |= "4711"')}`, {
      headers: { authorization: 'Bearer obviously-not-a-secret' },
    });
    await status(`${gateway.url}/loki/api/v1/push`, push);
    await status(`${gateway.url}/nowhere?token=obviously-not-a-secret`);
    while (!gateway.log.includes('/nowhere')) await sleep(20);
    const lines = gateway.log.trim().split('\n');
    const logged = lines.map((line) => JSON.parse(line) as Record<string, string>);
    expect(logged.map(({ method, path, status: answer }) => [method, path, answer])).toEqual([
      ['GET', '/loki/api/v1/query', '200'],
      ['GET', '/nowhere', '404'],
    ]);
    expect(gateway.log).not.toMatch(/4711|obviously-not-a-secret/);
  });
});
