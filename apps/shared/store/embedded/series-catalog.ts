/** What the file says of series: the small tables, by device, metric and time. */
import { setImmediate as nextTurn } from 'node:timers/promises';

import type { Device, DeviceFilter, MetricSummary, Page, SeriesSample, TimeRange } from '../telemetry-store';
import type { ReadConnection, Value } from './read-connection';

/** The series of a metric that a query chooses, and the part of its range in which they have samples. */
interface Selection extends TimeRange {
  readonly metric: number;
  /** JSON; undefined: all of the metric. */
  readonly series: string | undefined;
}

interface SeriesIdentity {
  readonly uuid: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** Rows of the small tables, some microseconds each. */
const ROWS_AT_ONCE = 500;
/** Some 500 bytes each. */
const REMEMBERED = 50_000;

/** Takes ?1 to ?3. */
const MATCHES =
  '(?1 IS NULL OR s.hostname = ?1) AND (?2 IS NULL OR s.model = ?2) ' +
  'AND (?3 IS NULL OR s.uuid IN (SELECT value FROM json_each(?3)))';
const SERIES = 'FROM series s JOIN series_state t ON t.series = s.id WHERE';

const SQL = {
  // With one max(), SQLite takes the other columns from the row that has it.
  devices:
    `SELECT s.uuid, s.hostname, s.model, s.gpu_id, s.device, max(t.last_time) ${SERIES} s.uuid > ?4 AND ${MATCHES} ` +
    'GROUP BY s.uuid ORDER BY s.uuid LIMIT ?5',
  firstSeen: `SELECT min(t.first_time) AS first ${SERIES} s.uuid = ?4 AND ${MATCHES}`,
  metrics: 'SELECT id, name FROM metrics WHERE name > ?1 ORDER BY name LIMIT ?2',
  metric: 'SELECT id FROM metrics WHERE name = ?1',
  summary: `SELECT count(DISTINCT nullif(s.uuid, '')) AS devices, max(t.last_time) AS last ${SERIES} s.metric = ?4 AND ${MATCHES}`,
  latest:
    `SELECT s.uuid, s.name, s.id, s.tags, t.last_time, t.last_value ${SERIES} (s.uuid, s.name, s.id) > (?4, ?5, ?6) ` +
    `AND (?7 IS NULL OR s.name = ?7) AND ${MATCHES} ORDER BY s.uuid, s.name, s.id LIMIT ?8`,
  selection:
    `SELECT s.id, s.uuid, t.first_time, t.last_time ${SERIES} s.metric = ?4 AND s.id > ?5 AND t.last_time >= ?6 ` +
    `AND t.first_time < ?7 AND ${MATCHES} ORDER BY s.id LIMIT ?8`,
  identity: 'SELECT uuid, tags FROM series WHERE id = ?1',
} as const;

type SelectionRow = readonly [id: number, uuid: string, firstUs: number, lastUs: number];
type MetricRow = readonly [id: number, name: string];
type DeviceRow = readonly [string, string, string, string, string, number];
type LatestRow = readonly [string, string, number, string, number, number];

export class SeriesCatalog {
  private readonly identities = new Map<number, SeriesIdentity>();

  public constructor(private readonly connection: ReadConnection) {}

  public async devices(filter: DeviceFilter, page: Page, signal?: AbortSignal): Promise<Device[]> {
    const matches = matchValues(filter);
    const devices: Device[] = [];
    for (let after = page.after ?? ''; devices.length < page.limit;) {
      signal?.throwIfAborted();
      const limit = Math.min(ROWS_AT_ONCE / 10, page.limit - devices.length);
      const rows = this.connection.rows(SQL.devices, [...matches, after, limit]) as readonly DeviceRow[];
      devices.push(...rows.map((row) => this.device(row, matches)));
      after = rows.at(-1)?.[0] ?? after;
      if (rows.length < limit) break;
      await nextTurn();
    }
    return devices;
  }

  public async metrics(filter: DeviceFilter, signal?: AbortSignal): Promise<MetricSummary[]> {
    const summaries: MetricSummary[] = [];
    for await (const [metric, name] of this.allMetrics(signal)) {
      const found = this.connection.one(SQL.summary, [...matchValues(filter), metric]) as
        { devices: number; last: number | null } | undefined;
      if (found?.last != null) {
        summaries.push({ metric: name, devices: found.devices, lastSeenUs: found.last });
      }
    }
    return summaries;
  }

