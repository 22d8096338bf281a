/**
 * The figures of the system's document for resources, its buckets, and what they will hold.
 */
import { Size, type Duration } from 'cdk8s';
import type { Resources } from '../core/container-spec';
import type { Load } from '../core/delivery';
import { humanBytes } from '../core/quantity';

/** "Capacity Planning" of the document: requests of one pod. */
export const DOCUMENTED_RESOURCES = {
  loki: { cpuMillis: 1000, memory: Size.gibibytes(2) },
  gateway: { cpuMillis: 100, memory: Size.mebibytes(128) },
  alloy: { cpuMillis: 500, memory: Size.mebibytes(512) },
} as const satisfies Record<string, Resources>;

/** `admin` is the document's: Loki's free edition does not use it, an enterprise one keeps its tokens there. */
export const BUCKETS = { chunks: 'loki-chunks', ruler: 'loki-ruler', admin: 'loki-admin' } as const;

/** Lines in a zstd chunk with its share of the index, cautiously; 8 and more are usual. */
const COMPRESSION = 5;

/** What lies in the buckets at the declared load, each copy counted once. */
export function storedBytes(
  { bytesPerSecond }: Load,
  retention: Duration,
): { readonly bytes: number; readonly because: string } {
  return {
    bytes: (bytesPerSecond * retention.toSeconds()) / COMPRESSION,
    because: `${humanBytes(bytesPerSecond)}/s × ${retention.toHours()} h ÷ ${COMPRESSION} (compression)`,
  };
}
