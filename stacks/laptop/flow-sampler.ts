/**
 * Looks at all services once a second, and keeps the last minutes: states, rates, depths, and how old the newest stored
 * reading is. The console shows it; a page that opens finds the past there.
 */
import type { QueuePartition, QueueTopic } from '../../apps/shared/queue/queue-client';
import type { ServiceClient } from './service-client';
import { SERVICE_NAMES, TOPIC, urlOf, type ServiceName } from './service-definition';
import type { ServiceProcess, ServiceState } from './service-process';
import { serviceReading, NOTHING_READ, type ServiceReading } from './service-reading';

export interface ServiceStatus {
  readonly name: ServiceName;
  readonly title: string;
  readonly state: ServiceState;
  readonly ready: boolean;
  /** Why it is not ready, in its own words. */
  readonly reasons: readonly string[];
  readonly url: string;
  readonly pid: number | null;
  readonly restarts: number;
  readonly lastEnd: string | null;
  readonly upForMs: number | null;
  /** Of one core; null until two readings are there. */
  readonly cpuPercent: number | null;
  readonly memoryBytes: number | null;
  readonly loopP99Ms: number | null;
  readonly requestsPerS: number | null;
}

/** One look. A number that could not be had is null. */
export interface FlowPoint {
  readonly atMs: number;
  readonly readPerS: number | null;
  readonly publishedPerS: number | null;
  readonly deliveredPerS: number | null;
  readonly acknowledgedPerS: number | null;
  readonly queriesPerS: number | null;
  readonly ready: number | null;
  readonly inFlight: number | null;
  readonly onDisk: number | null;
  /** How old the newest reading in the store is. */
  readonly ageMs: number | null;
}

export interface FlowTotals {
  readonly read: number;
  readonly rejected: number;
  readonly published: number;
  readonly acknowledged: number;
  readonly spilled: number;
  readonly deadLetters: number;
}

export interface FlowStatus {
  readonly services: readonly ServiceStatus[];
  readonly partitions: readonly QueuePartition[];
  readonly totals: FlowTotals;
  readonly now: FlowPoint;
}

const INTERVAL_MS = 1000;
/** Five minutes. */
const KEPT_POINTS = 300;
/** Rates are of the last six seconds: readings come in sweeps, one every two seconds. */
const RATE_LOOKS = 7;
const PROBE_LIMIT_MS = 2000;
const DEAD_LETTER_TOPIC = `${TOPIC}.dead-letters`;
const NOTHING: FlowPoint = {
  atMs: 0,
  readPerS: null,
  publishedPerS: null,
  deliveredPerS: null,
  acknowledgedPerS: null,
  queriesPerS: null,
  ready: null,
  inFlight: null,
  onDisk: null,
  ageMs: null,
};

export class FlowSampler {
  private readonly points: FlowPoint[] = [];
  /** The newest last; rates are taken over all of them. */
  private readonly looks: ReadonlyMap<ServiceName, ServiceReading>[] = [];
  private topics: readonly QueueTopic[] | undefined;
  private newestMs: number | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isLooking = false;

  public constructor(
    private readonly services: readonly ServiceProcess[],
    private readonly client: ServiceClient,
  ) {}

  public start(): void {
    this.timer = setInterval(() => {
      void this.look();
    }, INTERVAL_MS);
    void this.look();
  }

  public stop(): void {
    clearInterval(this.timer);
  }

  /** Oldest first. */
  public history(): readonly FlowPoint[] {
    return this.points;
  }

  public status(): FlowStatus {
    return {
      services: this.services.map((service) => this.statusOf(service)),
      partitions: this.topic(TOPIC),
      totals: this.totals(),
      now: this.points.at(-1) ?? NOTHING,
    };
  }

  private async look(): Promise<void> {
    // A slow answer must not pile up looks.
    if (this.isLooking) return;
    this.isLooking = true;
    try {
      const [readings, topics, newestMs] = await Promise.all([
        Promise.all(SERVICE_NAMES.map(async (name) => [name, await this.read(name)] as const)),
        this.ask<{ topics: QueueTopic[] }>('broker', '/topics'),
        this.ask<{ data: { lastSeen: string }[] }>('api', '/v1/metrics'),
      ]);
      this.looks.push(new Map(readings));
      this.looks.splice(0, Math.max(0, this.looks.length - RATE_LOOKS));
      this.topics = topics?.topics;
      const times = (newestMs?.data ?? []).map(({ lastSeen }) => Date.parse(lastSeen));
      this.newestMs = times.length === 0 ? undefined : Math.max(...times);
      this.points.push(this.point());
      this.points.splice(0, Math.max(0, this.points.length - KEPT_POINTS));
    } finally {
      this.isLooking = false;
    }
  }

