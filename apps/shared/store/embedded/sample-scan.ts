/**
 * Goes through a metric's samples in their order, in pieces that block the event loop for some milliseconds each.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';

import type { ReadConnection } from './read-connection';

/** `[timeUs, series, value]`. */
export type SampleRow = readonly [number, number, number];

interface ScanRange {
  readonly metric: number;
  readonly fromUs: number;
  readonly toUs: number;
  /** Goes on behind this one. */
  readonly after?: readonly [timeUs: number, series: number] | undefined;
  /** Numbers of series as JSON; undefined: all. */
  readonly series?: string | undefined;
}

/** A row takes 1.3 µs to become an object, and one that is passed over 0.05 µs (docs/adr/0016). */
const ROWS_AT_ONCE = 500;
const SCANNED_AT_ONCE = 10_000;
const COUNTED_AT_ONCE = 30_000;

const BEHIND = 'FROM samples WHERE metric = ?1 AND (time, series) > (?2, ?3) AND time < ?4';
const IN_ORDER = 'ORDER BY time, series LIMIT';
const UP_TO = 'AND (time, series) <= (?5, ?6)';
const CHOSEN = 'AND +series IN (SELECT value FROM json_each(?7))';

const SQL = {
  rows: `SELECT time, series, value ${BEHIND} ${IN_ORDER} ?5`,
  chosenRows: `SELECT time, series, value ${BEHIND} ${UP_TO} ${CHOSEN} ${IN_ORDER} ?8`,
  place: `SELECT time, series ${BEHIND} ${IN_ORDER} 1 OFFSET ?5`,
  count: `SELECT count(*) AS n ${BEHIND}`,
  chosenCount: `SELECT count(*) AS n ${BEHIND} ${UP_TO} ${CHOSEN}`,
} as const;

type Place = readonly [timeUs: number, series: number];

export async function* scan(
  connection: ReadConnection,
  range: ScanRange,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly SampleRow[]> {
  const { toUs, series } = range;
  let place = startOf(range);
  let end: Place | undefined;
  for (;;) {
    signal?.throwIfAborted();
    if (series !== undefined) end ??= placeAfter(connection, range, place, SCANNED_AT_ONCE) ?? lastOf(range);
    const rows = nextRows(connection, range, place, end);
    if (rows.length > 0) yield rows;
    const last = rows[ROWS_AT_ONCE - 1];
    if (last !== undefined) {
      place = [last[0], last[1]];
    } else if (end === undefined || end[0] >= toUs) {
      return;
    } else {
      place = end;
      end = undefined;
    }
    await nextTurn();
  }
}

export async function countSamples(
  connection: ReadConnection,
  range: ScanRange,
  signal: AbortSignal | undefined,
): Promise<number> {
  const { metric, toUs, series } = range;
  let place = startOf(range);
  for (let total = 0; ;) {
    signal?.throwIfAborted();
    const end = placeAfter(connection, range, place, COUNTED_AT_ONCE);
    if (series !== undefined) {
      const values = [metric, ...place, toUs, ...(end ?? lastOf(range)), series];
      total += countOf(connection.one(SQL.chosenCount, values));
    } else if (end !== undefined) {
      total += COUNTED_AT_ONCE;
    } else {
      total += countOf(connection.one(SQL.count, [metric, ...place, toUs]));
    }
    if (end === undefined) return total;
    place = end;
    await nextTurn();
  }
}

function nextRows(
  connection: ReadConnection,
  { metric, toUs, series }: ScanRange,
  place: Place,
  end: Place | undefined,
): readonly SampleRow[] {
  const rows =
    series === undefined || end === undefined
      ? connection.rows(SQL.rows, [metric, ...place, toUs, ROWS_AT_ONCE])
      : connection.rows(SQL.chosenRows, [metric, ...place, toUs, ...end, series, ROWS_AT_ONCE]);
  return rows as readonly SampleRow[];
}

function countOf(row: unknown): number {
  return (row as { readonly n: number }).n;
}

/** Of the `count`th sample behind `place`, if there are so many. */
function placeAfter(
  connection: ReadConnection,
  { metric, toUs }: ScanRange,
  place: Place,
  count: number,
): Place | undefined {
  return connection.rows(SQL.place, [metric, ...place, toUs, count - 1])[0] as Place | undefined;
}

/** No series has a negative number. */
function startOf({ fromUs, after }: ScanRange): Place {
  return after === undefined || after[0] < fromUs ? [fromUs, -1] : after;
}

function lastOf({ toUs }: ScanRange): Place {
  return [toUs, -1];
}
