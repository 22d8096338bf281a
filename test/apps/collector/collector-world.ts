/** A broker on loopback, collectors before it, and a store that fails when it is told to. Closed by `closeAll`. */
import { setTimeout as sleep } from 'node:timers/promises';

import { createCollectorApp } from '../../../apps/collector/app';
import { readCollectorSettings } from '../../../apps/collector/config';
import type { HttpApp } from '../../../apps/shared/http-app';
import { QueueClient } from '../../../apps/shared/queue/queue-client';
import type { TelemetryWriter } from '../../../apps/shared/store/telemetry-store';
import type { Reading } from '../../../apps/shared/telemetry/reading';
import { closeBrokers, newFolder, startBroker, TOKEN, type Broker } from '../broker/broker-client';
import { gpuReading } from '../shared/store/suite/readings';

export const TOPIC = 'telemetry';

const apps: HttpApp[] = [];
const queues: QueueClient[] = [];

/** Keeps readings in a map, as a store does: the last one of a series and time. */
export class FakeStore implements TelemetryWriter {
  public readonly stored = new Map<string, Reading>();
  public writes = 0;
  public pings = 0;
  /** Called before each write; throws, or never resolves, as a test likes. */
  public fault: (readings: readonly Reading[]) => Promise<void> | void = () => undefined;

  public async write(readings: readonly Reading[]): Promise<void> {
    this.writes += 1;
    await this.fault(readings);
    for (const reading of readings)
      this.stored.set(JSON.stringify([reading.metric, reading.tags, reading.timeUs]), reading);
  }

  public async ping(): Promise<void> {
    this.pings += 1;
    await this.fault([]);
  }

  public async close(): Promise<void> {
    return Promise.resolve();
  }

  public get values(): number[] {
    return [...this.stored.values()].map(({ value }) => value).sort((a, b) => a - b);
  }
}

export interface World {
  readonly broker: Broker;
  readonly url: string;
  readonly queue: QueueClient;
}

export async function startWorld(variables: Readonly<Record<string, string>> = {}): Promise<World> {
  const broker = await startBroker({ LOG_LEVEL: 'silent', ...variables });
  const url = await broker.app.listen({ host: '127.0.0.1', port: 0 });
  const queue = new QueueClient({ url, token: TOKEN, timeoutMs: 30_000, connections: 4 });
  queues.push(queue);
  return { broker, url, queue };
}

export interface RunningCollector {
  readonly app: HttpApp;
  readonly log: string[];
  readonly stop: () => Promise<void>;
  readonly metrics: () => Promise<string>;
}

export async function startCollector(
  { url }: World,
  writer: TelemetryWriter | undefined,
  variables: Readonly<Record<string, string>> = {},
): Promise<RunningCollector> {
  const settings = readCollectorSettings({
    SERVICE_TOKEN: TOKEN,
    QUEUE_URL: url,
    STORE_DATA_DIR: newFolder(),
    LOG_LEVEL: 'info',
    COLLECTOR_DISCOVERY_INTERVAL: '100ms',
    COLLECTOR_BATCH_WAIT: '20ms',
    COLLECTOR_BREAKER_WAIT: '50ms',
    ...variables,
  });
  const log: string[] = [];
  const app = await createCollectorApp(settings, {
    processMetrics: false,
    logTo: { write: (line) => void log.push(line) },
    ...(writer === undefined ? {} : { writer }),
  });
  apps.push(app);
  await app.ready();
  return {
    app,
    log,
    stop: async () => {
      apps.splice(apps.indexOf(app), 1);
      await app.close();
    },
    metrics: async () => (await app.inject('/metrics')).body,
  };
}

export async function closeAll(): Promise<void> {
  await Promise.all(apps.splice(0).map((app) => app.close()));
  await Promise.all(queues.splice(0).map((queue) => queue.close()));
  await closeBrokers();
}

/** Numbered readings, spread over devices. */
export function numbered(from: number, count: number): Reading[] {
  return Array.from({ length: count }, (_, i) => gpuReading((from + i) % 16, from + i, from + i));
}

export async function publish({ queue }: World, readings: readonly Reading[]): Promise<void> {
  for (let start = 0; start < readings.length; start += 1000) {
    const drafts = readings
      .slice(start, start + 1000)
      .map((reading) => ({ key: reading.tags.uuid, body: JSON.stringify(reading) }));
    await queue.publish(TOPIC, drafts);
  }
}

export async function depthOf({ queue }: World, topic = TOPIC): Promise<number> {
  const found = (await queue.topics()).find((each) => each.topic === topic);
  return (found?.partitions ?? []).reduce(
    (sum, { ready, inFlight, onDisk }) => sum + ready + inFlight + onDisk,
    0,
  );
}

/** With a generous limit: nothing here measures time. */
export async function until(what: string, condition: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`in vain: ${what}`);
    await sleep(20);
  }
}

export function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
