/**
 * Brokers on loopback, each with an address that it keeps over restarts, and a proxy before them. All are closed and
 * removed by `closeWorlds`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createBrokerApp } from '../../../apps/broker/app';
import { readBrokerSettings } from '../../../apps/broker/config';
import { createProxyApp, type ProxyAppOptions } from '../../../apps/proxy/app';
import { readProxySettings } from '../../../apps/proxy/config';
import type { HttpApp } from '../../../apps/shared/http-app';
import { QueueClient } from '../../../apps/shared/queue/queue-client';

export const TOKEN = 'test-token-0123456789';

type Variables = Readonly<Record<string, string>>;

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Received {
  readonly receipt: string;
  readonly partition: number;
  readonly attempts: number;
  readonly key?: string;
  readonly body: string;
}

const closing: (() => Promise<void>)[] = [];

export async function closeWorlds(): Promise<void> {
  for (const close of closing.splice(0).reverse()) await close();
}

/** A broker that can be killed and brought back under its address. */
export class TestBroker {
  public app: HttpApp | undefined;
  public url = '';
  /** Connections on which a long poll has been asked for, while they are open. */
  public readonly pollSockets = new Set<Socket>();
  private readonly folder = mkdtempSync(join(tmpdir(), 'proxy-broker-'));
  private port = 0;

  public constructor(private readonly variables: Variables) {
    closing.push(async () => {
      await this.stop();
      rmSync(this.folder, { recursive: true, force: true });
    });
  }

  public async start(more: Variables = {}): Promise<this> {
    const settings = readBrokerSettings({
      SERVICE_TOKEN: TOKEN,
      BROKER_DATA_DIR: this.folder,
      LOG_LEVEL: 'silent',
      ...this.variables,
      ...more,
    });
    this.app = await createBrokerApp(settings, { processMetrics: false });
    this.app.server.on('request', ({ url, rawHeaders, socket }: IncomingMessage) => {
      // Polls are sent by node:http, which writes names of headers large; undici does not.
      if (url?.endsWith('/receive') !== true || !rawHeaders.includes('Connection')) return;
      this.pollSockets.add(socket);
      socket.once('close', () => this.pollSockets.delete(socket));
    });
    await this.app.listen({ host: '127.0.0.1', port: this.port });
    this.port = (this.app.server.address() as AddressInfo).port;
    this.url = `http://127.0.0.1:${this.port}`;
    return this;
  }

  public async stop(): Promise<void> {
    const { app } = this;
    this.app = undefined;
    app?.server.closeAllConnections();
    await app?.close();
  }

  /** Its own view, not the proxy's. */
  public async get(path: string): Promise<Answer> {
    if (this.app === undefined) throw new Error('the broker is down');
    return inject(this.app, 'GET', path);
  }

  public async post(path: string, body: unknown): Promise<Answer> {
    if (this.app === undefined) throw new Error('the broker is down');
    return inject(this.app, 'POST', path, body);
  }

  /** Messages of a topic in it, by what they are. */
  public async depth(topic: string): Promise<{ ready: number; inFlight: number }> {
    const { body } = await this.get(`/topics/${topic}`);
    const partitions = (body.partitions ?? []) as { ready: number; inFlight: number; onDisk: number }[];
    return {
      ready: partitions.reduce((sum, each) => sum + each.ready + each.onDisk, 0),
      inFlight: partitions.reduce((sum, each) => sum + each.inFlight, 0),
    };
  }
}

export interface World {
  readonly brokers: TestBroker[];
  readonly proxy: HttpApp;
  readonly url: string;
  readonly log: string[];
  readonly client: QueueClient;
  readonly post: (path: string, body: unknown, headers?: Variables) => Promise<Answer>;
  readonly get: (path: string) => Promise<Answer>;
  readonly receive: (topic: string, options?: object) => Promise<Received[]>;
}

export async function startBrokers(count: number, variables: Variables = {}): Promise<TestBroker[]> {
  return Promise.all(Array.from({ length: count }, () => new TestBroker(variables).start()));
}

export async function startWorld(
  count: number,
  { proxy = {}, broker = {} }: { readonly proxy?: Variables; readonly broker?: Variables } = {},
): Promise<World> {
  const brokers = await startBrokers(count, broker);
  return worldOf(brokers, { PROXY_BROKERS: brokers.map(({ url }) => url).join(','), ...proxy });
}

export async function worldOf(
  brokers: TestBroker[],
  variables: Variables,
  options: Pick<ProxyAppOptions, 'resolver'> = {},
): Promise<World> {
  const log: string[] = [];
  const settings = readProxySettings({
    SERVICE_TOKEN: TOKEN,
    PROXY_HEALTH_INTERVAL: '50ms',
    PROXY_EJECTION: '50ms',
    PROXY_MAX_EJECTION: '200ms',
    ...variables,
  });
  const proxy = await createProxyApp(settings, {
    processMetrics: false,
    logTo: { write: (line) => void log.push(line) },
    ...options,
  });
  await proxy.listen({ host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${(proxy.server.address() as AddressInfo).port}`;
  const client = new QueueClient({ url, token: TOKEN, timeoutMs: 30_000, connections: 20 });
  closing.push(async () => {
    await client.close();
    proxy.server.closeAllConnections();
    await proxy.close();
  });
  const post: World['post'] = (path, body, headers) => inject(proxy, 'POST', path, body, headers);
  return {
    brokers,
    proxy,
    url,
    log,
    client,
    post,
    get: (path) => inject(proxy, 'GET', path),
    receive: async (topic, request = {}) => {
      const answer = await post(`/topics/${topic}/receive`, request);
      if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
      return answer.body.messages as Received[];
    },
  };
}

export async function inject(
  app: HttpApp,
  method: 'GET' | 'POST',
  url: string,
  body?: unknown,
  headers: Variables = {},
): Promise<Answer> {
  const isText = typeof body === 'string';
  const answer = await app.inject({
    method,
    url,
    headers: {
      authorization: `Bearer ${TOKEN}`,
      ...(body === undefined ? {} : { 'content-type': isText ? 'text/plain' : 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { payload: body as string | object }),
  });
  const isJson = String(answer.headers['content-type']).includes('json');
  return {
    status: answer.statusCode,
    headers: answer.headers,
    body: isJson ? answer.json<Record<string, unknown>>() : { text: answer.body },
  };
}

/** Waits for a condition, with a limit that only a broken program reaches. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('the condition did not come true within 20 s');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export async function stateOf(world: World, broker: number): Promise<string> {
  const { body } = await world.get('/brokers');
  const brokers = body.brokers as { broker: number; state: string }[];
  return brokers.find((each) => each.broker === broker)?.state ?? 'not there';
}
