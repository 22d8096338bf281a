/** What the driver's process does to a program under test. */

export interface Workload {
  /** Messages, requests, rows, … that a cycle brings through. */
  readonly itemsPerCycle: number;
  /** Cycles under way at the same time; each number of a worker has one at most. */
  readonly concurrency: number;
  cycle(worker: number): Promise<void> | void;
  /** Takes away what a round left behind, between rounds; what it takes is not counted. */
  clear?(): Promise<void>;
  close?(): Promise<void>;
}

/** The program under test, and what else the workload has to know. */
export interface Target {
  /** `http://127.0.0.1:…`, `redis://…`; none when the workload is itself what is measured. */
  readonly url: string;
  readonly token?: string;
  readonly concurrency?: number;
  /** A path of a request, or of a file. */
  readonly path?: string;
  /** Names of modules that are compiled: the root of the compiled tree. */
  readonly build?: string;
}

export type StartWorkload = (target: Target) => Promise<Workload> | Workload;

export const BATCH = 100;

/** A reading as it travels through the queue, 256 bytes long. */
export const MESSAGE = reading(256);

function reading(sizeBytes: number): string {
  const value = {
    metric: 'DCGM_FI_DEV_GPU_UTIL',
    timeUs: 1_764_000_000_000_000,
    value: 97,
    tags: {
      uuid: 'GPU-00000000-0000-0000-0000-000000000000',
      gpu_id: '0',
      device: 'nvidia0',
      model: 'NVIDIA H100 80GB HBM3',
      hostname: '',
    },
  };
  value.tags.hostname = 'n'.repeat(sizeBytes - JSON.stringify(value).length);
  return JSON.stringify(value);
}
