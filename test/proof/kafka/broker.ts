/**
 * One real broker on loopback with the files that a pod of the sample environment would see. Rewritten are only paths,
 * ports and host names; `${env:…}` and `${directory:…}` stay and are resolved by Kafka.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientListener } from '../../../constructs/buffer/kafka-access';
import { KAFKA_DIRS, KAFKA_PORTS, BROKER_COMMON_NAME } from '../../../constructs/buffer/kafka-config';
import { freePort } from '../free-port';
import { issue, makeAuthority } from './certificates';
import { runToEnd, type Outcome } from './run-to-end';

const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 20_000;

export class LoopbackBroker {
  public static async prepare(
    kafkaFolder: string,
    files: ReadonlyMap<string, string>,
    externalDomain: string,
  ): Promise<LoopbackBroker> {
    const ports = await Promise.all(Object.values(KAFKA_PORTS).map(freePort));
    return new LoopbackBroker(
      kafkaFolder,
      files,
      externalDomain,
      new Map(Object.values(KAFKA_PORTS).map((p, i) => [p, ports[i] ?? 0])),
    );
  }

  public readonly dir = mkdtempSync(join(tmpdir(), 'hyperion-kafka-'));
  private broker: ChildProcess | undefined;

  private constructor(
    private readonly kafkaFolder: string,
    files: ReadonlyMap<string, string>,
    private readonly externalDomain: string,
    private readonly ports: ReadonlyMap<number, number>,
  ) {
    mkdirSync(join(this.dir, 'config'));
    for (const [name, text] of files) this.write(name, text);
    makeAuthority(join(this.dir, 'tls'));
    this.renewCertificate();
  }

  /** As a Secret is mounted: the names are links into a folder that the kubelet swaps. */
  public setPasswords(passwords: Readonly<Record<string, string>>): void {
    mkdirSync(join(this.dir, 'passwords', '..data'), { recursive: true });
    for (const [name, value] of Object.entries(passwords)) {
      writeFileSync(join(this.dir, 'passwords', '..data', name), value);
      symlinkSync(join('..data', name), join(this.dir, 'passwords', name));
    }
  }

  /** Puts a new certificate where cert-manager would; answers its text. */
  public renewCertificate(): string {
    const pem = issue(join(this.dir, 'tls'), BROKER_COMMON_NAME);
    writeFileSync(join(this.dir, 'tls', 'tls-combined.pem'), pem);
    return pem;
  }

  public write(name: string, text: string): void {
    writeFileSync(join(this.dir, 'config', name), this.localise(text));
  }

  public read(name: string): string {
    return readFileSync(join(this.dir, 'config', name), 'utf8');
  }

  public port(listener: keyof typeof KAFKA_PORTS): number {
    return this.ports.get(KAFKA_PORTS[listener]) ?? 0;
  }

  public bootstrap(listener: ClientListener): string {
    return `localhost:${this.port(listener)}`;
  }

  public get log(): string {
    return readFileSync(join(this.dir, 'broker.log'), 'utf8');
  }

  public program(name: string): string {
    return join(this.kafkaFolder, 'bin', name);
  }

  public run(program: string, args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    return runToEnd(program, args, {
      ...options,
      cwd: this.dir,
      env: { ...this.environment, ...options.env },
    });
  }

  /** `format` as the init container does it, with its arguments, then the broker. */
  public async start(formatArgs: readonly string[]): Promise<void> {
    const formatted = await this.run(
      this.program('kafka-storage.sh'),
      formatArgs.map((arg) => this.localise(arg)),
    );
    if (formatted.code !== 0) throw new Error(`format failed: ${formatted.output}`);
    const log = openSync(join(this.dir, 'broker.log'), 'a');
    const config = join(this.dir, 'config');
    this.broker = spawn(this.program('kafka-server-start.sh'), [join(config, 'server.properties')], {
      cwd: this.dir,
      env: {
        ...this.environment,
        KAFKA_LOG4J_OPTS: `-Dlog4j2.configurationFile=${join(config, 'log4j2.yaml')}`,
      },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    const deadline = Date.now() + START_LIMIT_MS;
    while (!this.log.includes('Kafka Server started')) {
      if (this.broker.exitCode !== null || Date.now() > deadline)
        throw new Error(`no start:\n${this.log.slice(-3000)}`);
      await sleep(200);
    }
  }

  /** As a crash would; `start` starts it again with what it wrote. */
  public async kill(): Promise<void> {
    const { broker } = this;
    if (broker?.exitCode !== null || broker.signalCode !== null) return;
    const ended = new Promise((resolve) => broker.once('exit', resolve));
    broker.kill('SIGKILL');
    await ended;
    writeFileSync(join(this.dir, 'broker.log'), '');
  }

  public async stop(): Promise<void> {
    const { broker } = this;
    if (broker?.exitCode === null && broker.signalCode === null) {
      const ended = new Promise((resolve) => broker.once('exit', resolve));
      broker.kill('SIGTERM');
      const killer = setTimeout(() => broker.kill('SIGKILL'), STOP_LIMIT_MS);
      await ended;
      clearTimeout(killer);
    }
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** What the pod's fields would say; the name of pod 0 is this machine's. */
  private get environment(): NodeJS.ProcessEnv {
    const { PATH, HOME, JAVA_HOME } = process.env;
    return { PATH, HOME, JAVA_HOME, NODE_ID: '0', POD_NAME: 'localhost', KAFKA_HEAP_OPTS: '-Xmx384m' };
  }

  private localise(text: string): string {
    let local = text
      .replaceAll('/opt/kafka/bin', join(this.kafkaFolder, 'bin'))
      .replaceAll(KAFKA_DIRS.config, join(this.dir, 'config'))
      .replaceAll(KAFKA_DIRS.tls, join(this.dir, 'tls'))
      .replaceAll(KAFKA_DIRS.passwords, join(this.dir, 'passwords'))
      .replaceAll(KAFKA_DIRS.data, join(this.dir, 'data'))
      // Every host name of the cluster becomes this machine's; `${env:POD_NAME}` before it stays.
      .replaceAll('://:', '://127.0.0.1:')
      .replaceAll(/(?<=@)kafka-0\.kafka-headless[a-z.-]*\.local/g, 'localhost')
      .replaceAll(/\.kafka-headless[a-z.-]*\.local/g, '')
      .replaceAll(`.${this.externalDomain}`, '');
    for (const [port, free] of this.ports) local = local.replaceAll(`:${port}`, `:${free}`);
    return local;
  }
}

export interface RunOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}
