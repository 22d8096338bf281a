/**
 * Goes through a range once for many devices: samples lie by time, so that one pass for each device would read everything
 * as often as there are devices.
 */
import type { TimeRange } from '../telemetry-store';
import type { ReadConnection } from './read-connection';
import { scan } from './sample-scan';

export type DeviceSeries = readonly [uuid: string, series: readonly number[]];

interface DeviceSample {
  /** Index into the group. */
  readonly device: number;
  readonly timeUs: number;
  readonly value: number;
}

/** Groups of at most `size` devices, in their order. */
export function* groupsOf(
  devices: readonly DeviceSeries[],
  size: number,
): Generator<readonly DeviceSeries[]> {
  for (let start = 0; start < devices.length; start += size) yield devices.slice(start, start + size);
}

export async function* scanGroup(
  connection: ReadConnection,
  group: readonly DeviceSeries[],
  range: TimeRange & { readonly metric: number },
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly DeviceSample[]> {
  const deviceOf = new Map(
    group.flatMap(([, series], device) => series.map((each) => [each, device] as const)),
  );
  const chosen = JSON.stringify([...deviceOf.keys()]);
  for await (const rows of scan(connection, { ...range, series: chosen }, signal)) {
    yield rows.map(([timeUs, series, value]) => ({ device: deviceOf.get(series) ?? 0, timeUs, value }));
  }
}
