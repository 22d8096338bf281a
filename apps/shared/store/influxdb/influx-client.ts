/** HTTP to InfluxDB: a bounded pool, time limits, and its answers in the store's words. */
import { Pool, type Dispatcher } from 'undici';

import { ReadingsRefused, StoreUnavailable } from '../telemetry-store';

export interface InfluxOptions {
  /** For example `http://influxdb:8086`. */
  readonly url: string;
  readonly token: string;
  readonly org: string;
  readonly bucket: string;
  /** Until the answer begins, and between two pieces of it. */
  readonly timeoutMs: number;
  readonly connections?: number;
}

const DEFAULTS = {
  // Writes are few and large, and InfluxDB runs 1,024 queries at a time at most.
  connections: 8,
} as const;

/** Of an answer that is an error: it may repeat a line, of 64 tags with 1,024 characters each. */
const MAX_ERROR_CHARS = 512 * 1024;
/** What is told of it: its beginning says what, its end says why. */
const SHOWN_CHARS = 200;

interface InfluxRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export class InfluxClient {
  private readonly pool: Pool;

  public constructor(public readonly options: InfluxOptions) {
    const { url, timeoutMs, connections = DEFAULTS.connections } = options;
    this.pool = new Pool(url, {
      connections,
      connect: { timeout: timeoutMs },
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    });
  }

  /** The body must be read, or destroyed. Rejects with `StoreUnavailable` or, when the request itself will not do, `ReadingsRefused`. */
  public async request(
    request: InfluxRequest,
    signal?: AbortSignal,
  ): Promise<Dispatcher.ResponseData['body']> {
    const { method, path, query = {}, headers = {}, body } = request;
    const timeout = AbortSignal.timeout(this.options.timeoutMs);
    let answer: Dispatcher.ResponseData;
    try {
      answer = await this.pool.request({
        method,
        path,
        query,
        ...(body === undefined ? {} : { body }),
        headers: { authorization: `Token ${this.options.token}`, ...headers },
        signal: signal ?? null,
      });
    } catch (error) {
      if (signal?.aborted === true) throw error;
      throw connectionProblem(`${method} ${path}`, error);
    }
    if (answer.statusCode < 300) return answer.body;
    throw await this.refusal(`${method} ${path}`, answer, timeout);
  }

  public async ping(signal?: AbortSignal): Promise<void> {
    const body = await this.request({ method: 'GET', path: '/ping' }, signal);
    await body.dump();
  }

  public async close(): Promise<void> {
    await this.pool.destroy();
  }

  private async refusal(
    where: string,
    { statusCode, headers, body }: Dispatcher.ResponseData,
    signal: AbortSignal,
  ): Promise<Error> {
    const message = await readMessage(body, signal);
    const what = `InfluxDB ${where}: ${statusCode} ${message}`;
    const retryAfter = String(headers['retry-after'] ?? '');
    const retryAfterMs = /^\d{1,5}$/.test(retryAfter) ? Number(retryAfter) * 1000 : undefined;
    if (statusCode === 400 || statusCode === 413 || statusCode === 422) return new ReadingsRefused(what);
    if (statusCode === 401 || statusCode === 403) {
      return new StoreUnavailable(`${what}\n  remedy: a token that may use the bucket`, 'unauthorized');
    }
    if (statusCode === 404) {
      const { org, bucket } = this.options;
      const remedy = `make the organisation ${org} and its bucket ${bucket}, or let the token see them`;
      return new StoreUnavailable(`${what}\n  remedy: ${remedy}`, 'unauthorized');
    }
    if (statusCode === 429) return new StoreUnavailable(what, 'rate-limited', retryAfterMs);
    const kind = /no space left|disk quota/i.test(message) ? 'full' : 'server-error';
    return new StoreUnavailable(what, kind, retryAfterMs);
  }
}

export function connectionProblem(where: string, error: unknown): StoreUnavailable {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const isTimeout = code.endsWith('_TIMEOUT') || code === 'ETIMEDOUT';
  const message = error instanceof Error ? error.message || error.name : String(error);
  return new StoreUnavailable(`InfluxDB ${where}: ${message}`, isTimeout ? 'timeout' : 'refused', undefined, {
    cause: error,
  });
}

async function readMessage(body: Dispatcher.ResponseData['body'], signal: AbortSignal): Promise<string> {
  let text = '';
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      text += chunk.toString();
      if (text.length > MAX_ERROR_CHARS || signal.aborted) break;
    }
  } catch {
    // What came until then has to do.
  }
  body.destroy();
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    if (typeof message === 'string') return shorten(message);
  } catch {
    // No JSON: a proxy in between, for example.
  }
  return shorten(text);
}

function shorten(text: string): string {
  if (text.length <= 2 * SHOWN_CHARS) return text;
  return `${text.slice(0, SHOWN_CHARS)} … ${text.slice(-SHOWN_CHARS)}`;
}
