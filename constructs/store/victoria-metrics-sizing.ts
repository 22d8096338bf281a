/**
 * How large a VictoriaMetrics cluster has to be, as arithmetic on plain numbers. Figures that its makers publish are
 * cited; the others are model parameters, to be corrected from a running cluster.
 */
export interface MetricsDemand {
  readonly samplesPerSecond: number;
  /** Series that receive samples within one hour. */
  readonly activeSeries: number;
}

export interface StorageDemand extends MetricsDemand {
  readonly retentionSeconds: number;
  /** Copies of each sample. */
  readonly replicationFactor: number;
}

export interface Needed {
  readonly cpuMillis: number;
  readonly memoryBytes: number;
}

const DAY_SECONDS = 86_400;
const MEBI = 1024 ** 2;

/** "Understand your setup size", VictoriaMetrics documentation. */
const BYTES_PER_SAMPLE = 1;
const FREE_FOR_MERGES = 1.25;
/** The same page: data goes in whole cycles, a day up to 30 days of retention and a month above. */
const SHORT_RETENTION_DAYS = 30;
const MONTH_DAYS = 31;

/** Model parameter: VictoriaMetrics publishes no figure for its present versions. */
const BYTES_PER_SERIES = 1024;
/** Model parameter: a third of the 300,000 that older versions published, for series churn and queries beside it. */
const SAMPLES_PER_CORE = 100_000;
/** "Capacity planning", cluster documentation: half of the CPU and of the RAM stays free. */
const SPARE = 2;
/** Below this a process spends its time on collecting garbage. */
const LEAST_MEMORY_BYTES = 1024 * MEBI;
const LEAST_CPU_MILLIS = 250;
/** More cores are better spent on another replica of a stateless part. */
const MOST_CORES_PER_INSERT = 4;

export function retentionCycleSeconds(retentionSeconds: number): number {
  return (retentionSeconds > SHORT_RETENTION_DAYS * DAY_SECONDS ? MONTH_DAYS : 1) * DAY_SECONDS;
}

/** On all volumes together, with the room that merges need. */
export function diskBytesNeeded(demand: StorageDemand): number {
  const seconds = demand.retentionSeconds + retentionCycleSeconds(demand.retentionSeconds);
  return BYTES_PER_SAMPLE * demand.samplesPerSecond * demand.replicationFactor * seconds * FREE_FOR_MERGES;
}

/** For messages: the factors of `diskBytesNeeded`. */
export function diskArithmetic(demand: StorageDemand): string {
  const days = (seconds: number): string => `${Math.round((seconds / DAY_SECONDS) * 10) / 10} d`;
  const cycle = retentionCycleSeconds(demand.retentionSeconds);
  return (
    `${BYTES_PER_SAMPLE} B × ${demand.samplesPerSecond} samples/s × ${demand.replicationFactor} copies × ` +
    `(${days(demand.retentionSeconds)} + ${days(cycle)}) × ${FREE_FOR_MERGES}`
  );
}

/** Of each vmstorage: its share of all copies, and of the share of a neighbour that is away. */
export function storageNeeded(demand: StorageDemand, replicas: number): Needed {
  const carriers = Math.max(1, replicas - 1);
  const copies = demand.replicationFactor / carriers;
  return needed(demand.samplesPerSecond * copies, demand.activeSeries * copies);
}

/** vminsert replicas: as many as keep each at a few cores. */
export function insertReplicas(demand: StorageDemand, floor: number): number {
  const cores = (demand.samplesPerSecond * demand.replicationFactor * SPARE) / SAMPLES_PER_CORE;
  return Math.max(floor, Math.ceil(cores / MOST_CORES_PER_INSERT));
}

/** Of each vminsert: it keeps no series, but sends every copy. */
export function insertNeeded(demand: StorageDemand, replicas: number): Needed {
  return needed((demand.samplesPerSecond * demand.replicationFactor) / replicas, 0);
}

function needed(samplesPerSecond: number, series: number): Needed {
  const cpuMillis = (samplesPerSecond / SAMPLES_PER_CORE) * 1000 * SPARE;
  return {
    cpuMillis: Math.max(LEAST_CPU_MILLIS, roundUp(cpuMillis, 50)),
    memoryBytes: Math.max(LEAST_MEMORY_BYTES, roundUp(series * BYTES_PER_SERIES * SPARE, 256 * MEBI)),
  };
}

function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}
