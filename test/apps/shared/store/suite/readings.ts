/** Readings of GPUs for the tests of stores, and what the parts of the suite share. */
import type { Reading } from '../../../../../apps/shared/telemetry/reading';
import type {
  SeriesSample,
  TelemetryReader,
  TelemetryWriter,
} from '../../../../../apps/shared/store/telemetry-store';

export interface OpenStore {
  readonly writer: TelemetryWriter;
  readonly reader: TelemetryReader;
}

/** The store of the test that runs: an empty one for each. */
export type CurrentStore = () => OpenStore;

/** 2025-09-25T12:00:00Z, a multiple of ten minutes. */
export const START_US = 1_758_801_600_000_000;
export const SECOND_US = 1_000_000;

export const ALL = { fromUs: START_US, toUs: START_US + 86_400 * SECOND_US };

export function gpuReading(gpu: number, atUs: number, value: number, more: Partial<Reading> = {}): Reading {
  return {
    metric: 'DCGM_FI_DEV_GPU_UTIL',
    timeUs: START_US + atUs,
    value,
    tags: {
      uuid: `GPU-${gpu}`,
      gpu_id: String(gpu % 8),
      device: `nvidia${gpu % 8}`,
      model: gpu % 2 === 0 ? 'NVIDIA H100 80GB HBM3' : 'NVIDIA A100',
      hostname: `host-${Math.floor(gpu / 8)}`,
    },
    ...more,
  };
}

export async function toArray<T>(items: AsyncIterable<T>): Promise<T[]> {
  const array: T[] = [];
  for await (const item of items) array.push(item);
  return array;
}

export const METRIC = 'DCGM_FI_DEV_GPU_UTIL';

export function readSamples(
  { reader }: OpenStore,
  query: object = {},
  limit = 10_000,
): Promise<SeriesSample[]> {
  return toArray(reader.samples({ ...ALL, metric: METRIC, ...query }, limit));
}

export async function valuesAt(store: OpenStore, query: object = {}): Promise<[number, number][]> {
  return (await readSamples(store, query)).map(({ timeUs, value }) => [timeUs - START_US, value]);
}
