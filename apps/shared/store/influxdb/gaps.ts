/** Stretches without samples: those between two samples are found by InfluxDB, those at the range's ends here. */
import type { Gap, TimeRange } from '../telemetry-store';
import { samplesOf } from './flux';
import { runFlux, timeUsOf } from './flux-runner';
import type { InfluxClient } from './influx-client';
import { originalValue } from './tag-names';

/** What the storage still compares by itself. */
const DEVICES_AT_ONCE = 100;

interface GapQuery extends TimeRange {
  readonly metric: string;
  readonly longerThanUs: number;
}

interface Found {
  firstUs: number;
  lastUs: number;
  readonly between: (readonly [fromUs: number, toUs: number])[];
}

export async function findGaps(
  client: InfluxClient,
  uuids: readonly string[],
  query: GapQuery,
  limit: number,
  signal: AbortSignal | undefined,
): Promise<Gap[]> {
  const gaps: Gap[] = [];
  for (let start = 0; start < uuids.length && gaps.length < limit; start += DEVICES_AT_ONCE) {
    const group = uuids.slice(start, start + DEVICES_AT_ONCE);
    const found = await ask(client, group, query, limit, signal);
    for (const uuid of group) gaps.push(...gapsOf(uuid, found.get(uuid), query));
  }
  return gaps.slice(0, limit);
}

async function ask(
  client: InfluxClient,
  uuids: readonly string[],
  { metric, longerThanUs, ...range }: GapQuery,
  limit: number,
  signal: AbortSignal | undefined,
): Promise<Map<string, Found>> {
  const { text, values } = samplesOf({ metric, uuids }, range, client.options.bucket);
  const query = {
    text: [
      text,
      'data |> first() |> yield(name: "first")',
      'data |> last() |> yield(name: "last")',
      'data |> keep(columns: ["_time", "uuid"]) |> group(columns: ["uuid"]) |> sort(columns: ["_time"]) ' +
        '|> elapsed(unit: 1us) |> filter(fn: (r) => r.elapsed > longest) |> limit(n: most) |> yield(name: "between")',
    ].join('\n'),
    values: { ...values, longest: BigInt(longerThanUs), most: BigInt(Math.max(1, limit)) },
  };
  const found = new Map<string, Found>();
  for await (const row of runFlux(client, query, signal)) {
    const uuid = originalValue(row.get('uuid') ?? '');
    const timeUs = timeUsOf(row, '_time');
    const device = found.get(uuid) ?? { firstUs: Infinity, lastUs: -Infinity, between: [] };
    found.set(uuid, device);
    const result = row.get('result');
    if (result === 'first') device.firstUs = Math.min(device.firstUs, timeUs);
    else if (result === 'last') device.lastUs = Math.max(device.lastUs, timeUs);
    else device.between.push([timeUs - Number(row.get('elapsed')), timeUs]);
  }
  return found;
}

function gapsOf(uuid: string, found: Found | undefined, query: GapQuery): Gap[] {
  if (found === undefined) return [];
  const { fromUs, toUs, longerThanUs, metric } = query;
  const stretches = [[fromUs, found.firstUs] as const, ...found.between, [found.lastUs, toUs] as const];
  return stretches
    .filter(([start, end]) => end - start > longerThanUs)
    .map(([start, end]) => ({ uuid, metric, fromUs: start, toUs: end }));
}