  private async read(name: ServiceName): Promise<ServiceReading> {
    try {
      const [ready, metrics] = await Promise.all([
        this.client.open(name, '/ready', { timeoutMs: PROBE_LIMIT_MS }),
        this.client.text(name, '/metrics', { timeoutMs: PROBE_LIMIT_MS }),
      ]);
      const { reasons } = (await ready.body.json()) as { readonly reasons: readonly string[] };
      return serviceReading(Date.now(), reasons, ready.statusCode === 200, metrics);
    } catch {
      return NOTHING_READ;
    }
  }

  private async ask<T>(name: ServiceName, path: string): Promise<T | undefined> {
    try {
      return await this.client.json<T>(name, path, { timeoutMs: PROBE_LIMIT_MS });
    } catch {
      return undefined;
    }
  }

  private point(): FlowPoint {
    const partitions = this.topics === undefined ? undefined : this.topic(TOPIC);
    const total = (count: (each: QueuePartition) => number): number | null =>
      partitions?.reduce((sum, each) => sum + count(each), 0) ?? null;
    const nowMs = Date.now();
    return {
      atMs: nowMs,
      readPerS: this.rate('streamer', 'read'),
      publishedPerS: this.rate('streamer', 'published'),
      deliveredPerS: this.rate('broker', 'delivered'),
      acknowledgedPerS: this.rate('broker', 'acknowledged'),
      queriesPerS: this.rate('api', 'queries'),
      ready: total(({ ready }) => ready),
      inFlight: total(({ inFlight }) => inFlight),
      onDisk: total(({ onDisk }) => onDisk),
      ageMs: this.newestMs === undefined ? null : Math.max(0, nowMs - this.newestMs),
    };
  }

  /** Null without two readings, and across a restart, when counters begin anew. */
  private rate(name: ServiceName, counter: keyof ServiceReading['counters']): number | null {
    const now = this.looks.at(-1)?.get(name);
    const before = this.looks[0]?.get(name);
    if (now?.atMs === undefined || before?.atMs === undefined || now.atMs === before.atMs) return null;
    const change = now.counters[counter] - before.counters[counter];
    return change < 0 ? null : (change * 1000) / (now.atMs - before.atMs);
  }

  private topic(name: string): readonly QueuePartition[] {
    return this.topics?.find(({ topic }) => topic === name)?.partitions ?? [];
  }

  private totals(): FlowTotals {
    const count = (name: ServiceName, counter: keyof ServiceReading['counters']): number =>
      this.looks.at(-1)?.get(name)?.counters[counter] ?? 0;
    return {
      read: count('streamer', 'read'),
      rejected: count('streamer', 'rejected'),
      published: count('streamer', 'published'),
      acknowledged: count('broker', 'acknowledged'),
      spilled: count('broker', 'spilled'),
      deadLetters: this.topic(DEAD_LETTER_TOPIC).reduce(
        (sum, { ready, inFlight, onDisk }) => sum + ready + inFlight + onDisk,
        0,
      ),
    };
  }

  private statusOf(service: ServiceProcess): ServiceStatus {
    const { name, title } = service.definition;
    const reading = this.looks.at(-1)?.get(name) ?? NOTHING_READ;
    const cpuSeconds = this.rate(name, 'cpuSeconds');
    return {
      name,
      title,
      state: service.state,
      ready: service.state === 'running' && reading.isReady,
      reasons: reading.reasons,
      url: urlOf(service.definition),
      pid: service.pid ?? null,
      restarts: service.restarts,
      lastEnd: service.lastEnd ?? null,
      upForMs:
        service.pid === undefined || service.startedAtMs === undefined
          ? null
          : Date.now() - service.startedAtMs,
      cpuPercent: cpuSeconds === null ? null : cpuSeconds * 100,
      memoryBytes: reading.memoryBytes ?? null,
      loopP99Ms: reading.loopP99Ms ?? null,
      requestsPerS: this.rate(name, 'requests'),
    };
  }
}
