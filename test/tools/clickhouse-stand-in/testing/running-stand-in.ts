/** The stand-in as a process with the ClickHouse files of `hyperion-dev`, on free ports of the loopback. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LoopbackProgram } from '../../../proof/flows/loopback-program';
import { synthesisOf } from '../../../environments';
import { freePort } from '../../../proof/free-port';

export const BIN = join(__dirname, '..', 'bin');
export const LIMIT_MS = 60_000;
const POLL_MS = 200;

/** With everything that XML, SQL and a shell would stumble over. */
export const PASSWORDS = {
  otel: `w<&>'"\\$x`,
  grafana: `r ${randomBytes(8).toString('hex')}`,
  schema: 's:ä',
};

type Login = keyof typeof PASSWORDS;

export function rendered(path: string): string {
  const text = synthesisOf('hyperion-dev').files.get(path);
  if (text === undefined) throw new Error(`hyperion-dev has no ${path}`);
  return text;
}

export class RunningStandIn {
  public static async prepare(): Promise<RunningStandIn> {
    const [native, http, metrics] = await Promise.all([freePort(), freePort(), freePort()]);
    return new RunningStandIn({ native, http, metrics });
  }

  public readonly program = new LoopbackProgram();
  private readonly configPath: string;

  private constructor(public readonly ports: Readonly<Record<'native' | 'http' | 'metrics', number>>) {
    const { dir } = this.program;
    this.configPath = this.program.file(
      'config.yaml',
      rendered('config/clickhouse/config.yaml')
        .replace('tcp_port: 9000', `tcp_port: ${ports.native}`)
        .replace('http_port: 8123', `http_port: ${ports.http}`)
        .replace('port: 9363', `port: ${ports.metrics}`)
        .replace('- "::"', '- 127.0.0.1')
        .replace('- 0.0.0.0', '- 127.0.0.1')
        .replaceAll('/var/lib/clickhouse/', `${dir}/data/`)
        .replace('/etc/clickhouse-server/', `${dir}/`),
    );
    this.program.file('users.yaml', rendered('config/clickhouse/users.yaml'));
  }

  public get url(): string {
    return `http://127.0.0.1:${this.ports.http}`;
  }

  /** On the data that is there, when it was killed before. */
  public start(): Promise<void> {
    const login = [
      `WRITER_PASSWORD=${PASSWORDS.otel}`,
      `READER_PASSWORD=${PASSWORDS.grafana}`,
      `SCHEMA_PASSWORD=${PASSWORDS.schema}`,
    ];
    const argv = [join(BIN, 'clickhouse-server'), `--config-file=${this.configPath}`];
    return this.program.start(['env', ...login, ...argv], `${this.url}/ping`);
  }

  /** As the kernel would, without a chance to write. */
  public async kill(): Promise<void> {
    const pid = Number([...this.program.read('log').matchAll(/stand-in, process (\d+)/g)].at(-1)?.[1]);
    process.kill(pid, 'SIGKILL');
    await until('the server is gone', () =>
      fetch(`${this.url}/ping`).then(
        () => false,
        () => true,
      ),
    );
  }

  public ask(sql: string, headers = loginHeaders('grafana')): Promise<Response> {
    return fetch(`${this.url}/?default_format=JSONEachRow`, { method: 'POST', body: sql, headers });
  }

  /** As the reader. */
  public async rows<Row>(sql: string): Promise<Row[]> {
    const response = await this.ask(sql);
    const text = await response.text();
    if (!response.ok) throw new Error(text);
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Row);
  }
}

export function loginHeaders(user: Login): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${user}:${PASSWORDS[user]}`).toString('base64')}` };
}

export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + LIMIT_MS;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within ${LIMIT_MS} ms: ${what}`);
    await sleep(POLL_MS);
  }
}
