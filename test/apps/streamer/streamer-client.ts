/** A real broker on loopback, streamers beside it in folders of their own, and short ways to use them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';

import { createBrokerApp } from '../../../apps/broker/app';
import { readBrokerSettings } from '../../../apps/broker/config';
import type { HttpApp } from '../../../apps/shared/http-app';
import { QueueClient } from '../../../apps/shared/queue/queue-client';
import type { Reading } from '../../../apps/shared/telemetry/reading';
import { createStreamerApp } from '../../../apps/streamer/app';
import { readStreamerSettings } from '../../../apps/streamer/config';

export const TOKEN = 'test-token-0123456789';

const closing: (() => Promise<unknown>)[] = [];

/** What was opened last goes first: a streamer before its broker. */
export async function closeAll(): Promise<void> {
  for (const close of closing.splice(0).reverse()) await close();
}

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'streamer-'));
  closing.push(() => {
    rmSync(folder, { recursive: true, force: true });
    return Promise.resolve();
  });
  return folder;
}

export interface TestBroker {
  readonly app: HttpApp;
  readonly url: string;
  readonly port: number;
  /** Takes all messages out. */
  readonly drain: () => Promise<Reading[]>;
}

export async function startBroker(folder = newFolder(), port = 0): Promise<TestBroker> {
  const app = await createBrokerApp(
    readBrokerSettings({ SERVICE_TOKEN: TOKEN, BROKER_DATA_DIR: folder, LOG_LEVEL: 'silent' }),
    { processMetrics: false },
  );
  closing.push(() => app.close());
  const url = await app.listen({ host: '127.0.0.1', port });
  const client = new QueueClient({ url, token: TOKEN, timeoutMs: 20_000, connections: 1 });
  closing.push(() => client.close());
  return {
    app,
    url,
    port: Number(new URL(url).port),
    drain: async () => {
      const readings: Reading[] = [];
      for (;;) {
        const messages = await client.receive('telemetry', { maxMessages: 1000, waitMs: 0 });
        if (messages.length === 0) return readings;
        readings.push(...messages.map(({ body }) => JSON.parse(body) as Reading));
        await client.acknowledge(
          'telemetry',
          messages.map(({ receipt }) => receipt),
        );
      }
    },
  };
}

/** Something else in the broker's place. */
export async function startFake(listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(
    () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
  readonly text: string;
}

export interface SourceView {
  readonly name: string;
  readonly state: string;
  readonly reason?: string;
  readonly offset: number;
  readonly line: number;
  readonly rowsRead: number;
  readonly rowsPublished: number;
  readonly rowsRejected: number;
}

export interface TestStreamer {
  readonly app: HttpApp;
  readonly dataFolder: string;
  readonly log: string[];
  readonly get: (path: string) => Promise<Answer>;
  readonly post: (body: string, contentType?: string) => Promise<Answer>;
  readonly sources: () => Promise<SourceView[]>;
  /** Waits until the first source is in that state. */
  readonly until: (state: string) => Promise<SourceView>;
  readonly metric: (line: string) => Promise<number>;
}

export async function startStreamer(
  variables: Readonly<Record<string, string>>,
  { dataFolder = newFolder(), stdin = new PassThrough() } = {},
): Promise<TestStreamer> {
  const settings = readStreamerSettings({
    SERVICE_TOKEN: TOKEN,
    STREAMER_DATA_DIR: dataFolder,
    STREAMER_SCAN_INTERVAL: '20ms',
    STREAMER_SETTLE_TIME: '1h',
    STREAMER_CHECKPOINT_INTERVAL: '10ms',
    STOP_TIMEOUT: '5s',
    LOG_LEVEL: 'info',
    ...variables,
  });
  const log: string[] = [];
  const logTo = { write: (line: string) => void log.push(line) };
  const app = await createStreamerApp(settings, { processMetrics: false, logTo, stdin });
  closing.push(() => app.close());
  await app.ready();
  const send = async (method: 'GET' | 'POST', url: string, payload?: string, type = 'application/json') => {
    const answer = await app.inject({
      method,
      url,
      headers: {
        authorization: `Bearer ${TOKEN}`,
        ...(payload === undefined ? {} : { 'content-type': type }),
      },
      ...(payload === undefined ? {} : { payload }),
    });
    const isJson = String(answer.headers['content-type']).includes('json');
    return {
      status: answer.statusCode,
      headers: answer.headers,
      body: isJson ? answer.json<Record<string, unknown>>() : {},
      text: answer.body,
    };
  };
  const sources = async (): Promise<SourceView[]> =>
    (await send('GET', '/sources')).body.sources as SourceView[];
  return {
    app,
    dataFolder,
    log,
    get: (path) => send('GET', path),
    post: (body, contentType) => send('POST', '/readings', body, contentType),
    sources,
    until: (state) => eventually(async () => (await sources()).find((source) => source.state === state)),
    metric: async (line) => {
      const { text } = await send('GET', '/metrics');
      const found = text.split('\n').find((each) => each.startsWith(`${line} `));
      return Number(found?.slice(line.length + 1) ?? 0);
    },
  };
}

/** The first answer that is neither undefined nor false. */
export async function eventually<T>(
  look: () => Promise<T | undefined | false> | T | undefined | false,
): Promise<T> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`waited in vain for ${String(look)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export const HEADER =
  '"timestamp","metric_name","gpu_id","device","uuid","modelName","Hostname","container","pod","namespace","value","labels_raw"\n';

/** Row `i` has the value `i`. */
export function dcgmRow(
  i: number,
  changes: { readonly value?: string; readonly time?: string } = {},
): string {
  const { value = String(i), time = new Date(Date.UTC(2025, 0) + i * 1000).toISOString() } = changes;
  const gpu = i % 8;
  return `"${time}","DCGM_FI_DEV_POWER_USAGE","${gpu}","nvidia${gpu}","GPU-${gpu}","H100","host-1","","","","${value}","driver=""535"""\n`;
}

export function dcgmRows(from: number, to: number): string {
  return Array.from({ length: to - from }, (_, i) => dcgmRow(from + i)).join('');
}

export const valuesOf = (readings: readonly Reading[]): number[] =>
  readings.map(({ value }) => value).sort((a, b) => a - b);

export const numbers = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, i) => from + i);
