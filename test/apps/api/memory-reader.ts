/** A store of readings in an array, with answers that are simple enough to be believed; it fails and hangs on demand. */
import {
  StoreUnavailable,
  type Aggregate,
  type Device,
  type DeviceFilter,
  type Gap,
  type MetricSummary,
  type Page,
  type SamplePlace,
  type SeriesSample,
  type TelemetryReader,
  type TimeRange,
  type Window,
} from '../../../apps/shared/store/telemetry-store';
import type { Reading } from '../../../apps/shared/telemetry/reading';

type Query = DeviceFilter & Partial<TimeRange> & { readonly metric?: string | undefined };

export class MemoryReader implements TelemetryReader {
  /** What the next queries meet. */
  public fault: StoreUnavailable | Error | 'hang' | undefined;
  /** After so many rows of a stream comes the fault. */
  public failAfterRows = Infinity;
  public rowsRead = 0;
  public aborted = 0;
  /** Streams that ended before their last row. */
  public unfinished = 0;
  public isClosed = false;
  public readonly asked: unknown[] = [];
  private readonly readings: readonly Reading[];

  public constructor(readings: readonly Reading[]) {
    this.readings = [...readings].sort((a, b) => a.timeUs - b.timeUs || compare(seriesOf(a), seriesOf(b)));
  }

  public async devices(filter: DeviceFilter, page: Page, signal?: AbortSignal): Promise<Device[]> {
    await this.meet(signal, { filter, page });
    const uuids = [...new Set(this.matching(filter).map(uuidOf))].sort();
    return uuids
      .filter((uuid) => page.after === undefined || uuid > page.after)
      .slice(0, page.limit)
      .map((uuid) => {
        const own = this.readings.filter((reading) => uuidOf(reading) === uuid);
        const { hostname, model, gpu_id: gpuId, device } = own.at(-1)?.tags ?? {};
        return {
          uuid,
          ...(hostname === undefined ? {} : { hostname }),
          ...(model === undefined ? {} : { model }),
          ...(gpuId === undefined ? {} : { gpuId }),
          ...(device === undefined ? {} : { device }),
          firstSeenUs: own[0]?.timeUs ?? 0,
          lastSeenUs: own.at(-1)?.timeUs ?? 0,
        };
      });
  }

  public async metrics(filter: DeviceFilter, signal?: AbortSignal): Promise<MetricSummary[]> {
    await this.meet(signal, { filter });
    return [...groups(this.matching(filter), ({ metric }) => metric)]
      .sort(([a], [b]) => compare(a, b))
      .map(([metric, own]) => ({
        metric,
        devices: new Set(own.map(uuidOf)).size,
        lastSeenUs: own.at(-1)?.timeUs ?? 0,
      }));
  }

  public async latest(
    filter: DeviceFilter & { readonly metric?: string | undefined },
    limit: number,
    signal?: AbortSignal,
  ): Promise<SeriesSample[]> {
    await this.meet(signal, { filter, limit });
    return [...groups(this.matching(filter), seriesOf).values()]
      .flatMap((own) => own.slice(-1))
      .sort((a, b) => compare(uuidOf(a), uuidOf(b)) || compare(a.metric, b.metric))
      .slice(0, limit);
  }

  public async *samples(
    query: DeviceFilter & TimeRange & { readonly metric: string; readonly after?: SamplePlace | undefined },
    limit: number,
    signal?: AbortSignal,
  ): AsyncGenerator<SeriesSample & { readonly place: SamplePlace }> {
    await this.meet(signal, { query, limit });
    const { after } = query;
    const rows = this.matching(query)
      .map((reading) => ({ ...reading, place: { timeUs: reading.timeUs, series: seriesOf(reading) } }))
      .filter(({ place }) => after === undefined || comparePlaces(place, after) > 0)
      .slice(0, limit);
    yield* this.flow(rows, signal);
  }

  public async *windows(
    query: DeviceFilter &
      TimeRange & {
        readonly metric: string;
        readonly windowUs: number;
        readonly aggregates: readonly Aggregate[];
      },
    limit: number,
    signal?: AbortSignal,
  ): AsyncGenerator<Window> {
    await this.meet(signal, { query, limit });
    const { windowUs, aggregates } = query;
    const startOf = ({ timeUs }: Reading): number => Math.floor(timeUs / windowUs) * windowUs;
    const rows = [...groups(this.matching(query), uuidOf)]
      .sort(([a], [b]) => compare(a, b))
      .flatMap(([uuid, own]) =>
        [...groups(own, (reading) => String(startOf(reading)))].map(([start, within]) => ({
          uuid,
          startUs: Number(start),
          values: Object.fromEntries(aggregates.map((name) => [name, aggregate(name, within)])),
        })),
      );
    yield* this.flow(rows.slice(0, limit), signal);
  }

