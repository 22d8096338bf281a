/** HTTPS to one API server as one user: requests with an answer, and streams of lines. */
import { Agent, request, type RequestOptions } from 'node:https';
import { createInterface } from 'node:readline';
import { textAt } from '../../../stacks/manifest-data';
import { ApiError } from './api-error';

export interface ApiServer {
  readonly port: number;
  /** PEM of the authority that signed the server's certificate. */
  readonly ca: string;
  readonly token: string;
}

/** Whom the server is to judge, instead of the token's own user. */
export interface Impersonation {
  readonly user: string;
  readonly groups: readonly string[];
}

interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** With its query, e.g. `/api/v1/nodes?watch=1`. */
  readonly path: string;
  readonly body?: unknown;
  /** @default 'application/json' */
  readonly contentType?: string;
  /** @default 'application/json' */
  readonly accept?: string;
}

export interface Stream {
  readonly close: () => void;
}

export class ApiTransport {
  /** What the server did, and said that it should not have been asked to. */
  public readonly warnings: string[] = [];
  private readonly headers: Readonly<Record<string, string | string[]>>;

  public constructor(
    private readonly server: ApiServer,
    as?: Impersonation,
    /** Shared between all that ask the same server: a new connection costs more than most answers. */
    private readonly agent: Agent = new Agent({ keepAlive: true, ca: server.ca }),
  ) {
    this.headers = {
      Authorization: `Bearer ${server.token}`,
      ...(as === undefined ? {} : { 'Impersonate-User': as.user, 'Impersonate-Group': [...as.groups] }),
    };
  }

  /** The same server, asked in somebody else's name. */
  public as(someone: Impersonation): ApiTransport {
    return new ApiTransport(this.server, someone, this.agent);
  }

  /** @throws ApiError unless the answer is a success */
  public send(asked: ApiRequest): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const outgoing = request(this.options(asked), (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', reject);
        response.once('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          const status = response.statusCode ?? 0;
          const warning = response.headers.warning;
          if (warning !== undefined) this.warnings.push(`${asked.method} ${asked.path}: ${warning}`);
          if (status < 300) resolve(text === '' ? undefined : parsed(text));
          else reject(new ApiError(`${asked.method} ${asked.path}`, status, answerOf(text)));
        });
      });
      outgoing.once('error', reject);
      outgoing.end(asked.body === undefined ? undefined : JSON.stringify(asked.body));
    });
  }

  /** Hands over each line of an endless answer. `onEnd` hears of an end that `close` did not ask for. */
  public stream(path: string, onLine: (line: string) => void, onEnd: (why: Error) => void): Stream {
    let isClosed = false;
    const end = (why: Error): void => {
      if (!isClosed) onEnd(why);
    };
    const outgoing = request(this.options({ method: 'GET', path }), (response) => {
      if (response.statusCode !== 200) {
        end(new ApiError(`GET ${path}`, response.statusCode ?? 0, 'no stream'));
        return;
      }
      const lines = createInterface({ input: response });
      // Lines that came in the same packet as the end are not of interest to somebody who closed.
      lines.on('line', (line) => {
        if (!isClosed) onLine(line);
      });
      // The reader repeats what goes wrong with its input.
      for (const source of [lines, response]) source.on('error', end);
      response.once('close', () => {
        end(new Error(`GET ${path}: the server ended the stream`));
      });
    });
    outgoing.on('error', end);
    outgoing.end();
    return {
      close: () => {
        isClosed = true;
        outgoing.destroy();
      },
    };
  }

  public close(): void {
    this.agent.destroy();
  }

  private options({ method, path, body, contentType, accept }: ApiRequest): RequestOptions {
    return {
      host: '127.0.0.1',
      port: this.server.port,
      agent: this.agent,
      method,
      path,
      headers: {
        ...this.headers,
        Accept: accept ?? 'application/json',
        ...(body === undefined ? {} : { 'Content-Type': contentType ?? 'application/json' }),
      },
    };
  }
}

/** Health checks answer in plain text. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function answerOf(text: string): string {
  return textAt(parsed(text), 'message') ?? text;
}
