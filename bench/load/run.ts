/** Runs a workload: as fast as it goes, or at a fixed rate. */
import { setImmediate as turn } from 'node:timers/promises';

import type { RawLatency } from '../row';
import type { Workload } from './workload';

export interface Throughput {
  readonly items: number;
  readonly seconds: number;
  /** Of the driver's own process. */
  readonly cpuS: number;
}

export async function atFullSpeed(workload: Workload, seconds: number): Promise<Throughput> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  const end = start + seconds * 1000;
  let cycles = 0;
  const work = async (worker: number): Promise<void> => {
    while (performance.now() < end) {
      await workload.cycle(worker);
      cycles += 1;
    }
  };
  await Promise.all(Array.from({ length: workload.concurrency }, (_, worker) => work(worker)));
  const { user, system } = process.cpuUsage(cpu);
  return {
    items: cycles * workload.itemsPerCycle,
    seconds: (performance.now() - start) / 1000,
    cpuS: (user + system) / 1e6,
  };
}

/**
 * Cycles start at fixed moments, whether or not earlier ones have ended; one that finds no free worker waits for one, and its
 * time counts from the moment at which it was due.
 */
export async function atFixedRate(
  workload: Workload,
  seconds: number,
  itemsPerS: number,
): Promise<RawLatency> {
  const msPerCycle = (workload.itemsPerCycle / itemsPerS) * 1000;
  const total = Math.floor((seconds * 1000) / msPerCycle);
  const free = Array.from({ length: workload.concurrency }, (_, worker) => worker);
  const latencies: number[] = [];
  const start = performance.now();
  let failure: Error | undefined;
  const run = async (worker: number, dueMs: number): Promise<void> => {
    try {
      await workload.cycle(worker);
      latencies.push(performance.now() - dueMs);
    } catch (error) {
      failure ??= error instanceof Error ? error : new Error(String(error));
    }
    free.push(worker);
  };
  for (let started = 0; started < total || free.length < workload.concurrency;) {
    const due = Math.min(total, Math.floor((performance.now() - start) / msPerCycle));
    while (started < due && free.length > 0) {
      void run(free.shift() ?? 0, start + started * msPerCycle);
      started += 1;
    }
    // The driver has its core to itself: a timer would be a millisecond late.
    await turn();
    if (failure !== undefined) throw failure;
  }
  return { itemsPerS, ...percentiles(latencies) };
}

export function percentiles(values: readonly number[]): Omit<RawLatency, 'itemsPerS'> {
  const sorted = Float64Array.from(values).sort();
  // The nearest rank: a value that was measured.
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
  return { p50Ms: at(0.5), p99Ms: at(0.99), p999Ms: at(0.999) };
}
