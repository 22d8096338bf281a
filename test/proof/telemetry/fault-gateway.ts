/** Stands before a store and behaves as badly as it is told. */
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Hands on; answers 500; takes the request and never answers; is not there. */
export type Fault = 'none' | 'error' | 'hang' | 'refuse';

export class FaultGateway {
  /** Requests that met each. */
  public readonly met: Record<Fault, number> = { none: 0, error: 0, hang: 0, refuse: 0 };
  private fault: Fault = 'none';
  private server: Server | undefined;
  private port = 0;

  public constructor(private readonly behind: string) {}

  public get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Holds for new requests; those that hang stay so. */
  public async behave(fault: Fault): Promise<void> {
    this.fault = fault;
    if (fault === 'refuse') await this.close();
    else if (this.server === undefined) await this.listen();
  }

  public async close(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server === undefined) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  private async listen(): Promise<void> {
    const server = createServer((incoming, outgoing) => {
      this.answer(incoming, outgoing);
    });
    this.server = server;
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
  }

  private answer(incoming: IncomingMessage, outgoing: ServerResponse): void {
    this.met[this.fault] += 1;
    if (this.fault === 'error') {
      incoming.resume();
      outgoing.writeHead(500, { 'content-type': 'application/json' }).end('{"code":"internal error"}');
    } else if (this.fault === 'hang') {
      incoming.resume();
    } else {
      const { method, headers, url } = incoming;
      const onward = request(this.behind + (url ?? ''), { method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      onward.on('error', () => outgoing.destroy());
      incoming.pipe(onward);
    }
  }
}