  public async latest(
    filter: DeviceFilter & { readonly metric?: string | undefined },
    limit: number,
    signal?: AbortSignal,
  ): Promise<SeriesSample[]> {
    const samples: SeriesSample[] = [];
    let after: readonly Value[] = ['', '', -1];
    while (samples.length < limit) {
      signal?.throwIfAborted();
      const count = Math.min(ROWS_AT_ONCE, limit - samples.length);
      const values = [...matchValues(filter), ...after, filter.metric ?? null, count];
      const rows = this.connection.rows(SQL.latest, values) as readonly LatestRow[];
      for (const [, metric, , tags, timeUs, value] of rows) {
        samples.push({ metric, tags: parseTags(tags), timeUs, value });
      }
      const last = rows.at(-1);
      if (last === undefined || rows.length < count) break;
      const [uuid, name, id] = last;
      after = [uuid, name, id];
      await nextTurn();
    }
    return samples;
  }

  /** By name. */
  public async *allMetrics(signal?: AbortSignal): AsyncGenerator<MetricRow> {
    for (let after = ''; ;) {
      signal?.throwIfAborted();
      const rows = this.connection.rows(SQL.metrics, [after, ROWS_AT_ONCE]) as readonly MetricRow[];
      for (const row of rows) {
        yield row;
        await nextTurn();
      }
      const last = rows.at(-1);
      if (last === undefined) return;
      [, after] = last;
    }
  }

  public metric(name: string): number | undefined {
    return (this.connection.one(SQL.metric, [name]) as { id: number } | undefined)?.id;
  }

  /** Undefined: no series. */
  public async select(
    filter: DeviceFilter,
    metric: number,
    range: TimeRange,
    signal?: AbortSignal,
  ): Promise<Selection | undefined> {
    if (filter.uuids === undefined && filter.hostname === undefined && filter.model === undefined) {
      return { ...range, metric, series: undefined };
    }
    const chosen: number[] = [];
    let fromUs = range.toUs;
    let toUs = range.fromUs;
    for await (const [id, , firstUs, lastUs] of this.matching(filter, metric, range, signal)) {
      chosen.push(id);
      fromUs = Math.min(fromUs, firstUs);
      toUs = Math.max(toUs, lastUs + 1);
    }
    if (chosen.length === 0) return undefined;
    return {
      metric,
      series: JSON.stringify(chosen),
      fromUs: Math.max(fromUs, range.fromUs),
      toUs: Math.min(toUs, range.toUs),
    };
  }

  /** The series of each device, by uuid. */
  public async seriesByDevice(
    filter: DeviceFilter,
    metric: number,
    range: TimeRange,
    signal?: AbortSignal,
  ): Promise<(readonly [uuid: string, series: readonly number[]])[]> {
    const devices = new Map<string, number[]>();
    for await (const [id, uuid] of this.matching(filter, metric, range, signal)) {
      if (uuid === '') continue;
      const series = devices.get(uuid);
      if (series === undefined) devices.set(uuid, [id]);
      else series.push(id);
    }
    return [...devices].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  }

  public identity(series: number): SeriesIdentity {
    let identity = this.identities.get(series);
    if (identity === undefined) {
      const row = this.connection.one(SQL.identity, [series]) as { uuid: string; tags: string } | undefined;
      // Retention removes a series after its samples, so only a reader that fell behind finds none.
      identity = { uuid: row?.uuid ?? '', tags: row === undefined ? {} : parseTags(row.tags) };
      if (this.identities.size >= REMEMBERED) this.identities.clear();
      this.identities.set(series, identity);
    }
    return identity;
  }

  private async *matching(
    filter: DeviceFilter,
    metric: number,
    { fromUs, toUs }: TimeRange,
    signal?: AbortSignal,
  ): AsyncGenerator<SelectionRow> {
    for (let after = -1; ;) {
      signal?.throwIfAborted();
      const rows = this.connection.rows(SQL.selection, [
        ...matchValues(filter),
        metric,
        after,
        fromUs,
        toUs,
        ROWS_AT_ONCE,
      ]) as readonly SelectionRow[];
      yield* rows;
      const last = rows.at(-1);
      if (last === undefined || rows.length < ROWS_AT_ONCE) return;
      [after] = last;
      await nextTurn();
    }
  }

  private device(
    [uuid, hostname, model, gpuId, device, lastSeenUs]: DeviceRow,
    matches: readonly Value[],
  ): Device {
    const found = this.connection.one(SQL.firstSeen, [...matches, uuid]) as { first: number } | undefined;
    return {
      uuid,
      ...(hostname === '' ? {} : { hostname }),
      ...(model === '' ? {} : { model }),
      ...(gpuId === '' ? {} : { gpuId }),
      ...(device === '' ? {} : { device }),
      firstSeenUs: found?.first ?? lastSeenUs,
      lastSeenUs,
    };
  }
}

function matchValues({ hostname, model, uuids }: DeviceFilter): readonly Value[] {
  return [hostname ?? null, model ?? null, uuids === undefined ? null : JSON.stringify(uuids)];
}

function parseTags(json: string): Readonly<Record<string, string>> {
  return JSON.parse(json) as Readonly<Record<string, string>>;
}
