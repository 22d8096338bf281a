/** An app of the broker in a folder of its own, and short ways to talk to it. Closed and removed by `closeBrokers`. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createBrokerApp } from '../../../apps/broker/app';
import { readBrokerSettings } from '../../../apps/broker/config';
import type { HttpApp } from '../../../apps/shared/http-app';

export const TOKEN = 'test-token-0123456789';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface ReceivedMessage {
  readonly receipt: string;
  readonly partition: number;
  readonly offset: number;
  readonly attempts: number;
  readonly body: string;
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Broker {
  readonly app: HttpApp;
  readonly folder: string;
  readonly log: string[];
  readonly post: (path: string, body: unknown, headers?: Record<string, string>) => Promise<Answer>;
  readonly get: (path: string) => Promise<Answer>;
  readonly publish: (topic: string, ...bodies: string[]) => Promise<Answer>;
  readonly receive: (topic: string, options?: object) => Promise<ReceivedMessage[]>;
}

const open: HttpApp[] = [];
const folders: string[] = [];

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'broker-'));
  folders.push(folder);
  return folder;
}

export async function startBroker(
  variables: Readonly<Record<string, string>> = {},
  folder = newFolder(),
): Promise<Broker> {
  const settings = readBrokerSettings({
    SERVICE_TOKEN: TOKEN,
    BROKER_DATA_DIR: folder,
    LOG_LEVEL: 'info',
    ...variables,
  });
  const log: string[] = [];
  const logTo = { write: (line: string) => void log.push(line) };
  const app = await createBrokerApp(settings, { processMetrics: false, logTo });
  open.push(app);
  const send = async (
    method: 'GET' | 'POST',
    url: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> => {
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
  };
  const post: Broker['post'] = (path, body, headers) => send('POST', path, body, headers);
  return {
    app,
    folder,
    log,
    post,
    get: (path) => send('GET', path),
    publish: (topic, ...bodies) =>
      post(`/topics/${topic}/messages`, { messages: bodies.map((body) => ({ body })) }),
    receive: async (topic, options = {}) => {
      const answer = await post(`/topics/${topic}/receive`, options);
      if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
      return answer.body.messages as ReceivedMessage[];
    },
  };
}

export async function closeBrokers(): Promise<void> {
  await Promise.all(open.splice(0).map((app) => app.close()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}
