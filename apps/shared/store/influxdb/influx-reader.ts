/** Reads InfluxDB: aggregates are computed there, samples are streamed in slices of time that fit into memory. */
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
import { findDevices, findUuids, latestSamples, metricSummaries } from './devices';
import { findGaps } from './gaps';
import { InfluxClient, type InfluxOptions } from './influx-client';
import { countSamples, readSamples } from './samples';
import { readWindows } from './windows';

export function openInfluxReader(options: InfluxOptions): TelemetryReader {
  return new InfluxReader(new InfluxClient(options));
}

type MetricQuery = DeviceFilter & TimeRange & { readonly metric: string };

class InfluxReader implements TelemetryReader {
  public constructor(private readonly client: InfluxClient) {}

  public devices(filter: DeviceFilter, page: Page, signal?: AbortSignal): Promise<Device[]> {
    return findDevices(this.client, filter, page, signal);
  }

  public metrics(filter: DeviceFilter, signal?: AbortSignal): Promise<MetricSummary[]> {
    return metricSummaries(this.client, filter, signal);
  }

  public latest(
    filter: DeviceFilter & { readonly metric?: string | undefined },
    limit: number,
    signal?: AbortSignal,
  ): Promise<SeriesSample[]> {
    return latestSamples(this.client, filter, limit, signal);
  }

  public samples(
    query: MetricQuery & { readonly after?: SamplePlace | undefined },
    limit: number,
    signal?: AbortSignal,
  ): AsyncGenerator<SeriesSample & { readonly place: SamplePlace }> {
    return readSamples(this.client, query, limit, signal);
  }

  public async *windows(
    query: Parameters<TelemetryReader['windows']>[0],
    limit: number,
    signal?: AbortSignal,
  ): AsyncGenerator<Window> {
    let left = limit;
    if (left <= 0) return;
    const uuids = await findUuids(this.client, query, query, signal);
    for await (const window of readWindows(this.client, uuids, query, signal)) {
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
    const { aggregate, order } = query;
    const uuids = await findUuids(this.client, query, query, signal);
    const whole = { ...query, windowUs: Number.POSITIVE_INFINITY, aggregates: [aggregate] };
    const all: { uuid: string; value: number }[] = [];
    for await (const { uuid, values } of readWindows(this.client, uuids, whole, signal)) {
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
    const uuids = await findUuids(this.client, query, query, signal);
    return findGaps(this.client, uuids, query, limit, signal);
  }

  public count(
    query: DeviceFilter & TimeRange & { readonly metric?: string | undefined },
    signal?: AbortSignal,
  ): Promise<number> {
    return countSamples(this.client, query, query, signal);
  }

  public ping(signal?: AbortSignal): Promise<void> {
    return this.client.ping(signal);
  }

  public close(): Promise<void> {
    return this.client.close();
  }
}
