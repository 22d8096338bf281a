/**
 * How large one ClickHouse server has to be, as arithmetic on plain numbers. Figures that others publish are cited; the
 * rest are model parameters, to be corrected from `system.parts` of a running server.
 */
import type { Load } from '../core/delivery';
import { humanBytes } from '../core/quantity';
import type { ClickHouseRetentionDays } from './clickhouse-schema';

export interface ClickHouseDemand {
  /** Spans that arrive each second, and their bytes as OTLP before compression. */
  readonly load: Load;
  readonly retentionDays: ClickHouseRetentionDays;
  /** Services that send spans: the tables per minute have a row for each, and for each edge between them. */
  readonly services: number;
}

/** What one kind of row takes. */
export interface DiskTerm {
  readonly what: string;
  readonly bytesPerDay: number;
  readonly days: number;
}

export interface ClickHouseResources {
  readonly cpuMillis: number;
  readonly memoryBytes: number;
}

const DAY_SECONDS = 86_400;
const DAY_MINUTES = 1440;
const MEBI = 1024 ** 2;
const GIBI = 1024 ** 3;

/** Trace, span and parent id: 16 + 8 + 8 random bytes, written in hexadecimal; nothing compresses them further. */
const ID_BYTES = 32;
/**
 * "We assume a 10x compression ratio": ClickHouse documentation, "Estimating resources" (ClickStack); Jaeger's
 * benchmark of its ClickHouse store has 8.6. A generated million of spans (20 attributes, 575 B as columns) took
 * 75 B each in this schema with indexes, ids included: by this model they take 86 B.
 */
const COMPRESSION = 10;
/** Per span: two ids and a flag in the trace's state (see `trace-summaries.ts`). Measured 15 B, ten spans a trace. */
const TRACE_STATE_BYTES = 17;
/** Per span in the lookup from trace to time. Measured 2 B, ten spans a trace. */
const TRACE_TIME_BYTES = 3;
/** A minute's row, almost all of it the sketch of the latencies. Measured 565 B for 600 requests a minute. */
const MINUTE_ROW_BYTES = 600;
/** Model parameter: callees of an average service. */
const EDGES_PER_SERVICE = 3;
/** A day's partition goes when its last row is due. */
const PARTITION_DAYS = 1;
/** Model parameter: room for merges, which write the new part before they drop the old ones, and for the query log. */
const FREE_FOR_MERGES = 1.25;

/** The same page: a vCPU for each 10 MB/s of ingest, and another for the queries on it. */
const INGEST_BYTES_PER_CORE = 10e6;
const CORES_PER_INGEST_CORE = 2;
/** "Sizing and hardware recommendations": 4 GiB of memory for each CPU in general use. */
const MEMORY_BYTES_PER_CORE = 4 * GIBI;
const LEAST_CPU_MILLIS = 500;
/** The same page asks for 4 GiB at least; and the join for the edges may take that before it spills to the disk. */
const LEAST_MEMORY_BYTES = 4 * GIBI;

export function diskTerms({ load, retentionDays, services }: ClickHouseDemand): readonly DiskTerm[] {
  const { eventsPerSecond, bytesPerSecond } = load;
  const compressed = eventsPerSecond * (ID_BYTES + TRACE_TIME_BYTES) + bytesPerSecond / COMPRESSION;
  return [
    { what: 'spans', bytesPerDay: compressed * DAY_SECONDS, days: retentionDays.spans },
    {
      what: 'trace states',
      bytesPerDay: eventsPerSecond * TRACE_STATE_BYTES * DAY_SECONDS,
      days: retentionDays.endToEnd,
    },
    {
      what: 'minutes of services',
      bytesPerDay: services * MINUTE_ROW_BYTES * DAY_MINUTES,
      days: retentionDays.perMinute,
    },
    {
      what: 'minutes of edges',
      bytesPerDay: services * EDGES_PER_SERVICE * MINUTE_ROW_BYTES * DAY_MINUTES,
      days: retentionDays.edges,
    },
  ];
}

/** On the volume of each server: all of them keep everything. */
export function diskBytesNeeded(demand: ClickHouseDemand): number {
  const bytes = diskTerms(demand).map(({ bytesPerDay, days }) => bytesPerDay * (days + PARTITION_DAYS));
  return bytes.reduce((sum, term) => sum + term, 0) * FREE_FOR_MERGES;
}

/** For messages: the factors of `diskBytesNeeded`. */
export function diskArithmetic(demand: ClickHouseDemand): string {
  const terms = diskTerms(demand).map(
    ({ what, bytesPerDay, days }) => `${what} ${humanBytes(bytesPerDay)}/d × (${days} + ${PARTITION_DAYS}) d`,
  );
  return `(${terms.join(' + ')}) × ${FREE_FOR_MERGES} for merges`;
}

/** The longest time for which spans fit, all else as it is; 0 when not even a day does. */
export function spanDaysThatFit(demand: ClickHouseDemand, volumeBytes: number): number {
  const spans = diskTerms(demand).find(({ what }) => what === 'spans');
  const others = diskBytesNeeded({
    ...demand,
    retentionDays: { ...demand.retentionDays, spans: -PARTITION_DAYS },
  });
  const perDay = (spans?.bytesPerDay ?? 0) * FREE_FOR_MERGES;
  if (perDay === 0) return demand.retentionDays.spans;
  return Math.max(0, Math.floor((volumeBytes - others) / perDay) - PARTITION_DAYS);
}

/** Of each server: one alone carries everything while the other is away, and merges what both took in anyway. */
export function serverNeeded(load: Load): ClickHouseResources {
  const cores = (load.bytesPerSecond / INGEST_BYTES_PER_CORE) * CORES_PER_INGEST_CORE;
  return {
    cpuMillis: Math.max(LEAST_CPU_MILLIS, roundUp(cores * 1000, 100)),
    memoryBytes: Math.max(LEAST_MEMORY_BYTES, roundUp(cores * MEMORY_BYTES_PER_CORE, 256 * MEBI)),
  };
}

function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}
