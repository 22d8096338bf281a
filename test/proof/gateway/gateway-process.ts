/**
 * nginx on loopback with the rendered configuration of Loki's gateway. What differs: the port it listens at, the port of
 * Loki, the DNS server (one of the test's own, at a port of its own), where the users' file lies and where it writes.
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { decode, encode } from 'dns-packet';
import { tool } from '../../tools/obtain';
import { LoopbackProgram } from '../flows/loopback-program';
import { freePort } from '../free-port';

export interface GatewayProcessProps {
  /** `nginx.conf` as rendered. */
  readonly config: string;
  /** Where Loki listens, at each of these addresses. */
  readonly loki: { readonly port: number; readonly addresses: readonly string[] };
  /** Content of the users' file, where the configuration names one. */
  readonly users?: string;
}

export class GatewayProcess {
  private readonly nginx = new LoopbackProgram();
  private dns: Socket | undefined;

  private constructor(public readonly url: string) {}

  public static async start({ config, loki, users }: GatewayProcessProps): Promise<GatewayProcess> {
    const port = await freePort();
    const gateway = new GatewayProcess(`http://127.0.0.1:${port}`);
    try {
      const dns = await gateway.startDns(loki.addresses);
      const { dir } = gateway.nginx;
      // Started by root, its workers are somebody else.
      chmodSync(dir, 0o755);
      const usersFile = users === undefined ? '' : gateway.nginx.file('users', users);
      const file = gateway.nginx.file(
        'nginx.conf',
        config
          .replaceAll(' /tmp/', ` ${dir}/`)
          .replace(/resolver \S+/, `resolver 127.0.0.1:${dns}`)
          .replace('listen 80;', `listen 127.0.0.1:${port};`)
          .replaceAll(':3100;', `:${loki.port};`)
          .replace(/auth_basic_user_file \S+;/, `auth_basic_user_file ${usersFile};`),
      );
      await gateway.nginx.start(
        [await tool('nginx'), '-e', '/dev/stderr', '-c', file],
        `${gateway.url}/healthz`,
      );
    } catch (error) {
      await gateway.stop();
      throw error;
    }
    return gateway;
  }

  /** What it has logged. */
  public get log(): string {
    return this.nginx.read('log');
  }

  public async stop(): Promise<void> {
    await this.nginx.stop();
    this.dns?.close();
  }

  /** Every name is Loki's. */
  private async startDns(addresses: readonly string[]): Promise<number> {
    const socket = createSocket('udp4');
    this.dns = socket;
    socket.on('message', (message, from) => {
      const { id = 0, questions = [] } = decode(message);
      const answers = questions.flatMap(({ name, type }) =>
        type === 'A' ? addresses.map((data) => ({ name, type, ttl: 1, data })) : [],
      );
      socket.send(encode({ type: 'response', id, questions, answers }), from.port, from.address);
    });
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return socket.address().port;
  }
}
