/**
 * What a store of readings does. The collector writes, the API reads; each store (InfluxDB, the embedded one) is behind
 * both, and the same suite of tests runs against all.
 */
import type { Reading } from '../telemetry/reading';

export interface TelemetryWriter {
  /**
   * Resolves when the store holds all of them as its guarantee says (`docs/guides/delivery.md`). Readings of one series
   * and time replace one another, so that the same batch twice is one. Rejects with `StoreUnavailable` when the same batch may
   * do later, and with `ReadingsRefused` when the store will never take (some of) them.
   */
  write(readings: readonly Reading[], signal?: AbortSignal): Promise<void>;
  /** Rejects with `StoreUnavailable`. */
  ping(signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** The store is away, too slow, full or confused: the same again, later. */
export class StoreUnavailable extends Error {
  public constructor(
    message: string,
    public readonly kind: 'refused' | 'timeout' | 'server-error' | 'rate-limited' | 'full' | 'unauthorized',
    /** What the store asks for, if it does. */
    public readonly retryAfterMs?: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'StoreUnavailable';
  }
}

/** These will not do, however often they are sent. The others of the batch may or may not be stored: send them again. */
export class ReadingsRefused extends Error {
  public constructor(
    message: string,
    /** Indexes into the batch; undefined when the store does not tell, and halving the batch finds them. */
    public readonly indexes?: readonly number[],
  ) {
    super(message);
    this.name = 'ReadingsRefused';
  }
}

export interface Sample {
  readonly timeUs: number;
  readonly value: number;
}

export interface SeriesSample extends Sample {
  readonly metric: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface Device {
  readonly uuid: string;
  readonly hostname?: string;
  readonly model?: string;
  readonly gpuId?: string;
  readonly device?: string;
  readonly firstSeenUs: number;
  readonly lastSeenUs: number;
}

export interface MetricSummary {
  readonly metric: string;
  readonly devices: number;
  readonly lastSeenUs: number;
}

export const AGGREGATES = ['mean', 'min', 'max', 'sum', 'count', 'last', 'p50', 'p90', 'p95', 'p99'] as const;

export type Aggregate = (typeof AGGREGATES)[number];

/** `fromUs` belongs to it, `toUs` does not. */
export interface TimeRange {
  readonly fromUs: number;
  readonly toUs: number;
}

/** One device's window of time; windows start at multiples of their length. Those without a sample are left out. */
export interface Window {
  readonly uuid: string;
  readonly startUs: number;
  readonly values: Readonly<Partial<Record<Aggregate, number>>>;
}

export interface Gap {
  readonly uuid: string;
  readonly metric: string;
  /** The last sample before, and the first after; the range's ends when there is none. */
  readonly fromUs: number;
  readonly toUs: number;
}

export interface Page {
  /** The last one's cursor of the page before. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** Where all samples of a range stand in one order: by time, then by series. */
export interface SamplePlace {
  readonly timeUs: number;
  /** Opaque; sorts the series. */
  readonly series: string;
}

export interface DeviceFilter {
  readonly uuids?: readonly string[] | undefined;
  readonly hostname?: string | undefined;
  readonly model?: string | undefined;
}

/** Every method rejects with `StoreUnavailable` when the store cannot answer; all values reach it as parameters. */
export interface TelemetryReader {
  /** By uuid; the cursor is the uuid. */
  devices(filter: DeviceFilter, page: Page, signal?: AbortSignal): Promise<Device[]>;
  /** By name. */
  metrics(filter: DeviceFilter, signal?: AbortSignal): Promise<MetricSummary[]>;
  /** The last sample of each series, by uuid, then metric. */
  latest(
    filter: DeviceFilter & { readonly metric?: string | undefined },
    limit: number,
    signal?: AbortSignal,
  ): Promise<SeriesSample[]>;
  /** All samples in order, streamed; going on behind `after`. */
  samples(
    query: DeviceFilter & TimeRange & { readonly metric: string; readonly after?: SamplePlace | undefined },
    limit: number,
    signal?: AbortSignal,
  ): AsyncIterable<SeriesSample & { readonly place: SamplePlace }>;
  /** By uuid, then time, streamed. Series of one device and metric count together. */
  windows(
    query: DeviceFilter &
      TimeRange & {
        readonly metric: string;
        readonly windowUs: number;
        readonly aggregates: readonly Aggregate[];
      },
    limit: number,
    signal?: AbortSignal,
  ): AsyncIterable<Window>;
  /** The devices with the highest (or lowest) aggregate over the range, and that. Ties by uuid. */
  top(
    query: DeviceFilter &
      TimeRange & {
        readonly metric: string;
        readonly aggregate: Aggregate;
        readonly order: 'highest' | 'lowest';
      },
    limit: number,
    signal?: AbortSignal,
  ): Promise<{ readonly uuid: string; readonly value: number }[]>;
  /** Stretches of the range in which a device that has the metric in it has no sample for longer than `longerThanUs`. */
  gaps(
    query: DeviceFilter & TimeRange & { readonly metric: string; readonly longerThanUs: number },
    limit: number,
    signal?: AbortSignal,
  ): Promise<Gap[]>;
  /** How many samples there are. */
  count(
    query: DeviceFilter & TimeRange & { readonly metric?: string | undefined },
    signal?: AbortSignal,
  ): Promise<number>;
  ping(signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}
