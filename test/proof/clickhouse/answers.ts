/** What the schema's views say, in the shape in which `reference.ts` computes it again. */
import type { TraceDatabase } from './engine';
import type { Rate, Summary } from './reference';
import { clickHouseSecond, EPOCH_MS } from './test-span';

export interface RateRow {
  readonly key: string;
  readonly count: number;
  readonly errors: number;
  /** p50, p95, p99. */
  readonly latencyMs: readonly number[];
}

/** All that tests insert starts within this many hours around `EPOCH_MS`. */
const PERIOD_HOURS = 3;

const QUANTILES = [0.5, 0.95, 0.99];
/** The sketch's relative accuracy (`quantilesDD(0.01, …)`), and a little for floating point. */
const TOLERANCE = 0.01 + 1e-9;

export function readServices(database: TraceDatabase): RateRow[] {
  return readRates(database, 'service_rates', 'RequestCount', ['ServiceName']);
}

export function readEdges(database: TraceDatabase): RateRow[] {
  return readRates(database, 'service_edges', 'CallCount', ['Caller', 'Callee']);
}

export function readSummaries(database: TraceDatabase, from = periodEdge(-1), to = periodEdge(1)): Summary[] {
  return database.rows(
    `SELECT TraceId, toString(Start) AS Start, toString(End) AS End, RootSeen, SpanCount, ErrorCount,
       MissingParentCount, OrphanCount, toUInt8(Complete) AS Complete, Services
     FROM ${database.name}.trace_summaries(from = {from:DateTime}, to = {to:DateTime}) ORDER BY TraceId`,
    { from, to },
  );
}

function periodEdge(sign: number): string {
  return clickHouseSecond(EPOCH_MS + sign * PERIOD_HOURS * 3_600_000);
}

function readRates(
  database: TraceDatabase,
  view: string,
  count: string,
  names: readonly string[],
): RateRow[] {
  const key = ['toString(Minute)', ...names].join(`, ' ', `);
  return database.rows(
    `SELECT concat(${key}) AS key, ${count} AS count, ErrorCount AS errors, [P50Ms, P95Ms, P99Ms] AS latencyMs
     FROM ${database.name}.${view} ORDER BY key`,
  );
}

/**
 * Counts must be equal. A percentile is an estimate: the sketch promises 1 % around the value at rank q·(n−1),
 * and where that rank lies between two values, either of them is a right answer.
 */
export function rateMistakes(rows: readonly RateRow[], expected: readonly Rate[]): string[] {
  const countsOf = (list: readonly { key: string; count: number; errors: number }[]) =>
    list.map(({ key, count, errors }) => `${key}: ${count} with ${errors} errors`).join('; ');
  if (countsOf(rows) !== countsOf(expected)) return [`${countsOf(rows)} instead of ${countsOf(expected)}`];
  return rows.flatMap((row, index) => latencyMistakes(row, expected[index]?.durationsMs ?? []));
}

function latencyMistakes({ key, latencyMs }: RateRow, sorted: readonly number[]): string[] {
  return QUANTILES.flatMap((quantile, index) => {
    const rank = quantile * (sorted.length - 1);
    const candidates = [sorted[Math.floor(rank)], sorted[Math.ceil(rank)]];
    const answer = latencyMs[index] ?? NaN;
    const right = candidates.some(
      (value) => value !== undefined && Math.abs(answer - value) <= TOLERANCE * value,
    );
    return right ? [] : [`${key}: quantile ${quantile} of [${sorted.join(', ')}] is not ${answer}`];
  });
}
