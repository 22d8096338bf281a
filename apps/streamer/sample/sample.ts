/**
 * A CSV as a DCGM exporter's readings look when they are exported: every cell quoted, labels with doubled quotes and
 * commas, no container where no job runs. The same options give the same bytes.
 */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { faultOf, isExporterAway } from './faults';
import { Gpu, type GpuState } from './gpu';
import { seededRandom } from './random';

export interface SampleOptions {
  readonly seed?: number;
  /** The first time; whole seconds. */
  readonly startMs?: number;
  readonly hours?: number;
  readonly stepS?: number;
  readonly hosts?: number;
  readonly gpusPerHost?: number;
}

const DEFAULTS: Required<SampleOptions> = {
  seed: 20_250_925,
  startMs: Date.UTC(2025, 8, 25, 6),
  // 240 steps of 32 GPUs with 10 metrics each: 75,000 rows, some 40 MB.
  hours: 2,
  stepS: 30,
  hosts: 4,
  gpusPerHost: 8,
};

const MODEL = 'NVIDIA H100 80GB HBM3';
const DRIVER = '550.90.07';
const COLUMNS = [
  'timestamp',
  'metric_name',
  'gpu_id',
  'device',
  'uuid',
  'modelName',
  'Hostname',
  'container',
  'pod',
  'namespace',
  'value',
  'labels_raw',
];

/** By the names of DCGM's fields. */
const METRICS: Readonly<Record<string, (state: GpuState) => string>> = {
  DCGM_FI_DEV_GPU_UTIL: ({ utilization }) => String(utilization),
  DCGM_FI_DEV_MEM_COPY_UTIL: ({ memoryUtilization }) => String(memoryUtilization),
  DCGM_FI_DEV_GPU_TEMP: ({ temperatureC }) => String(temperatureC),
  DCGM_FI_DEV_POWER_USAGE: ({ powerW }) => powerW.toFixed(3),
  DCGM_FI_DEV_SM_CLOCK: ({ smClockMhz }) => String(smClockMhz),
  DCGM_FI_DEV_MEM_CLOCK: ({ memoryClockMhz }) => String(memoryClockMhz),
  DCGM_FI_DEV_FB_USED: ({ usedMib }) => String(usedMib),
  DCGM_FI_DEV_FB_FREE: ({ freeMib }) => String(freeMib),
  DCGM_FI_DEV_XID_ERRORS: ({ xid }) => String(xid),
  DCGM_FI_DEV_ECC_DBE_VOL_TOTAL: ({ doubleBitErrors }) => String(doubleBitErrors),
};

interface Slot {
  readonly host: number;
  readonly index: number;
  readonly hostname: string;
  readonly uuid: string;
  readonly gpu: Gpu;
}

/** Lines with their ends, the header first. */
export function* sampleRows(given: SampleOptions = {}): Generator<string, void> {
  const options = { ...DEFAULTS, ...given };
  const slots = fleet(options);
  const steps = Math.round((options.hours * 3600) / options.stepS);
  yield csvLine(COLUMNS);
  for (let step = 0; step < steps; step += 1) {
    const atS = step * options.stepS;
    const time = new Date(options.startMs + atS * 1000).toISOString().replace('.000Z', 'Z');
    const states = slots.map((slot) => {
      const fault = faultOf(slot.host, slot.index, step / steps, (step + 1) / steps);
      return { slot, state: slot.gpu.step(atS, options.stepS, fault) };
    });
    for (const [metric, valueOf] of Object.entries(METRICS)) {
      for (const { slot, state } of states) {
        if (isExporterAway(slot.host, step / steps)) continue;
        yield row(time, metric, slot, state.job, valueOf(state));
      }
    }
  }
}

export async function writeSample(path: string, options: SampleOptions = {}): Promise<void> {
  await pipeline(Readable.from(pieces(sampleRows(options))), createWriteStream(path));
}

/** Some hundred rows in one piece: each takes a turn of the event loop. */
function* pieces(rows: Iterable<string>): Generator<string, void> {
  let piece = '';
  for (const line of rows) {
    piece += line;
    if (piece.length < 128 * 1024) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}

function fleet({ seed, hosts, gpusPerHost }: Required<SampleOptions>): Slot[] {
  return Array.from({ length: hosts * gpusPerHost }, (_, at) => {
    const host = Math.floor(at / gpusPerHost);
    const index = at % gpusPerHost;
    // Each has numbers of its own: one GPU more does not change the others.
    const random = seededRandom(seed + at * 7919);
    const hostname = `gpu-host-${String(host + 1).padStart(2, '0')}`;
    return { host, index, hostname, uuid: uuid(random), gpu: new Gpu(`${host + 1}-${index}`, random) };
  });
}

function row(time: string, metric: string, slot: Slot, job: GpuState['job'], value: string): string {
  const { hostname, index, uuid: id } = slot;
  const device = `nvidia${index}`;
  const container = job === undefined ? '' : 'main';
  const pod = job?.pod ?? '';
  const namespace = job?.namespace ?? '';
  const labels = {
    DCGM_FI_DRIVER_VERSION: DRIVER,
    Hostname: hostname,
    UUID: id,
    __name__: metric,
    container,
    device,
    gpu: String(index),
    instance: `${hostname}:9400`,
    job: 'dcgm-exporter',
    modelName: MODEL,
    namespace,
    pod,
  };
  const raw = Object.entries(labels)
    .map(([name, text]) => `${name}="${text}"`)
    .join(',');
  const identity = [String(index), device, id, MODEL, hostname];
  return csvLine([time, metric, ...identity, container, pod, namespace, value, raw]);
}

function csvLine(cells: readonly string[]): string {
  return `${cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')}\n`;
}

function uuid(random: () => number): string {
  const digits = (count: number): string =>
    Array.from({ length: count }, () => Math.floor(random() * 16).toString(16)).join('');
  return `GPU-${digits(8)}-${digits(4)}-${digits(4)}-${digits(4)}-${digits(12)}`;
}
