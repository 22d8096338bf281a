/**
 * One HTTP/1.1 connection that costs as little as it can: requests are bytes made beforehand, answers are not looked at but
 * for status and length. Several requests may be under way; answers come in their order.
 */
import { connect, type Socket } from 'node:net';

export interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

const HEAD_END = '\r\n\r\n';
const EMPTY = Buffer.alloc(0);

export class HttpConnection {
  private readonly waiting: Waiting[] = [];
  private rest: Buffer = EMPTY;

  private socket: Socket | undefined;

  public constructor(private readonly url: URL) {}

  public send(request: Buffer | string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      // Servers close connections that have been idle for long, as between two rounds.
      if (this.socket?.writable !== true) this.socket = this.connect();
      this.waiting.push({ resolve, reject });
      this.socket.write(request);
    });
  }

  /** @throws Error when the answer is no success */
  public async ask(request: Buffer | string): Promise<Buffer> {
    const { status, body } = await this.send(request);
    if (status >= 300) throw new Error(`bench: answered ${status}: ${body.toString().slice(0, 400)}`);
    return body;
  }

  public close(): void {
    this.socket?.destroy();
  }

  private connect(): Socket {
    const socket = connect(Number(this.url.port), this.url.hostname);
    socket.setNoDelay(true);
    this.rest = EMPTY;
    let reason = new Error('the server closed the connection');
    socket.on('data', (data: Buffer) => {
      this.read(data);
    });
    socket.on('error', (error) => {
      reason = error;
    });
    socket.on('close', () => {
      if (this.socket !== socket) return;
      this.socket = undefined;
      for (const { reject } of this.waiting.splice(0)) reject(reason);
    });
    return socket;
  }

  private read(data: Buffer): void {
    let bytes = this.rest.length === 0 ? data : Buffer.concat([this.rest, data]);
    while (bytes.length > 0) {
      const answer = parseAnswer(bytes);
      if (answer === undefined) break;
      bytes = bytes.subarray(answer.length);
      this.waiting.shift()?.resolve(answer);
    }
    this.rest = bytes;
  }
}

/** The first answer, or undefined when it is not whole yet. */
export function parseAnswer(bytes: Buffer): (Answer & { readonly length: number }) | undefined {
  const headEnd = bytes.indexOf(HEAD_END, 0, 'latin1');
  if (headEnd === -1) return undefined;
  const head = bytes.toString('latin1', 0, headEnd);
  const contentLength = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (contentLength === undefined) {
    throw new Error(`bench: an answer without Content-Length cannot be read by this client:\n${head}`);
  }
  const start = headEnd + HEAD_END.length;
  const length = start + Number(contentLength);
  if (bytes.length < length) return undefined;
  return { status: Number(head.slice(9, 12)), body: bytes.subarray(start, length), length };
}

export interface RequestParts {
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export function requestText({ method = 'POST', path, headers = {}, body }: RequestParts): string {
  const lines = Object.entries({
    host: '127.0.0.1',
    ...headers,
    ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body ?? ''}`;
}

export function connectionsTo(url: string, count: number): HttpConnection[] {
  return Array.from({ length: count }, () => new HttpConnection(new URL(url)));
}
