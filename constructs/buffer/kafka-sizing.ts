/**
 * What a broker needs to run well, whoever runs it.
 */
import { Size } from 'cdk8s';
import type { Resources } from '../core/container-spec';
import { bytesOf } from '../core/quantity';

export const KAFKA_SIZING = {
  // Half of it is heap, the rest is page cache, from which Kafka serves readers that keep up.
  resources: { cpuMillis: 1000, memory: Size.gibibytes(4) },
  /** Moving the leadership of every partition (3 attempts, 5 s apart), then flushing and closing the logs. */
  drainSeconds: 120,
} as const;

/** More heap makes collections longer and takes page cache away; Kafka's operations guide runs with 6 GiB. */
const MAX_HEAP_BYTES = 6 * 1024 ** 3;

export function heapMebibytes(resources: Resources): number {
  return Math.floor(Math.min(bytesOf(resources.memory) / 2, MAX_HEAP_BYTES) / 1024 ** 2);
}
