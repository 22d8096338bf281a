/**
 * One volume, several destinations: each has a queue of its own, a chunk at least and beyond that in proportion to what is
 * written there, so that those that get everything may be away for the same time.
 */
import type { Duration } from 'cdk8s';

/** One chunk of a queue, `DefaultChunkFileSize` of VictoriaMetrics' lib/persistentqueue: it rounds less up to this. */
export const LEAST_QUEUE_BYTES = (32 * 1024 ** 2 + 8) * 16;

/** How much of what is scraped goes on: with aggregation one sample of each interval, the last. */
export function writtenShare(scrapeInterval: Duration, aggregateInterval: Duration | undefined): number {
  if (aggregateInterval === undefined) return 1;
  return Math.min(1, scrapeInterval.toSeconds() / aggregateInterval.toSeconds());
}

/** @param shares of what is written, one for each queue */
export function queueSizes(bytes: number, shares: readonly number[]): number[] {
  const sum = shares.reduce((a, b) => a + b, 0);
  const rest = Math.max(0, bytes - LEAST_QUEUE_BYTES * shares.length);
  return shares.map((share) =>
    shares.length === 1 ? bytes : LEAST_QUEUE_BYTES + Math.floor((rest * share) / sum),
  );
}
