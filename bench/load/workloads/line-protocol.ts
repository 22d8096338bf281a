/** Readings as lines of InfluxDB's line protocol: the collector's own encoder, and the `Point` of InfluxData's client. */
import type { encodeLines as Encode } from '../../../apps/shared/store/influxdb/line-protocol';
import type { Reading } from '../../../apps/shared/telemetry/reading';
import { loadBuilt } from '../built';
import { loadPeer } from '../peer';
import type { Target, Workload } from '../workload';

/** What InfluxDB advises for a batch. */
const LINES = 5000;

/** As a GPU's: seven tags, one of them with a space to escape. */
const READINGS: readonly Reading[] = Array.from({ length: LINES }, (_, number) => ({
  metric: 'DCGM_FI_DEV_GPU_UTIL',
  timeUs: 1_764_000_000_000_000 + number * 1000,
  value: (number * 7.3) % 100,
  tags: {
    uuid: `GPU-00000000-0000-0000-0000-${String(number % 250).padStart(12, '0')}`,
    gpu_id: String(number % 8),
    device: `nvidia${number % 8}`,
    model: 'NVIDIA H100 80GB HBM3',
    hostname: `gpu-node-${Math.floor((number % 250) / 8)}.example.com`,
    pod: `training-${number % 50}`,
    namespace: 'research',
  },
}));

export function hyperionLines({ build = '' }: Target): Workload {
  const module = 'apps/shared/store/influxdb/line-protocol';
  const { encodeLines } = loadBuilt(build, module) as { encodeLines: typeof Encode };
  return encoding(() => encodeLines(READINGS));
}

interface Point {
  tag(name: string, value: string): Point;
  floatField(name: string, value: number): Point;
  timestamp(time: number): Point;
  toLineProtocol(): string | undefined;
}

export function influxdbClientLines(): Workload {
  const { Point } = loadPeer('@influxdata/influxdb-client') as { Point: new (measurement: string) => Point };
  return encoding(() => {
    let lines = '';
    for (const { metric, tags, value, timeUs } of READINGS) {
      const point = new Point(metric);
      for (const [name, tag] of Object.entries(tags)) point.tag(name, tag);
      lines += `${point.floatField('value', value).timestamp(timeUs).toLineProtocol() ?? ''}\n`;
    }
    return lines;
  });
}

function encoding(encode: () => string): Workload {
  const lines = encode().split('\n').length - 1;
  if (lines !== LINES) throw new Error(`bench: ${LINES} readings gave ${lines} lines`);
  return {
    itemsPerCycle: LINES,
    concurrency: 1,
    cycle: () => {
      // As it is sent: what is put together only when it is read would look like speed.
      Buffer.from(encode());
    },
  };
}
