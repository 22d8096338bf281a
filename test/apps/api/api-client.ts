/**
 * An app of the API on readings in memory, and short ways to talk to it. Every answer is held against the OpenAPI document.
 * Closed and removed by `closeApis`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createApiApp } from '../../../apps/api/app';
import { readApiSettings } from '../../../apps/api/config';
import type { HttpApp } from '../../../apps/shared/http-app';
import { contradiction, type Document } from './described';
import { MemoryReader } from './memory-reader';
import { fleetReadings } from './readings';

export const ADMIN_KEY = 'admin-key-of-a-test-0123456789';
export const SERVICE_TOKEN = 'service-token-of-a-test-0123456789';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** Empty when it is no JSON. */
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Asking {
  /** `undefined`: no key at all. */
  readonly key?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface Api {
  readonly app: HttpApp;
  readonly reader: MemoryReader;
  readonly folder: string;
  readonly log: string[];
  readonly document: Document;
  readonly ask: (
    method: 'GET' | 'POST' | 'DELETE' | 'HEAD' | 'OPTIONS',
    url: string,
    how?: Asking,
  ) => Promise<Answer>;
  readonly get: (url: string, headers?: Record<string, string>) => Promise<Answer>;
  readonly listen: () => Promise<number>;
}

const open: HttpApp[] = [];
const folders: string[] = [];

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'api-'));
  folders.push(folder);
  return folder;
}

export async function startApi(
  variables: Readonly<Record<string, string>> = {},
  options: { readonly folder?: string; readonly reader?: MemoryReader } = {},
): Promise<Api> {
  const { folder = newFolder(), reader = new MemoryReader(fleetReadings()) } = options;
  const settings = readApiSettings({
    SERVICE_TOKEN,
    API_KEYS_FILE: join(folder, 'keys.json'),
    API_KEY: ADMIN_KEY,
    API_MAX_RANGE: '87600h',
    STORE_DATA_DIR: join(folder, 'store'),
    LOG_LEVEL: 'info',
    ...variables,
  });
  const log: string[] = [];
  const app = await createApiApp(settings, {
    reader,
    processMetrics: false,
    reloadIntervalMs: 20,
    logTo: { write: (line) => void log.push(line) },
  });
  open.push(app);
  await app.ready();
  const document = app.swagger() as unknown as Document;
  const ask: Api['ask'] = async (method, url, how = {}) => {
    const key = 'key' in how ? how.key : ADMIN_KEY;
    const answer = await app.inject({
      method,
      url,
      headers: { ...(key === undefined ? {} : { 'x-api-key': key }), ...how.headers },
      ...(how.body === undefined ? {} : { payload: how.body as object | string }),
    });
    const contentType = answer.headers['content-type'];
    const text = answer.body;
    const seen = { status: answer.statusCode, contentType: contentType?.toString(), text };
    expect(contradiction(document, method, url, seen)).toBeUndefined();
    const isJson = text !== '' && /[/+]json\b/.test(String(contentType));
    const body = isJson ? answer.json<Record<string, unknown>>() : {};
    return { status: answer.statusCode, headers: { ...answer.headers, ...answer.trailers }, text, body };
  };
  return {
    app,
    reader,
    folder,
    log,
    document,
    ask,
    get: (url, headers = {}) => ask('GET', url, { headers }),
    listen: async () => {
      await app.listen({ host: '127.0.0.1', port: 0 });
      return (app.server.address() as AddressInfo).port;
    },
  };
}

export function expectProblem(answer: Answer, status: number, code: string, detail: string | RegExp): void {
  expect(answer.body).toMatchObject({ status, code, type: `urn:hyperion:problem:${code}` });
  expect(answer.status).toBe(status);
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(answer.body.detail).toMatch(detail);
}

export async function closeApis(): Promise<void> {
  for (const app of open.splice(0)) {
    app.server.closeAllConnections();
    await app.close();
  }
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}
