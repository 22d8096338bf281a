/**
 * A mail server on the loopback, as small as one can be that asks for STARTTLS and a password: it takes every letter and
 * keeps it. What is said before STARTTLS beyond the greeting is refused.
 */
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';

export interface Letter {
  readonly from: string;
  readonly to: string;
  /** Whom the sender said to be, `user:password`. */
  readonly login: string;
  readonly text: string;
}

export class MailSink {
  public readonly letters: Letter[] = [];
  private server: Server | undefined;
  private readonly sockets = new Set<Socket>();

  public async start(tls: { readonly key: string; readonly cert: string }): Promise<void> {
    this.server = createServer((socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
      socket.on('error', () => socket.destroy());
      socket.write('220 sink\r\n');
      this.talk(socket, () => {
        const secure = new TLSSocket(socket, { isServer: true, ...tls });
        secure.on('error', () => socket.destroy());
        this.talk(secure, undefined);
      });
    });
    const { server } = this;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  }

  public get port(): number {
    return (this.server?.address() as AddressInfo).port;
  }

  public async stop(): Promise<void> {
    const { server } = this;
    if (server === undefined) return;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  /** @param startTls what makes the connection secure; undefined on one that is */
  private talk(socket: Socket, startTls: (() => void) | undefined): void {
    const letter = { from: '', to: '', login: '', text: '' };
    let rest = '';
    let inLetter = false;
    const say = (line: string): void => void socket.write(`${line}\r\n`);
    const onLine = (line: string): void => {
      const [verb = ''] = line.toUpperCase().split(' ');
      if (inLetter) {
        if (line !== '.') letter.text += `${line}\n`;
        else {
          inLetter = false;
          this.letters.push({ ...letter });
          say('250 kept');
        }
      } else if (verb === 'EHLO') {
        say('250-sink');
        say(startTls === undefined ? '250 AUTH PLAIN' : '250 STARTTLS');
      } else if (verb === 'QUIT') say('221 bye');
      else if (startTls !== undefined) {
        if (verb !== 'STARTTLS') {
          say('530 Must issue a STARTTLS command first');
          return;
        }
        socket.removeAllListeners('data');
        say('220 go ahead');
        startTls();
      } else if (verb === 'AUTH') {
        const [, user = '', password = ''] = Buffer.from(line.split(' ')[2] ?? '', 'base64')
          .toString()
          .split('\0');
        letter.login = `${user}:${password}`;
        say('235 welcome');
      } else if (letter.login === '') say('530 Authentication required');
      else if (verb === 'MAIL') {
        letter.from = addressIn(line);
        say('250 ok');
      } else if (verb === 'RCPT') {
        letter.to = addressIn(line);
        say('250 ok');
      } else if (verb === 'DATA') {
        inLetter = true;
        say('354 go on');
      } else say('502 not known here');
    };
    socket.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\r\n');
      rest = lines.pop() ?? '';
      lines.forEach(onLine);
    });
  }
}

function addressIn(line: string): string {
  return /<([^>]*)>/.exec(line)?.[1] ?? '';
}
