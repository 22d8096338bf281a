/**
 * How many bytes of logs Elasticsearch keeps, and whether they fit: arithmetic on plain numbers. What is marked as a
 * model parameter is to be corrected from `GET _cat/indices` of a running cluster.
 */
import type { Duration, Size } from 'cdk8s';
import { limitsOf, type Resources } from '../core/container-spec';
import type { Load } from '../core/delivery';
import { bytesOf, humanBytes } from '../core/quantity';

export interface ElasticsearchDemand {
  readonly load: Load;
  readonly maxAge: Duration;
  /** Of every shard, the first one included. */
  readonly copies: number;
}

const KIBI = 1024;
const DAY_SECONDS = 86_400;
/**
 * Model parameter: bytes of an index for each byte that arrives. The inverted index about doubles a line, and
 * `best_compression` about halves what is stored of it.
 */
const INDEX_RATIO = 1.1;
/** `cluster.routing.allocation.disk.watermark.low`: a node above it takes no new shards. Elasticsearch's default. */
export const LOW_WATERMARK = 0.85;
/** An index takes lines for a day at most. Only whole indices are deleted, so that much is kept beyond the age. */
export const ROLLOVER_SECONDS = DAY_SECONDS;
/** "Aim for shards of up to 200M documents, or with sizes between 10GB and 50GB": Elastic, "Size your shards". */
const SHARD_BYTES_MAX = 50 * KIBI ** 3;
/** An index is at most so much of the room: what is deleted at once, and what the size may be missed by. */
const INDEX_SHARE = 0.05;
/** Elasticsearch looks after its life cycles every 10 minutes, Curator runs every 15: what piles up until then. */
const LAG_SECONDS = 900;

/** Half for the heap, the rest for Lucene's files; above about 31 GiB object pointers become longer. */
const HEAP_SHARE = 0.5;
const HEAP_BYTES_MAX = 30 * KIBI ** 3;

export function storedBytesPerSecond({ load, copies }: Pick<ElasticsearchDemand, 'load' | 'copies'>): number {
  return load.bytesPerSecond * INDEX_RATIO * copies;
}

/** On the disks of all nodes together, when the oldest index is as old as it gets. */
export function bytesKept(demand: ElasticsearchDemand): number {
  return storedBytesPerSecond(demand) * keptSeconds(demand.maxAge);
}

/** For messages: the factors of `bytesKept`. */
export function keptArithmetic(demand: ElasticsearchDemand): string {
  const { load, maxAge, copies } = demand;
  return (
    `${humanBytes(load.bytesPerSecond)}/s × ${INDEX_RATIO} × ${copies} ${copies === 1 ? 'copy' : 'copies'} × ` +
    `(${maxAge.toDays({ integral: false })} d + 1 d until the rollover + 15 min) = ${humanBytes(bytesKept(demand))}`
  );
}

/** How long lines are kept when no more than so many bytes may be. */
export function secondsThatFit(demand: ElasticsearchDemand, bytes: number): number {
  return Math.max(
    0,
    bytes / storedBytesPerSecond(demand) - keptSeconds(demand.maxAge) + demand.maxAge.toSeconds(),
  );
}

function keptSeconds(maxAge: Duration): number {
  return maxAge.toSeconds() + ROLLOVER_SECONDS + LAG_SECONDS;
}

/** What the nodes hold below the low watermark. */
export function usableBytes(volume: Size, nodes: number): number {
  return bytesOf(volume) * nodes * LOW_WATERMARK;
}

export function usableArithmetic(volume: Size, nodes: number): string {
  return `${nodes} × ${humanBytes(bytesOf(volume))} × ${LOW_WATERMARK * 100} % (the low watermark) = ${humanBytes(usableBytes(volume, nodes))}`;
}

/** Size of its first copy at which an index is closed to new lines. */
export function rolloverBytes(maxTotalSize: Size, copies: number): number {
  return Math.min(SHARD_BYTES_MAX, Math.floor((bytesOf(maxTotalSize) * INDEX_SHARE) / copies));
}

/** Where Curator begins to delete, so that what arrives until its next run stays within the size. */
export function curatorLimitBytes(maxTotalSize: Size, demand: ElasticsearchDemand): number {
  return Math.max(0, bytesOf(maxTotalSize) - storedBytesPerSecond(demand) * LAG_SECONDS);
}

export function heapMebibytes(resources: Resources): number {
  return Math.floor(Math.min(bytesOf(limitsOf(resources).memory) * HEAP_SHARE, HEAP_BYTES_MAX) / KIBI ** 2);
}
