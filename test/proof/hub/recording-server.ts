/** A server on the loopback that keeps what arrives, and answers at once or when it is told to. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Arrival {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

export class RecordingServer {
  public readonly arrivals: Arrival[] = [];
  private readonly waiting: ServerResponse[] = [];
  private holding = false;
  private server: Server | undefined;
  private port = 0;

  /** @param answer what everybody gets @param type what it says that is */
  public constructor(
    private readonly answer: { readonly status: number; readonly text: string },
    private readonly type = 'application/json',
  ) {}

  public async start(): Promise<void> {
    this.server = createServer((incoming, outgoing) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.once('end', () => {
        const { method = '', url = '', headers } = incoming;
        this.arrivals.push({
          method,
          path: url,
          authorization: headers.authorization,
          body: Buffer.concat(chunks).toString(),
        });
        if (this.holding) this.waiting.push(outgoing);
        else this.reply(outgoing);
      });
    });
    const { server } = this;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
  }

  public get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  public hold(): void {
    this.holding = true;
  }

  public release(): void {
    this.holding = false;
    for (const outgoing of this.waiting.splice(0)) this.reply(outgoing);
  }

  public async stop(): Promise<void> {
    const { server } = this;
    if (server === undefined) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  private reply(outgoing: ServerResponse): void {
    outgoing.writeHead(this.answer.status, { 'content-type': this.type }).end(this.answer.text);
  }
}
