/**
 * One request over a pool of connections. undici's `dispatch` with a handler of our own: its promise and stream interface
 * costs a fifth of the proxy's throughput.
 */
import type { IncomingHttpHeaders } from 'node:http';

import type { Dispatcher, Pool } from 'undici';

import type { RawAnswer } from './answer';

export interface Sending {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: readonly string[];
  readonly body: Buffer | string | null;
  /** For all of it, the wait for a connection too. */
  readonly timeoutMs: number;
}

/** Most that a broker ever answers with, see `MAX_RECEIVED_BYTES` of its topic: eight times, for what JSON escapes. */
export const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

export function send(pool: Pool, sending: Sending): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const { method, path, headers, body, timeoutMs } = sending;
    const handler = new Collector(resolve, reject, timeoutMs);
    pool.dispatch(
      { method, path, headers: headers as string[], body, headersTimeout: 0, bodyTimeout: 0 },
      handler,
    );
  });
}

class Collector implements Dispatcher.DispatchHandler {
  private readonly timer: NodeJS.Timeout;
  private controller: Dispatcher.DispatchController | undefined;
  private readonly chunks: Buffer[] = [];
  private status = 0;
  private headers: IncomingHttpHeaders = {};
  private failure: Error | undefined;

  public constructor(
    private readonly resolve: (answer: RawAnswer) => void,
    private readonly reject: (error: Error) => void,
    timeoutMs: number,
  ) {
    this.timer = setTimeout(() => {
      this.failure = new Error(`no answer within ${timeoutMs} ms`);
      this.controller?.abort(this.failure);
      // One that still waits for a connection is dropped when it gets one.
      this.reject(this.failure);
    }, timeoutMs);
  }

  public onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.failure !== undefined) controller.abort(this.failure);
  }

  public onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    this.status = status;
    this.headers = headers;
  }

  public onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.chunks.push(chunk);
  }

  public onResponseEnd(): void {
    clearTimeout(this.timer);
    const [first] = this.chunks;
    this.resolve({
      status: this.status,
      contentType: this.headers['content-type'] ?? '',
      retryAfter: this.headers['retry-after'],
      body: this.chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.chunks),
    });
  }

  public onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    clearTimeout(this.timer);
    this.reject(this.failure ?? error);
  }
}