  public async top(
    query: DeviceFilter &
      TimeRange & {
        readonly metric: string;
        readonly aggregate: Aggregate;
        readonly order: 'highest' | 'lowest';
      },
    limit: number,
    signal?: AbortSignal,
  ): Promise<{ uuid: string; value: number }[]> {
    await this.meet(signal, { query, limit });
    const sign = query.order === 'highest' ? -1 : 1;
    return [...groups(this.matching(query), uuidOf)]
      .map(([uuid, own]) => ({ uuid, value: aggregate(query.aggregate, own) }))
      .sort((a, b) => sign * (a.value - b.value) || compare(a.uuid, b.uuid))
      .slice(0, limit);
  }

  public async gaps(
    query: DeviceFilter & TimeRange & { readonly metric: string; readonly longerThanUs: number },
    limit: number,
    signal?: AbortSignal,
  ): Promise<Gap[]> {
    await this.meet(signal, { query, limit });
    const { metric, fromUs, toUs, longerThanUs } = query;
    return [...groups(this.matching(query), uuidOf)]
      .flatMap(([uuid, own]) => {
        const times = [fromUs, ...own.map(({ timeUs }) => timeUs), toUs];
        return times.slice(1).map((end, index) => ({ uuid, metric, fromUs: times[index] ?? 0, toUs: end }));
      })
      .filter((gap) => gap.toUs - gap.fromUs > longerThanUs)
      .slice(0, limit);
  }

  public async count(query: Query & TimeRange, signal?: AbortSignal): Promise<number> {
    await this.meet(signal, { query });
    return this.matching(query).length;
  }

  public ping(signal?: AbortSignal): Promise<void> {
    return this.meet(signal, 'ping');
  }

  public close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }

  private matching({ uuids, hostname, model, metric, fromUs = 0, toUs = Infinity }: Query): Reading[] {
    return this.readings.filter(
      (reading) =>
        (uuids === undefined || uuids.includes(uuidOf(reading))) &&
        (hostname === undefined || reading.tags.hostname === hostname) &&
        (model === undefined || reading.tags.model === model) &&
        (metric === undefined || reading.metric === metric) &&
        reading.timeUs >= fromUs &&
        reading.timeUs < toUs,
    );
  }

  private async meet(signal: AbortSignal | undefined, asked: unknown): Promise<void> {
    if (asked !== 'ping') this.asked.push(asked);
    if (this.fault === undefined || this.failAfterRows < Infinity) return;
    if (this.fault !== 'hang') throw this.fault;
    await this.hang(signal);
  }

  private hang(signal: AbortSignal | undefined): Promise<never> {
    return new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => {
        this.aborted += 1;
        reject(new StoreUnavailable('aborted', 'timeout'));
      });
    });
  }

  private async *flow<T>(rows: readonly T[], signal: AbortSignal | undefined): AsyncGenerator<T> {
    let count = 0;
    try {
      for (const row of rows) {
        if (count === this.failAfterRows && this.fault !== undefined) {
          if (this.fault !== 'hang') throw this.fault;
          await this.hang(signal);
        }
        if (signal?.aborted === true) return;
        count += 1;
        this.rowsRead += 1;
        yield row;
        // As a store that asks a disk or another machine.
        if (count % 1000 === 0) await new Promise(setImmediate);
      }
    } finally {
      if (count < rows.length) this.unfinished += 1;
    }
  }
}

function aggregate(name: Aggregate, own: readonly Reading[]): number {
  const values = own.map(({ value }) => value).sort((a, b) => a - b);
  const sum = values.reduce((total, value) => total + value, 0);
  switch (name) {
    case 'mean':
      return sum / values.length;
    case 'min':
      return values[0] ?? 0;
    case 'max':
      return values.at(-1) ?? 0;
    case 'sum':
      return sum;
    case 'count':
      return values.length;
    case 'last':
      return own.at(-1)?.value ?? 0;
    default:
      return values[Math.ceil((Number(name.slice(1)) / 100) * values.length) - 1] ?? 0;
  }
}

function groups<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const map = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = map.get(key);
    if (group === undefined) map.set(key, [item]);
    else group.push(item);
  }
  return map;
}

function uuidOf({ tags }: Pick<Reading, 'tags'>): string {
  return tags.uuid ?? '';
}

/** The readings of a series share their tags. */
const texts = new WeakMap<object, string>();

function seriesOf({ metric, tags }: Pick<Reading, 'metric' | 'tags'>): string {
  const known = texts.get(tags);
  const text = known ?? JSON.stringify(Object.entries(tags).sort(([a], [b]) => compare(a, b)));
  if (known === undefined) texts.set(tags, text);
  return `${metric} ${text}`;
}

function comparePlaces(a: SamplePlace, b: SamplePlace): number {
  return a.timeUs - b.timeUs || compare(a.series, b.series);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
