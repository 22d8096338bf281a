/** Windows, tops and gaps of the embedded store: computed from the samples, one pass for a group of devices. */
import { Aggregation } from '../aggregation';
import { StoreUnavailable, type Aggregate, type Gap, type TimeRange, type Window } from '../telemetry-store';
import { groupsOf, scanGroup, type DeviceSeries } from './device-groups';
import type { ReadConnection } from './read-connection';

export interface WindowQuery extends TimeRange {
  readonly metric: number;
  /** Infinity: one window. */
  readonly windowUs: number;
  readonly aggregates: readonly Aggregate[];
}

/** Windows, or gaps, that a group of devices may have in memory before the first one is handed out. */
const HELD_RESULTS = 50_000;
const DEVICES_AT_ONCE = 500;
/** Values that percentiles may hold; sorting so many takes a tenth of a second, of which one device rarely has a hundredth. */
const HELD_VALUES = 1_000_000;

interface Open {
  startUs: number;
  readonly aggregation: Aggregation;
}

/** By device, then time. */
export async function* windowsOf(
  connection: ReadConnection,
  devices: readonly DeviceSeries[],
  query: WindowQuery,
  signal: AbortSignal | undefined,
): AsyncGenerator<Window> {
  const perDevice = Math.ceil((query.toUs - query.fromUs) / query.windowUs) + 1;
  const size = Math.max(1, Math.min(DEVICES_AT_ONCE, Math.floor(HELD_RESULTS / perDevice)));
  const waiting = [...groupsOf(devices, size)].reverse();
  for (let group = waiting.pop(); group !== undefined; group = waiting.pop()) {
    const windows = windowsOfGroup(connection, group, query, signal);
    if (group.length === 1) {
      yield* windows;
      continue;
    }
    const found = await collect(windows, group);
    if (found !== undefined) {
      yield* found;
    } else {
      const half = Math.ceil(group.length / 2);
      waiting.push(group.slice(half), group.slice(0, half));
    }
  }
}

/** Undefined when memory does not do for so many devices at once. */
async function collect(
  windows: AsyncIterable<Window>,
  group: readonly DeviceSeries[],
): Promise<Window[] | undefined> {
  const byDevice = new Map(group.map(([uuid]) => [uuid, [] as Window[]]));
  try {
    for await (const window of windows) byDevice.get(window.uuid)?.push(window);
  } catch (error) {
    if (error instanceof TooManyValues) return undefined;
    throw error;
  }
  return [...byDevice.values()].flat();
}

class TooManyValues extends StoreUnavailable {
  public constructor() {
    super(
      `percentiles of a window with over ${HELD_VALUES} samples: ask for a shorter window or range`,
      'server-error',
    );
  }
}

/** In the order in which they end. */
async function* windowsOfGroup(
  connection: ReadConnection,
  group: readonly DeviceSeries[],
  { windowUs, aggregates, ...range }: WindowQuery,
  signal: AbortSignal | undefined,
): AsyncGenerator<Window> {
  const open = new Map<number, Open>();
  let held = 0;
  const end = (device: number, { startUs, aggregation }: Open): Window => {
    held -= aggregation.held;
    return { uuid: group[device]?.[0] ?? '', startUs, values: aggregation.result() };
  };
  for await (const samples of scanGroup(connection, group, range, signal)) {
    for (const { device, timeUs, value } of samples) {
      const startUs = windowUs === Number.POSITIVE_INFINITY ? range.fromUs : timeUs - (timeUs % windowUs);
      let window = open.get(device);
      if (window?.startUs !== startUs) {
        if (window !== undefined) yield end(device, window);
        window = { startUs, aggregation: new Aggregation(aggregates) };
        open.set(device, window);
      }
      held -= window.aggregation.held;
      window.aggregation.add(value);
      held += window.aggregation.held;
    }
    if (held > HELD_VALUES) throw new TooManyValues();
  }
  for (const [device, window] of [...open].sort(([a], [b]) => a - b)) yield end(device, window);
}

/** By device, then time; of devices that have a sample in the range. */
export async function gapsOf(
  connection: ReadConnection,
  devices: readonly DeviceSeries[],
  query: TimeRange & { readonly metric: number; readonly longerThanUs: number },
  limit: number,
  signal: AbortSignal | undefined,
): Promise<Omit<Gap, 'metric'>[]> {
  const size = Math.max(1, Math.min(DEVICES_AT_ONCE, Math.floor(HELD_RESULTS / limit)));
  const gaps: Omit<Gap, 'metric'>[] = [];
  for (const group of groupsOf(devices, size)) {
    if (gaps.length >= limit) break;
    const found = new Map<number, { lastUs: number; readonly gaps: Omit<Gap, 'metric'>[] }>();
    const note = (device: number, toUs: number): void => {
      const state = found.get(device) ?? { lastUs: query.fromUs, gaps: [] };
      if (toUs - state.lastUs > query.longerThanUs && state.gaps.length < limit) {
        state.gaps.push({ uuid: group[device]?.[0] ?? '', fromUs: state.lastUs, toUs });
      }
      state.lastUs = toUs;
      found.set(device, state);
    };
    for await (const samples of scanGroup(connection, group, query, signal)) {
      for (const { device, timeUs } of samples) note(device, timeUs);
    }
    for (const device of found.keys()) note(device, query.toUs);
    for (const [, state] of [...found].sort(([a], [b]) => a - b)) gaps.push(...state.gaps);
  }
  return gaps.slice(0, limit);
}
