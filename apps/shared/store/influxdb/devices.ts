/** What there is: devices, metrics, and the last sample of each series. */
import { MAX_TIME_US } from '../../telemetry/reading';
import type { Device, DeviceFilter, MetricSummary, Page, SeriesSample, TimeRange } from '../telemetry-store';
import { samplesOf, type FluxQuery } from './flux';
import { runFlux, tagsOf, timeUsOf, valueOf } from './flux-runner';
import type { InfluxClient } from './influx-client';
import { seriesKey } from './series-key';
import { originalValue } from './tag-names';

const ALWAYS: TimeRange = { fromUs: 0, toUs: MAX_TIME_US };
const DEVICES_AT_ONCE = 100;

/** Of devices with samples in the range, by uuid. */
export async function findUuids(
  client: InfluxClient,
  filter: DeviceFilter & { readonly metric?: string | undefined },
  range: TimeRange,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  if (range.fromUs >= range.toUs) return [];
  const { text, values } = samplesOf(filter, range, client.options.bucket);
  const query: FluxQuery = {
    text: `${text}\ndata |> keep(columns: ["uuid"]) |> group() |> distinct(column: "uuid")`,
    values,
  };
  const uuids: string[] = [];
  for await (const row of runFlux(client, query, signal)) {
    const uuid = row.get('_value');
    if (uuid !== undefined) uuids.push(originalValue(uuid));
  }
  return uuids.sort(compareTexts);
}

export async function findDevices(
  client: InfluxClient,
  filter: DeviceFilter,
  page: Page,
  signal: AbortSignal | undefined,
): Promise<Device[]> {
  const { after = '' } = page;
  const uuids = (await findUuids(client, filter, ALWAYS, signal)).filter(
    (uuid) => compareTexts(uuid, after) > 0,
  );
  const devices: Device[] = [];
  for (let start = 0; start < uuids.length && devices.length < page.limit; start += DEVICES_AT_ONCE) {
    const count = Math.min(DEVICES_AT_ONCE, page.limit - devices.length);
    const group = uuids.slice(start, start + count);
    devices.push(...(await describe(client, { ...filter, uuids: group }, signal)));
  }
  return devices.slice(0, page.limit);
}

/** The tags of a device are those of its newest sample. */
async function describe(
  client: InfluxClient,
  filter: DeviceFilter,
  signal: AbortSignal | undefined,
): Promise<Device[]> {
  const { text, values } = samplesOf(filter, ALWAYS, client.options.bucket);
  const query = {
    text: `${text}\ndata |> first() |> yield(name: "first")\ndata |> last() |> yield(name: "last")`,
    values,
  };
  const devices = new Map<string, Device>();
  for await (const row of runFlux(client, query, signal)) {
    const { uuid = '', hostname, model, gpu_id: gpuId, device } = tagsOf(row);
    const timeUs = timeUsOf(row, '_time');
    const known = devices.get(uuid);
    const isNewest = known === undefined || timeUs >= known.lastSeenUs;
    devices.set(uuid, {
      ...(known !== undefined && !isNewest
        ? known
        : {
            uuid,
            ...(hostname === undefined ? {} : { hostname }),
            ...(model === undefined ? {} : { model }),
            ...(gpuId === undefined ? {} : { gpuId }),
            ...(device === undefined ? {} : { device }),
          }),
      firstSeenUs: Math.min(timeUs, known?.firstSeenUs ?? timeUs),
      lastSeenUs: Math.max(timeUs, known?.lastSeenUs ?? timeUs),
    });
  }
  return [...devices.values()].sort((a, b) => compareTexts(a.uuid, b.uuid));
}

export async function metricSummaries(
  client: InfluxClient,
  filter: DeviceFilter,
  signal: AbortSignal | undefined,
): Promise<MetricSummary[]> {
  const { text, values } = samplesOf(filter, ALWAYS, client.options.bucket);
  const query = {
    text: `${text}\ndata |> last() |> keep(columns: ["_measurement", "_time", "uuid"])`,
    values,
  };
  const found = new Map<string, { readonly uuids: Set<string>; lastSeenUs: number }>();
  for await (const row of runFlux(client, query, signal)) {
    const metric = row.get('_measurement') ?? '';
    const summary = found.get(metric) ?? { uuids: new Set(), lastSeenUs: 0 };
    const uuid = row.get('uuid');
    if (uuid !== undefined) summary.uuids.add(uuid);
    summary.lastSeenUs = Math.max(summary.lastSeenUs, timeUsOf(row, '_time'));
    found.set(metric, summary);
  }
  return [...found]
    .map(([metric, { uuids, lastSeenUs }]) => ({ metric, devices: uuids.size, lastSeenUs }))
    .sort((a, b) => compareTexts(a.metric, b.metric));
}

export async function latestSamples(
  client: InfluxClient,
  filter: DeviceFilter & { readonly metric?: string | undefined },
  limit: number,
  signal: AbortSignal | undefined,
): Promise<SeriesSample[]> {
  const { text, values } = samplesOf(filter, ALWAYS, client.options.bucket);
  const found: (SeriesSample & { readonly order: readonly string[] })[] = [];
  for await (const row of runFlux(client, { text: `${text}\ndata |> last()`, values }, signal)) {
    const metric = row.get('_measurement') ?? '';
    const tags = tagsOf(row);
    const order = [tags.uuid ?? '', metric, seriesKey(tags)];
    found.push({ metric, tags, timeUs: timeUsOf(row, '_time'), value: valueOf(row), order });
  }
  found.sort((a, b) => compareLists(a.order, b.order));
  return found.slice(0, limit).map(({ metric, tags, timeUs, value }) => ({ metric, tags, timeUs, value }));
}

function compareLists(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < a.length; i += 1) {
    const order = compareTexts(a[i] ?? '', b[i] ?? '');
    if (order !== 0) return order;
  }
  return 0;
}

/** By bytes of UTF-8, as both stores do. */
function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
