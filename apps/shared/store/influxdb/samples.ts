/** Samples in one order over all series, which InfluxDB does not have: slice by slice of time, each sorted here. */
import type { Reading } from '../../telemetry/reading';
import type { DeviceFilter, SamplePlace, SeriesSample, TimeRange } from '../telemetry-store';
import { samplesOf } from './flux';
import { runFlux, tagsOf, timeUsOf, valueOf } from './flux-runner';
import type { InfluxClient } from './influx-client';
import { seriesKey } from './series-key';

type PlacedSample = SeriesSample & { readonly place: SamplePlace };

/** What is sorted at once: some 5 MB, and 10 ms. */
const SAMPLES_AT_ONCE = 10_000;
const FIRST_SLICE_US = 10_000_000;

export async function* readSamples(
  client: InfluxClient,
  query: DeviceFilter & TimeRange & { readonly metric: string; readonly after?: SamplePlace | undefined },
  limit: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<PlacedSample> {
  const { after, toUs } = query;
  let left = limit;
  let fromUs = after === undefined ? query.fromUs : Math.max(query.fromUs, after.timeUs);
  let sliceUs = FIRST_SLICE_US;
  while (fromUs < toUs && left > 0) {
    const slice = { fromUs, toUs: Math.min(toUs, fromUs + sliceUs) };
    const count = await countSamples(client, query, slice, signal);
    if (count > SAMPLES_AT_ONCE && sliceUs > 1) {
      sliceUs = Math.max(1, Math.floor((sliceUs * SAMPLES_AT_ONCE) / (2 * count)));
      continue;
    }
    if (count > 0) {
      for (const sample of await readSlice(client, query, slice, signal)) {
        if (after !== undefined && compare(sample.place, after) <= 0) continue;
        if (left <= 0) return;
        left -= 1;
        yield sample;
      }
    }
    fromUs = slice.toUs;
    if (count < SAMPLES_AT_ONCE / 4) sliceUs *= count === 0 ? 16 : 2;
  }
}

export async function countSamples(
  client: InfluxClient,
  filter: DeviceFilter & { readonly metric?: string | undefined },
  range: TimeRange,
  signal: AbortSignal | undefined,
): Promise<number> {
  if (range.fromUs >= range.toUs) return 0;
  const { text, values } = samplesOf(filter, range, client.options.bucket);
  const query = { text: `${text}\ndata |> count() |> group() |> sum()`, values };
  let total = 0;
  for await (const row of runFlux(client, query, signal)) total += valueOf(row);
  return total;
}

async function readSlice(
  client: InfluxClient,
  query: DeviceFilter & { readonly metric: string },
  range: TimeRange,
  signal: AbortSignal | undefined,
): Promise<PlacedSample[]> {
  const { text, values } = samplesOf(query, range, client.options.bucket);
  const samples: PlacedSample[] = [];
  let table:
    | { readonly number: string | undefined; readonly tags: Reading['tags']; readonly series: string }
    | undefined;
  for await (const row of runFlux(client, { text: `${text}\ndata`, values }, signal)) {
    // A table is a series: its tags are the same in every row.
    if (table === undefined || table.number !== row.get('table')) {
      const tags = tagsOf(row);
      table = { number: row.get('table'), tags, series: seriesKey(tags) };
    }
    const timeUs = timeUsOf(row, '_time');
    const { tags, series } = table;
    samples.push({ metric: query.metric, tags, timeUs, value: valueOf(row), place: { timeUs, series } });
  }
  return samples.sort((a, b) => compare(a.place, b.place));
}

function compare(a: SamplePlace, b: SamplePlace): number {
  return a.timeUs - b.timeUs || (a.series < b.series ? -1 : a.series > b.series ? 1 : 0);
}
