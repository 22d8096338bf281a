/** One trace over proxy and brokers, as real processes: the exporter does not run inside jest. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { brokerOfKey } from '../../../apps/proxy/core/rendezvous';
import { QueueClient } from '../../../apps/shared/queue/queue-client';
import { startOtlpReceiver, type OtlpReceiver, type ReceivedSpan } from '../shared/otlp-receiver';
import { TOKEN } from './proxy-world';

jest.setTimeout(120_000);

const ROOT = join(__dirname, '../../..');
const running: ChildProcess[] = [];
const folders: string[] = [];
const receivers: OtlpReceiver[] = [];

afterEach(async () => {
  for (const child of running.splice(0)) await stop(child, 'SIGKILL');
  for (const receiver of receivers.splice(0)) await receiver.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode;
  const ended = once(child, 'exit') as Promise<[number | null]>;
  child.kill(signal);
  return (await ended)[0];
}

async function start(
  app: string,
  variables: Readonly<Record<string, string>>,
): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, ['-r', 'ts-node/register', `apps/${app}/server.ts`], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      SERVICE_TOKEN: TOKEN,
      LISTEN_PORT: '0',
      ...variables,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += String(data)));
  for (;;) {
    const url = /Server listening at (http[^"]+)"/.exec(output)?.[1];
    if (url !== undefined) return { child, url };
    if (child.exitCode !== null) throw new Error(`${app} ended: ${output}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function startBroker(
  variables: Readonly<Record<string, string>>,
): Promise<{ child: ChildProcess; url: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'traced-'));
  folders.push(folder);
  return start('broker', { BROKER_DATA_DIR: folder, ...variables });
}

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';

test('a batch for two brokers is one trace: proxy, two calls, two brokers; all is sent when they stop', async () => {
  const receiver = await startOtlpReceiver();
  receivers.push(receiver);
  const otel = { OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
  const brokers = await Promise.all([
    startBroker({ ...otel, OTEL_SERVICE_NAME: 'the-broker' }),
    startBroker({ ...otel, OTEL_SERVICE_NAME: 'the-broker' }),
  ]);
  const proxy = await start('proxy', { ...otel, PROXY_BROKERS: brokers.map(({ url }) => url).join(',') });

  const keys = [0, 1].map((ordinal) => {
    for (let i = 0; ; i += 1) if (brokerOfKey(`k${i}`, [0, 1]) === ordinal) return `k${i}`;
  });
  const publish = (traceparent: string): Promise<Response> =>
    fetch(`${proxy.url}/topics/gpu/messages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', traceparent },
      body: JSON.stringify({ messages: keys.map((key) => ({ key, body: 'a confidential body' })) }),
    });
  expect((await publish(`00-${TRACE}-${PARENT}-01`)).status).toBe(202);
  // What is no traceparent begins a trace of its own; what is not sampled is not recorded.
  for (const wrong of ['nonsense', `00-${'0'.repeat(32)}-${PARENT}-01`, `00-${TRACE}-short-01`]) {
    expect((await publish(wrong)).status).toBe(202);
  }
  expect((await publish(`00-${TRACE}-${PARENT}-00`)).status).toBe(202);
  const client = new QueueClient({ url: proxy.url, token: TOKEN, timeoutMs: 30_000, connections: 1 });
  await client.receive('nothing', { maxMessages: 1, waitMs: 0 }).catch(() => undefined);
  await client.close();
  await fetch(`${proxy.url}/health`);
  await fetch(`${proxy.url}/metrics`);
  for (const { child } of [proxy, ...brokers]) expect(await stop(child, 'SIGTERM')).toBe(0);

  const { spans } = receiver;
  const trace = spans.filter(({ traceId }) => traceId === TRACE);
  const of = (service: string, kind: number): ReceivedSpan[] =>
    trace.filter((span) => span.service === service && span.kind === kind);
  const [server, ...others] = of('msg-queue-proxy', 2);
  expect(others).toEqual([]);
  expect(server).toMatchObject({
    name: 'POST /topics/:topic/messages',
    parentSpanId: PARENT,
    isError: false,
    attributes: {
      'http.request.method': 'POST',
      'http.route': '/topics/:topic/messages',
      'http.response.status_code': 202,
    },
  });
  const calls = of('msg-queue-proxy', 3);
  expect(calls.map(({ parentSpanId }) => parentSpanId)).toEqual([server?.spanId, server?.spanId]);
  expect(calls[0]?.attributes).toMatchObject({
    'server.address': '127.0.0.1',
    'http.response.status_code': 202,
  });
  const served = of('the-broker', 2);
  expect(served.map(({ parentSpanId }) => parentSpanId).sort()).toEqual(
    calls.map(({ spanId }) => spanId).sort(),
  );
  expect(trace).toHaveLength(5);

  const refused = spans.filter(({ name }) => name === 'POST /topics/:topic/receive');
  expect(
    refused
      .map(({ service, kind, isError, attributes }) => [
        service,
        kind,
        isError,
        attributes['http.response.status_code'],
      ])
      .sort(),
  ).toEqual([
    ['msg-queue-proxy', 2, false, 404],
    ['msg-queue-proxy', 3, true, 404],
    ['msg-queue-proxy', 3, true, 404],
    ['the-broker', 2, false, 404],
    ['the-broker', 2, false, 404],
  ]);
  // The batch, three with wrong parents, one receive.
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(5);
  expect(spans).toHaveLength(5 * 5);
  expect(receiver.texts.every((text) => text.startsWith('/v1/traces '))).toBe(true);
  expect(receiver.texts.join('')).not.toContain('confidential');
  expect(receiver.texts.join('')).not.toContain(TOKEN);
});

test('a collector of traces that is away keeps nobody from working or from ending', async () => {
  const receiver = await startOtlpReceiver();
  await receiver.close();
  const otel = { OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
  const broker = await startBroker(otel);
  const client = new QueueClient({ url: broker.url, token: TOKEN, timeoutMs: 30_000, connections: 1 });
  await client.publish('gpu', [{ body: 'x' }]);
  await client.close();
  expect(await stop(broker.child, 'SIGTERM')).toBe(0);
});
