/**
 * A real HAProxy with our rendered files, started by our script, and two backends behind one name that a small DNS
 * server answers. Rewritten are folders, the addresses it listens on, and where it finds its name server.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { decode, encode, AUTHORITATIVE_ANSWER } from 'dns-packet';
import { HAPROXY_DIRS } from '../../../constructs/ingress/haproxy-config';
import { issue, makeAuthority } from '../kafka/certificates';

/** No other test's: made of this process's number. */
const BLOCK = `127.${200 + (process.pid % 50)}.${Math.floor(process.pid / 50) % 250}`;
export const DOOR = `${BLOCK}.1`;
/** The application's pods; its port is the same on both. */
export const POD_ADDRESSES = [`${BLOCK}.11`, `${BLOCK}.12`] as const;
const DNS_ADDRESS = `${BLOCK}.53`;
const DNS_PORT = 5353;
const STOP_LIMIT_MS = 5000;

export class LoopbackHAProxy {
  public readonly dir = mkdtempSync(join(tmpdir(), 'hyperion-haproxy-'));
  private readonly tls = join(this.dir, 'tls');
  private readonly dns = createSocket('udp4');
  private child: ChildProcess | undefined;

  public constructor(
    private readonly haproxy: string,
    files: readonly { readonly name: string; readonly text: string }[],
  ) {
    makeAuthority(this.tls);
    mkdirSync(join(this.dir, 'config'));
    for (const { name, text } of files) writeFileSync(join(this.dir, 'config', name), this.localise(text));
  }

  public get configuration(): string {
    return join(this.dir, 'config', 'haproxy.cfg');
  }

  public get authority(): string {
    return readFileSync(join(this.tls, 'ca.crt'), 'utf8');
  }

  public get log(): string {
    return readFileSync(join(this.dir, 'haproxy.log'), 'utf8');
  }

  /** Puts a new certificate where cert-manager would; answers its text. */
  public renewCertificate(hosts: readonly string[]): string {
    const pem = issue(
      this.tls,
      'haproxy',
      hosts.map((host) => `DNS:${host}`),
    );
    writeFileSync(join(this.tls, 'tls-combined.pem'), pem);
    return pem;
  }

  public async start(): Promise<void> {
    this.dns.on('message', (message, client) => {
      const question = decode(message);
      const [asked] = question.questions ?? [];
      const answers =
        asked?.type === 'A'
          ? POD_ADDRESSES.map((data) => ({ type: 'A' as const, name: asked.name, ttl: 1, data }))
          : [];
      const { id, questions } = question;
      this.dns.send(
        encode({
          type: 'response',
          id: id ?? 0,
          flags: AUTHORITATIVE_ANSWER,
          questions: questions ?? [],
          answers,
        }),
        client.port,
        client.address,
      );
    });
    await new Promise<void>((resolve, reject) => {
      this.dns.once('error', reject).bind(DNS_PORT, DNS_ADDRESS, resolve);
    });
    const log = openSync(join(this.dir, 'haproxy.log'), 'a');
    this.child = spawn('/bin/sh', [join(this.dir, 'config', 'haproxy.sh')], {
      cwd: this.dir,
      env: {
        PATH: [dirname(this.haproxy), process.env.PATH].join(delimiter),
        LOOK_SECONDS: '1',
      },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
  }

  public get exitCode(): number | null | undefined {
    return this.child?.exitCode;
  }

  /** The script does it for a renewed certificate, after its next look. */
  public reload(): void {
    const script = this.child?.pid ?? NaN;
    const children = readFileSync(`/proc/${script}/task/${script}/children`, 'utf8').trim().split(' ');
    const master = children.find((pid) =>
      readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('haproxy.cfg'),
    );
    if (master === undefined) throw new Error('HAProxy does not run');
    process.kill(Number(master), 'SIGUSR2');
  }

  /** As the kubelet does it: the script passes it on. */
  public async stop(): Promise<number | null> {
    const { child } = this;
    if (child?.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      const killer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
      await ended;
      clearTimeout(killer);
    }
    return child?.exitCode ?? null;
  }

  public cleanUp(): void {
    this.dns.close();
    rmSync(this.dir, { recursive: true, force: true });
  }

  private localise(text: string): string {
    return text
      .replaceAll(HAPROXY_DIRS.config, join(this.dir, 'config'))
      .replaceAll(HAPROXY_DIRS.tls, this.tls)
      .replaceAll(/bind :/g, `bind ${DOOR}:`)
      .replace('parse-resolv-conf', `nameserver proof ${DNS_ADDRESS}:${DNS_PORT}`);
  }
}

/** A pod of the application: says its address, and what it was told of the client. */
export class TestBackend {
  private readonly server: Server = createServer((request, response) => {
    response.setHeader('X-Pod', this.address);
    response.end(JSON.stringify(request.headers));
  });

  public constructor(private readonly address: string) {}

  public listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject).listen(port, this.address, () => {
        resolve();
      });
    });
  }

  /** As a crash would: open connections end, new ones are refused. */
  public die(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => {
      this.server.close(() => {
        resolve();
      });
    });
  }
}
