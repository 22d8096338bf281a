/** Readings of a small fleet: three GPUs on two hosts, two metrics, one value every ten seconds for ten minutes. */
import type { Reading } from '../../../apps/shared/telemetry/reading';

/** 2026-01-01T00:00:00Z */
export const START_US = 1_767_225_600_000_000;
export const STEP_US = 10_000_000;
export const STEPS = 60;
export const UTIL = 'DCGM_FI_DEV_GPU_UTIL';
export const TEMP = 'DCGM_FI_DEV_GPU_TEMP';

const GPUS: readonly Reading['tags'][] = [
  { uuid: 'GPU-a', hostname: 'host-1', gpu_id: '0', device: 'nvidia0', model: 'NVIDIA H100 80GB HBM3' },
  { uuid: 'GPU-b', hostname: 'host-1', gpu_id: '1', device: 'nvidia1', model: 'NVIDIA H100 80GB HBM3' },
  { uuid: 'GPU-c', hostname: 'host-2', gpu_id: '0', device: 'nvidia0', model: 'NVIDIA A100', rack: 'r,"1"' },
];

/** GPU-a is at 0, 1, 2 … percent, GPU-b 10 more, GPU-c 20 more; GPU-c says nothing in the steps 20 to 29. */
export function fleetReadings(): Reading[] {
  return GPUS.flatMap((tags, gpu) =>
    Array.from({ length: STEPS }, (_, step) => step)
      .filter((step) => gpu !== 2 || step < 20 || step >= 30)
      .flatMap((step) => [
        { metric: UTIL, timeUs: START_US + step * STEP_US, value: gpu * 10 + step, tags },
        { metric: TEMP, timeUs: START_US + step * STEP_US, value: 40.5 + gpu, tags },
      ]),
  );
}

/** A series so long, of rows so wide, that no answer of it fits into the buffers of a connection. */
export function longReadings(count: number): Reading[] {
  const tags = { uuid: 'GPU-a', note: 'x'.repeat(1000) };
  return Array.from({ length: count }, (_, i) => ({
    metric: UTIL,
    timeUs: START_US + i * 1000,
    value: i,
    tags,
  }));
}
