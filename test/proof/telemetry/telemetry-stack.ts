/** All five services on one machine, from a numbered file to the API. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { QueueClient } from '../../../apps/shared/queue/queue-client';
import { freePort } from '../free-port';
import { compileApps } from './compiled-apps';
import { printLedger, readLedger, writeNumberedRows, type Ledger } from './ledger';
import { ServiceProcess } from './service-process';

export const SERVICES = ['broker', 'proxy', 'collector', 'api', 'streamer'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** Made for these tests; nothing else listens for it. */
export const TOKEN = 'token-of-the-proofs-0123456789';
const LIMIT_MS = 10 * 60_000;

export interface StackOptions {
  readonly rows: number;
  readonly environment?: Partial<Record<ServiceName, Readonly<Record<string, string>>>>;
  /** What stands before `node` in a service's command line. */
  readonly wrap?: Partial<Record<ServiceName, readonly string[]>>;
}

export class TelemetryStack {
  private constructor(
    public readonly folder: string,
    private readonly rows: number,
    private readonly services: Readonly<Record<ServiceName, ServiceProcess>>,
  ) {}

  /** Nothing runs yet. */
  public static async prepare({ rows, environment = {}, wrap = {} }: StackOptions): Promise<TelemetryStack> {
    const folder = mkdtempSync(join(tmpdir(), 'hyperion-telemetry-'));
    const apps = compileApps(folder);
    const source = join(folder, 'readings.csv');
    await writeNumberedRows(source, rows);
    const data = (name: string): string => {
      const path = join(folder, 'data', name);
      mkdirSync(path, { recursive: true });
      return path;
    };
    const ports = Object.fromEntries(
      await Promise.all(SERVICES.map(async (name) => [name, await freePort()] as const)),
    ) as Record<ServiceName, number>;
    const at = (name: ServiceName): string => `http://127.0.0.1:${ports[name]}`;
    const store = { STORE: 'embedded', STORE_DATA_DIR: data('store') };
    const defaults: Record<ServiceName, Record<string, string>> = {
      broker: { BROKER_DATA_DIR: data('broker') },
      proxy: { PROXY_BROKERS: at('broker') },
      collector: { QUEUE_URL: at('proxy'), ...store },
      api: { API_KEYS_FILE: join(data('api'), 'keys.json'), API_RATE_LIMIT: '1000000', ...store },
      streamer: { QUEUE_URL: at('proxy'), STREAMER_DATA_DIR: data('streamer'), STREAMER_SOURCE: source },
    };
    const services = Object.fromEntries(
      SERVICES.map((name) => [
        name,
        new ServiceProcess({
          name,
          port: ports[name],
          argv: [...(wrap[name] ?? []), process.execPath, join(apps, name, 'server.js')] as unknown as [
            string,
          ],
          environment: { SERVICE_TOKEN: TOKEN, ...defaults[name], ...environment[name] },
        }),
      ]),
    ) as Record<ServiceName, ServiceProcess>;
    return new TelemetryStack(folder, rows, services);
  }

  public get(name: ServiceName): ServiceProcess {
    return this.services[name];
  }

  /** In the order of the data's way back, so that nobody starts into nothing. */
  public async start(names: readonly ServiceName[] = SERVICES): Promise<void> {
    for (const name of names) {
      this.services[name].start();
      await this.services[name].untilHealthy();
    }
  }

  /** All of the file is in the queue, or rejected. */
  public async untilRead(): Promise<{ read: number; published: number; rejected: number }> {
    return await this.until('the streamer has read the file', async () => {
      const [source] = await this.sources();
      if (source?.state !== 'finished') return undefined;
      return { read: source.rowsRead, published: source.rowsPublished, rejected: source.rowsRejected };
    });
  }

  /** Nothing waits in any topic but dead letters. */
  public async untilConsumed(): Promise<void> {
    await this.until('the queue is empty', async () => ((await this.depth()) === 0 ? true : undefined));
  }

  public async sources(): Promise<
    { state: string; reason?: string; rowsRead: number; rowsPublished: number; rowsRejected: number }[]
  > {
    const answer = await fetch(`${this.get('streamer').url}/sources`, {
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    return ((await answer.json()) as { sources: never[] }).sources;
  }

  public async depth(topic = 'telemetry'): Promise<number> {
    const client = new QueueClient({
      url: this.get('broker').url,
      token: TOKEN,
      timeoutMs: 5000,
      connections: 1,
    });
    try {
      const found = (await client.topics()).find(({ topic: name }) => name === topic);
      return (found?.partitions ?? []).reduce(
        (sum, each) => sum + each.ready + each.inFlight + each.onDisk,
        0,
      );
    } finally {
      await client.close();
    }
  }

  public async ledger(title: string): Promise<Ledger & { readonly numbers: ReadonlySet<number> }> {
    const ledger = await readLedger(this.get('api').url, TOKEN, this.rows);
    printLedger(title, ledger);
    return ledger;
  }

  public async until<T>(what: string, find: () => Promise<T | undefined>): Promise<T> {
    const deadline = performance.now() + LIMIT_MS;
    let problem = 'not yet';
    while (performance.now() < deadline) {
      const found = await find().catch((error: unknown) => {
        problem = String(error);
        return undefined;
      });
      if (found !== undefined) return found;
      await sleep(100);
    }
    const lines = SERVICES.map((name) => this.services[name].lastLines).join('\n');
    throw new Error(`${what}: ${problem} after ${LIMIT_MS} ms\n${lines}`);
  }

  /** Ends what still runs, and takes all files away. */
  public async close(): Promise<void> {
    await Promise.all(SERVICES.map((name) => this.services[name].end('SIGKILL')));
    rmSync(this.folder, { recursive: true, force: true });
  }
}
