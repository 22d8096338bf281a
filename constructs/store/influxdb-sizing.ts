/**
 * How much a volume has to hold for the retention that an operator wants. Pure arithmetic.
 */
import { Duration, Size } from 'cdk8s';
import type { Load } from '../core/delivery';
import { bytesOf, humanBytes, humanSeconds, mebibytesFor } from '../core/quantity';

/** "Non-string values require approximately three bytes", hardware sizing guide of InfluxDB. */
const BYTES_PER_SAMPLE = 3;
/** What compactions write before the old files go, the write-ahead log and the index. */
const FILLED_AT_MOST = 0.7;
const DAY_SECONDS = 86_400;
/** InfluxDB refuses a shorter one. */
export const LEAST_RETENTION = Duration.hours(1);

/** Data goes away in whole shard groups: the times are InfluxDB's own, "Data retention in InfluxDB". */
export function shardGroupSeconds(retention: Duration): number {
  const days = retention.toSeconds() / DAY_SECONDS;
  if (days < 2) return 3600;
  return days < 180 ? DAY_SECONDS : 7 * DAY_SECONDS;
}

export interface VolumeNeed {
  readonly size: Size;
  /** The arithmetic, in one line. */
  readonly because: string;
}

export function volumeFor(load: Load, retention: Duration): VolumeNeed {
  const shardGroup = shardGroupSeconds(retention);
  const bytes = load.eventsPerSecond * BYTES_PER_SAMPLE * (retention.toSeconds() + shardGroup);
  return {
    size: mebibytesFor(bytes / FILLED_AT_MOST),
    because:
      `${load.eventsPerSecond} samples/s × ${BYTES_PER_SAMPLE} B × (${humanSeconds(retention.toSeconds())} + ` +
      `${humanSeconds(shardGroup)}) = ${humanBytes(bytes)}, and at most ${FILLED_AT_MOST * 100} % of a volume may fill`,
  };
}

/** Parts of the memory limit, so that writes and queries together stay below it. */
export function memoryShares(limit: Size): { cacheBytes: number; queryBytes: number; goBytes: number } {
  const bytes = bytesOf(limit);
  return {
    // InfluxDB's default of 1 GiB is more than a small container has; a full cache refuses writes, which come again.
    cacheBytes: Math.floor(bytes / 4),
    // For each query; a query over it fails, and not the store.
    queryBytes: Math.floor(bytes / 8),
    // The collector of Go works harder from here on, before the kernel ends the process.
    goBytes: Math.floor(bytes * 0.8),
  };
}
