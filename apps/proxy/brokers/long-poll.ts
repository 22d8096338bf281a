/**
 * A request that may wait, and may be given up without losing what the broker has answered already. To give it up, the
 * connection is closed in our direction only: a broker that has not answered yet sees that its client is gone and gives no
 * messages; one that has, has sent its answer before it closes, and we read until then. That needs the socket, which
 * node:http shows and undici does not.
 */
import { request as requestByHttp, type Agent, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as requestByHttps } from 'node:https';

import type { RawAnswer } from './answer';
import { MAX_ANSWER_BYTES } from './send';

export interface PollOptions {
  readonly url: URL;
  readonly agent: Agent;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
}

/** How long a broker may take to close its direction. */
const CLOSING_MS = 2000;

export class LongPoll {
  /** Also after `cancel`: with an answer that was on its way, or an error. */
  public readonly answer: Promise<RawAnswer>;
  public isCancelled = false;
  private readonly request: ClientRequest;
  private timer: NodeJS.Timeout;

  public constructor(options: PollOptions) {
    const { url, agent, path, headers, body, timeoutMs } = options;
    const make = url.protocol === 'https:' ? requestByHttps : requestByHttp;
    this.request = make(url, { method: 'POST', path, agent, headers });
    this.timer = this.destroyAfter(timeoutMs);
    this.answer = new Promise<RawAnswer>((resolve, reject) => {
      this.request.once('error', reject);
      this.request.once('response', (response) => {
        collect(response).then(resolve, reject);
      });
    }).finally(() => {
      clearTimeout(this.timer);
    });
    this.request.end(body);
  }

  public cancel(): void {
    if (this.isCancelled) return;
    this.isCancelled = true;
    clearTimeout(this.timer);
    const { socket } = this.request;
    if (socket === null || socket.connecting) {
      this.request.destroy(new Error('given up'));
      return;
    }
    socket.end();
    this.timer = this.destroyAfter(CLOSING_MS);
  }

  private destroyAfter(timeoutMs: number): NodeJS.Timeout {
    return setTimeout(() => {
      this.request.destroy(new Error(`no answer within ${timeoutMs} ms`));
    }, timeoutMs);
  }
}

async function collect(response: IncomingMessage): Promise<RawAnswer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) throw new Error(`an answer of more than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return {
    status: response.statusCode ?? 0,
    contentType: response.headers['content-type'] ?? '',
    retryAfter: response.headers['retry-after'],
    body: Buffer.concat(chunks),
  };
}
