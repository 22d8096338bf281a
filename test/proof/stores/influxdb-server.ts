/** A real InfluxDB on loopback, with a token of its own, and an empty bucket for whoever asks. Ended by `stop`. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { tool } from '../../tools/obtain';
import { freePort } from '../free-port';

export const ORG = 'telemetryorg';
export const TOKEN = 'obviously-not-a-secret-token';

const START_LIMIT_MS = 120_000;

export class InfluxServer {
  private orgId = '';
  private buckets = 0;

  private constructor(
    public readonly url: string,
    private readonly child: ChildProcess,
    private readonly folder: string,
    private readonly output: string[],
  ) {}

  public static async start(): Promise<InfluxServer> {
    const program = await tool('influxdb', 'influxd');
    const folder = mkdtempSync(join(tmpdir(), 'influxdb-'));
    const address = `127.0.0.1:${await freePort()}`;
    const child = spawn(
      program,
      [
        ...['--http-bind-address', address, '--engine-path', join(folder, 'engine')],
        ...['--bolt-path', join(folder, 'bolt'), '--sqlite-path', join(folder, 'sqlite')],
        ...['--reporting-disabled', '--log-level', 'warn'],
      ],
      { stdio: ['ignore', 'pipe', 'pipe'], env: { HOME: folder, PATH: process.env.PATH } },
    );
    const output: string[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => output.push(String(data)));
    const server = new InfluxServer(`http://${address}`, child, folder, output);
    try {
      await server.setUp();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** Gives its name. */
  public async newBucket(): Promise<string> {
    this.buckets += 1;
    const name = `bucket_${this.buckets}`;
    await this.post('/api/v2/buckets', { orgID: this.orgId, name, retentionRules: [] });
    return name;
  }

  public async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const ended = once(this.child, 'exit');
      this.child.kill('SIGKILL');
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async setUp(): Promise<void> {
    const deadline = Date.now() + START_LIMIT_MS;
    while (!(await this.answers())) {
      if (this.child.exitCode !== null || Date.now() > deadline) {
        throw new Error(`influxd does not answer: ${this.output.join('')}`);
      }
      await sleep(50);
    }
    const { org } = (await this.post('/api/v2/setup', {
      username: 'test',
      password: 'obviously-not-a-secret',
      org: ORG,
      bucket: 'first',
      token: TOKEN,
    })) as { org: { id: string } };
    this.orgId = org.id;
  }

  private async answers(): Promise<boolean> {
    try {
      return (await fetch(`${this.url}/health`)).ok;
    } catch {
      return false;
    }
  }

  private async post(path: string, body: unknown): Promise<unknown> {
    const answer = await fetch(this.url + path, {
      method: 'POST',
      headers: { authorization: `Token ${TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
    return JSON.parse(text);
  }
}
