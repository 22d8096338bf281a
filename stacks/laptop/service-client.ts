/** Asks the services on behalf of the console and the runner, with the token that no browser gets to see. */
import { Agent, request, type Dispatcher } from 'undici';

import { urlOf, type ServiceDefinition, type ServiceName } from './service-definition';

/** A service refused, or gave no answer (`status` undefined). */
export class ServiceError extends Error {
  public constructor(
    message: string,
    public readonly status: number | undefined,
  ) {
    super(message);
    this.name = 'ServiceError';
  }
}

interface Asked {
  readonly method?: 'GET' | 'POST';
  /** Sent as JSON. */
  readonly body?: object;
  /** Sent as it is. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** @default ANSWER_LIMIT_MS; 0: none, for streams */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

const ANSWER_LIMIT_MS = 5000;
const CONNECT_LIMIT_MS = 1000;
const CONNECTIONS = 64;
/** The metrics of a service are some 20 KiB, a thousand dead letters at most some MiB. */
const ANSWER_LIMIT_BYTES = 32 * 1024 * 1024;

export class ServiceClient {
  private readonly urls: ReadonlyMap<ServiceName, string>;
  private readonly agent = new Agent({ connections: CONNECTIONS, connect: { timeout: CONNECT_LIMIT_MS } });

  public constructor(
    definitions: readonly Pick<ServiceDefinition, 'name' | 'port'>[],
    private readonly token: string,
  ) {
    this.urls = new Map(definitions.map((definition) => [definition.name, urlOf(definition)]));
  }

  /** The answer as it comes, whatever its status; the body has to be read or destroyed. */
  public async open(service: ServiceName, path: string, asked: Asked = {}): Promise<Dispatcher.ResponseData> {
    const { method = 'GET', headers, signal, timeoutMs = ANSWER_LIMIT_MS } = asked;
    const text = asked.body === undefined ? asked.text : JSON.stringify(asked.body);
    try {
      return await request(`${this.urls.get(service) ?? ''}${path}`, {
        dispatcher: this.agent,
        method,
        headers: {
          ...(asked.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
          authorization: `Bearer ${this.token}`,
        },
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
        ...(text === undefined ? {} : { body: text }),
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (error) {
      throw new ServiceError(
        `${service}: ${error instanceof Error ? error.message : String(error)}`,
        undefined,
      );
    }
  }

  /** @throws ServiceError also for a status from 300 on */
  public async text(service: ServiceName, path: string, asked: Asked = {}): Promise<string> {
    const { statusCode, body } = await this.open(service, path, asked);
    const text = await readText(service, body);
    if (statusCode < 300) return text;
    throw new ServiceError(`${service}: ${path}: ${statusCode} ${text.slice(0, 500)}`, statusCode);
  }

  public async json<T>(service: ServiceName, path: string, asked: Asked = {}): Promise<T> {
    return JSON.parse(await this.text(service, path, asked)) as T;
  }

  public async close(): Promise<void> {
    await this.agent.destroy();
  }
}

async function readText(service: ServiceName, body: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > ANSWER_LIMIT_BYTES) throw new Error(`the answer is over ${ANSWER_LIMIT_BYTES} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    throw new ServiceError(
      `${service}: ${error instanceof Error ? error.message : String(error)}`,
      undefined,
    );
  }
  return Buffer.concat(chunks).toString('utf8');
}
