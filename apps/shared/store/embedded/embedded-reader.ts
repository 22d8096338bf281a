/**
 * Reads the embedded store, beside one process that writes. All work is in bounded pieces between which other requests get
 * their turn, and a query that is aborted ends at the next piece.
 */
import type {
  Device,
  DeviceFilter,
  Gap,
  MetricSummary,
  Page,
  SamplePlace,
  SeriesSample,
  TelemetryReader,
  TimeRange,
  Window,
} from '../telemetry-store';
import { prepareFile, type EmbeddedStoreOptions } from './database';
import type { DeviceSeries } from './device-groups';
import { ReadConnection } from './read-connection';
import { countSamples, scan } from './sample-scan';
import { SeriesCatalog } from './series-catalog';
import { gapsOf, windowsOf } from './windows';

export function openEmbeddedReader(options: EmbeddedStoreOptions): TelemetryReader {
  return new EmbeddedReader(new ReadConnection(prepareFile(options)));
}

type WindowsQuery = Parameters<TelemetryReader['windows']>[0];
type MetricQuery = DeviceFilter & TimeRange & { readonly metric: string };

class EmbeddedReader implements TelemetryReader {
  private readonly catalog: SeriesCatalog;

  public constructor(private readonly connection: ReadConnection) {
    this.catalog = new SeriesCatalog(connection);
  }

  public devices(filter: DeviceFilter, page: Page, signal?: AbortSignal): Promise<Device[]> {
    return this.catalog.devices(filter, page, signal);
  }

  public metrics(filter: DeviceFilter, signal?: AbortSignal): Promise<MetricSummary[]> {
    return this.catalog.metrics(filter, signal);
  }

  public latest(
    filter: DeviceFilter & { readonly metric?: string | undefined },
    limit: number,
    signal?: AbortSignal,
  ): Promise<SeriesSample[]> {
    return this.catalog.latest(filter, limit, signal);
  }

  public async *samples(
    query: MetricQuery & { readonly after?: SamplePlace | undefined },
    limit: number,
    signal?: AbortSignal,
  ): AsyncGenerator<SeriesSample & { readonly place: SamplePlace }> {
    const metric = this.catalog.metric(query.metric);
    if (metric === undefined) return;
    const selection = await this.catalog.select(query, metric, query, signal);
    if (selection === undefined) return;
    let left = limit;
    for await (const rows of scan(this.connection, { ...selection, after: placeOf(query.after) }, signal)) {
      for (const [timeUs, series, value] of rows) {
        if (left <= 0) return;
        left -= 1;
        const { tags } = this.catalog.identity(series);
        yield { metric: query.metric, tags, timeUs, value, place: { timeUs, series: String(series) } };
      }
      if (left <= 0) return;
    }
  }

  public async *windows(query: WindowsQuery, limit: number, signal?: AbortSignal): AsyncGenerator<Window> {
    const found = await this.devicesWith(query, signal);
    if (found === undefined) return;
    const { windowUs, aggregates } = query;
    let left = limit;
    if (left <= 0) return;
    const windows = windowsOf(this.connection, found.devices, { ...found, windowUs, aggregates }, signal);
    for await (const window of windows) {
      yield window;
      left -= 1;
      if (left <= 0) return;
    }
  }

  public async top(
    query: Parameters<TelemetryReader['top']>[0],
    limit: number,
    signal?: AbortSignal,
  ): Promise<{ readonly uuid: string; readonly value: number }[]> {
    const found = await this.devicesWith(query, signal);
    if (found === undefined) return [];
    const { aggregate, order } = query;
    const whole = { ...found, windowUs: Number.POSITIVE_INFINITY, aggregates: [aggregate] };
    const all: { uuid: string; value: number }[] = [];
    for await (const { uuid, values } of windowsOf(this.connection, found.devices, whole, signal)) {
      all.push({ uuid, value: values[aggregate] ?? 0 });
    }
    // They come by uuid, and the sort keeps that among equals.
    const sign = order === 'highest' ? -1 : 1;
    return all.sort((a, b) => sign * (a.value - b.value)).slice(0, limit);
  }

  public async gaps(
    query: MetricQuery & { readonly longerThanUs: number },
    limit: number,
    signal?: AbortSignal,
  ): Promise<Gap[]> {
    const found = await this.devicesWith(query, signal);
    if (found === undefined) return [];
    const { longerThanUs, metric } = query;
    const gaps = await gapsOf(this.connection, found.devices, { ...found, longerThanUs }, limit, signal);
    return gaps.map((gap) => ({ ...gap, metric }));
  }

  public async count(
    query: DeviceFilter & TimeRange & { readonly metric?: string | undefined },
    signal?: AbortSignal,
  ): Promise<number> {
    let total = 0;
    for await (const [metric, name] of this.catalog.allMetrics(signal)) {
      if (query.metric !== undefined && query.metric !== name) continue;
      const selection = await this.catalog.select(query, metric, query, signal);
      if (selection !== undefined) total += await countSamples(this.connection, selection, signal);
    }
    return total;
  }

  public async ping(): Promise<void> {
    this.connection.one('SELECT epoch FROM series_epoch', []);
    return Promise.resolve();
  }

  public async close(): Promise<void> {
    this.connection.close();
    return Promise.resolve();
  }

  private async devicesWith(
    query: MetricQuery,
    signal: AbortSignal | undefined,
  ): Promise<
    (TimeRange & { readonly metric: number; readonly devices: readonly DeviceSeries[] }) | undefined
  > {
    const metric = this.catalog.metric(query.metric);
    if (metric === undefined) return undefined;
    const devices = await this.catalog.seriesByDevice(query, metric, query, signal);
    return { metric, devices, fromUs: query.fromUs, toUs: query.toUs };
  }
}

function placeOf(place: SamplePlace | undefined): readonly [timeUs: number, series: number] | undefined {
  if (place === undefined) return undefined;
  if (!/^\d{1,15}$/.test(place.series)) throw new RangeError(`${place.series} is no series of this store`);
  return [place.timeUs, Number(place.series)];
}
