/**
 * Windows of devices. InfluxDB's storage computes the parts for each series; series of one device are put together here.
 * Only percentiles need all values of a device in one place, which is done there by Flux.
 */
import { quantileOf } from '../aggregation';
import type { Aggregate, DeviceFilter, TimeRange, Window } from '../telemetry-store';
import { nanoseconds, samplesOf, type FluxQuery } from './flux';
import type { FluxRow } from './flux-csv';
import { runFlux, timeUsOf, valueOf } from './flux-runner';
import type { InfluxClient } from './influx-client';
import { originalValue } from './tag-names';

export interface WindowQuery extends DeviceFilter, TimeRange {
  readonly metric: string;
  /** Infinity: one window. */
  readonly windowUs: number;
  readonly aggregates: readonly Aggregate[];
}

/** In memory before the first one is handed out. */
const WINDOWS_AT_ONCE = 20_000;
/** What the storage still compares by itself. */
const DEVICES_AT_ONCE = 100;

type Part = 'sum' | 'count' | 'min' | 'max' | 'last';

/** The parts of which an aggregate is made; none for a percentile. */
const PARTS: Readonly<Partial<Record<Aggregate, readonly Part[]>>> = {
  mean: ['sum', 'count'],
  sum: ['sum'],
  count: ['count'],
  min: ['min'],
  max: ['max'],
  last: ['last'],
};

interface Found {
  sum: number;
  count: number;
  min: number;
  max: number;
  last: number;
  lastUs: number;
  readonly percentiles: Map<string, number>;
}

export async function* readWindows(
  client: InfluxClient,
  uuids: readonly string[],
  query: WindowQuery,
  signal: AbortSignal | undefined,
): AsyncGenerator<Window> {
  const { fromUs, toUs, windowUs } = query;
  const perDevice = Math.ceil((toUs - fromUs) / windowUs) + 1;
  const size = Math.max(1, Math.min(DEVICES_AT_ONCE, Math.floor(WINDOWS_AT_ONCE / perDevice)));
  for (let start = 0; start < uuids.length; start += size) {
    const group = uuids.slice(start, start + size);
    for (const part of group.length === 1 ? partsOf(query) : [query]) {
      yield* await readGroup(client, { ...query, ...part, uuids: group }, signal);
    }
  }
}

/** Of so many windows each, cut where windows begin. */
function* partsOf({ fromUs, toUs, windowUs }: WindowQuery): Generator<TimeRange> {
  const stepUs = windowUs * WINDOWS_AT_ONCE;
  for (let start = fromUs; start < toUs;) {
    const end = Math.min(toUs, Number.isFinite(stepUs) ? start - (start % windowUs) + stepUs : toUs);
    yield { fromUs: start, toUs: end };
    start = end;
  }
}

async function readGroup(
  client: InfluxClient,
  query: WindowQuery & { readonly uuids: readonly string[] },
  signal: AbortSignal | undefined,
): Promise<Window[]> {
  const devices = new Map(query.uuids.map((uuid) => [uuid, new Map<number, Found>()]));
  for await (const row of runFlux(client, questionOf(query, client.options.bucket), signal)) {
    const windows = devices.get(originalValue(row.get('uuid') ?? ''));
    if (windows === undefined) continue;
    const startUs = startOf(row, query);
    let found = windows.get(startUs);
    if (found === undefined) {
      found = {
        sum: 0,
        count: 0,
        min: Infinity,
        max: -Infinity,
        last: 0,
        lastUs: -1,
        percentiles: new Map(),
      };
      windows.set(startUs, found);
    }
    add(found, row);
  }
  return [...devices].flatMap(([uuid, windows]) =>
    [...windows]
      .sort(([a], [b]) => a - b)
      .map(([startUs, found]) => ({ uuid, startUs, values: resultOf(found, query.aggregates) })),
  );
}

function questionOf(query: WindowQuery, bucket: string): FluxQuery {
  const { text, values } = samplesOf(query, query, bucket);
  const isWhole = query.windowUs === Number.POSITIVE_INFINITY;
  const window = isWhole ? '' : ' |> window(every: duration(v: every))';
  const lines = [text, `series = data${window}`];
  const parts = new Set(query.aggregates.flatMap((aggregate) => PARTS[aggregate] ?? []));
  for (const part of parts) lines.push(`series |> ${part}() |> yield(name: "${part}")`);
  const percentiles = query.aggregates.filter((aggregate) => quantileOf(aggregate) !== undefined);
  if (percentiles.length > 0) lines.push(`device = data |> group(columns: ["uuid"])${window}`);
  for (const name of new Set(percentiles)) {
    // One of our own four numbers.
    const quantile = `quantile(q: ${quantileOf(name) ?? 0}, method: "exact_mean")`;
    lines.push(`device |> ${quantile} |> yield(name: "${name}")`);
  }
  return {
    text: lines.join('\n'),
    values: isWhole ? values : { ...values, every: nanoseconds(query.windowUs) },
  };
}

/** Flux cuts the first window off where the range begins. */
function startOf(row: FluxRow, { windowUs, fromUs }: WindowQuery): number {
  if (windowUs === Number.POSITIVE_INFINITY) return fromUs;
  const startUs = timeUsOf(row, '_start');
  return startUs - (startUs % windowUs);
}

function add(found: Found, row: FluxRow): void {
  const name = row.get('result') ?? '';
  const value = valueOf(row);
  if (name === 'sum' || name === 'count') {
    found[name] += value;
  } else if (name === 'min' || name === 'max') {
    found[name] = Math[name](found[name], value);
  } else if (name === 'last') {
    const timeUs = timeUsOf(row, '_time');
    if (timeUs < found.lastUs) return;
    found.last = value;
    found.lastUs = timeUs;
  } else {
    found.percentiles.set(name, value);
  }
}

function resultOf(found: Found, aggregates: readonly Aggregate[]): Window['values'] {
  const entries = aggregates.map((aggregate) => {
    if (quantileOf(aggregate) !== undefined)
      return [aggregate, found.percentiles.get(aggregate) ?? 0] as const;
    if (aggregate === 'mean') return [aggregate, found.sum / found.count] as const;
    return [aggregate, found[aggregate as Part]] as const;
  });
  return Object.fromEntries(entries);
}
