/**
 * What the live stream would have sent before the first start, so that charts have a past: the sample twice, at the pace of
 * the live stream, ending now. It goes to the streamer as any client's readings would.
 */
import { sampleRows, type SampleOptions } from '../../apps/streamer/sample/sample';
import { LIVE_SPEED } from './definitions';
import type { ServiceClient } from './service-client';

/** Under the streamer's limits for one request: 20,000 readings, 8 MiB. */
const ROWS_PER_REQUEST = 4000;
const ANSWER_LIMIT_MS = 60_000;
const ROUNDS = 2;
/** `"2025-09-25T06:00:00Z",…` */
const TIME = /^"([^"]+)"/;

export async function sendFirstHistory(
  client: ServiceClient,
  signal: AbortSignal,
  sample: SampleOptions = {},
): Promise<void> {
  const [header = '', ...rows] = sampleRows(sample);
  const [firstMs, lastMs] = [timeOf(rows[0]), timeOf(rows.at(-1))];
  const stepMs = stepOf(rows, firstMs);
  const roundMs = (lastMs - firstMs + stepMs) / LIVE_SPEED;
  const startMs = Date.now() - ROUNDS * roundMs;
  for (let round = 0; round < ROUNDS; round += 1) {
    const timeAt = (row: string): string =>
      new Date(startMs + round * roundMs + (timeOf(row) - firstMs) / LIVE_SPEED).toISOString();
    for (let at = 0; at < rows.length && !signal.aborted; at += ROWS_PER_REQUEST) {
      const moved = rows.slice(at, at + ROWS_PER_REQUEST).map((row) => row.replace(TIME, `"${timeAt(row)}"`));
      await client.text('streamer', '/readings', {
        method: 'POST',
        text: header + moved.join(''),
        headers: { 'content-type': 'text/csv' },
        timeoutMs: ANSWER_LIMIT_MS,
        signal,
      });
    }
  }
}

function timeOf(row = ''): number {
  return Date.parse(TIME.exec(row)?.[1] ?? '');
}

/** All readings of a sweep have one time. */
function stepOf(rows: readonly string[], firstMs: number): number {
  const second = rows.find((row) => timeOf(row) !== firstMs);
  return second === undefined ? 0 : timeOf(second) - firstMs;
}
