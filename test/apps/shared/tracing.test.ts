/** What is loaded and sent along with requests; what is exported is looked at in test/apps/proxy/tracing.process.test.ts. */
import { execFileSync } from 'node:child_process';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { readEnvironment } from '../../../apps/shared/environment';
import { createHttpApp, type HttpApp } from '../../../apps/shared/http-app';
import { QueueClient } from '../../../apps/shared/queue/queue-client';
import { SERVICE_VARIABLES } from '../../../apps/shared/service-variables';

jest.setTimeout(60_000);

const ROOT = join(__dirname, '../../..');
const TOKEN = 'test-token-0123456789';
const TRACE = '0af7651916cd43dd8448eb211c80319c';

const apps: HttpApp[] = [];
const servers: Server[] = [];
const clients: QueueClient[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  for (const app of apps.splice(0)) await app.close();
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

/** A service that asks a queue for topics; gives what the queue was sent. */
async function askThroughService(
  variables: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>>,
): Promise<IncomingHttpHeaders> {
  let seen: IncomingHttpHeaders = {};
  const queue = createServer((request, response) => {
    seen = request.headers;
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"topics":[]}');
  });
  servers.push(queue);
  await new Promise<void>((resolve) => queue.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(queue.address() as AddressInfo).port}`;
  const settings = readEnvironment(
    SERVICE_VARIABLES,
    { SERVICE_TOKEN: TOKEN, LOG_LEVEL: 'silent', ...variables },
    'TEST_',
  );
  const app = await createHttpApp({ title: 'test', description: 'test', settings, bodyLimitBytes: 1000 });
  apps.push(app);
  const client = new QueueClient({ url, token: TOKEN, timeoutMs: 20_000, connections: 1 });
  clients.push(client);
  app.post('/ask', async () => ({ topics: await client.topics() }));
  const answer = await app.inject({ method: 'POST', url: '/ask', headers, payload: { some: 'body' } });
  expect(answer.statusCode).toBe(200);
  return seen;
}

// Nothing listens there: the export fails, and nobody minds.
const OTLP = { OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' };

test('a call that a request causes carries its trace on, and its state', async () => {
  const parent = { traceparent: `00-${TRACE}-b7ad6b7169203331-01`, tracestate: 'vendor=value' };
  const { traceparent, tracestate } = await askThroughService(OTLP, parent);
  expect(traceparent).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`));
  expect(traceparent).not.toBe(parent.traceparent);
  expect(tracestate).toBe('vendor=value');
});

test('a call without a trace begins one', async () => {
  const { traceparent } = await askThroughService(OTLP, {});
  expect(traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
});

test('switched off, calls carry nothing', async () => {
  const { traceparent } = await askThroughService({}, { traceparent: `00-${TRACE}-b7ad6b7169203331-01` });
  expect(traceparent).toBeUndefined();
});

test('switched off, nothing of OpenTelemetry’s SDK is loaded', () => {
  const script = `
    const { readEnvironment } = require('./apps/shared/environment');
    const { createHttpApp } = require('./apps/shared/http-app');
    require('./apps/shared/queue/queue-client');
    require('./apps/shared/operations');
    const { SERVICE_VARIABLES } = require('./apps/shared/service-variables');
    const variables = { SERVICE_TOKEN: '${TOKEN}', LOG_LEVEL: 'silent', OTEL_TRACES_EXPORTER: process.argv[1] };
    const settings = readEnvironment(SERVICE_VARIABLES, variables, 'TEST_');
    createHttpApp({ title: 'test', description: 'test', settings, bodyLimitBytes: 1000 }).then(() => {
      const loaded = Object.keys(require.cache).flatMap((path) => /@opentelemetry\\/([^/]+)/.exec(path)?.[1] ?? []);
      process.stdout.write([...new Set(loaded)].sort().join(' '), () => process.exit(0));
    });`;
  const loaded = (exporter: string): string =>
    execFileSync(process.execPath, ['-r', 'ts-node/register', '-e', script, exporter], {
      cwd: ROOT,
      encoding: 'utf8',
    });
  // prom-client loads the API by itself, for exemplars.
  expect(['', 'api']).toContain(loaded('none'));
  expect(loaded('otlp')).toContain('exporter-trace-otlp-http');
});
