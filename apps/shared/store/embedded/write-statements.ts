/** All that the writer says to the file, prepared once. */
import type Database from 'libsql';
import type AsyncDatabase from 'libsql/promise';

/** Rows of one call: it blocks for some 1.5 ms (docs/adr/0016), and SQLite allows 32,766 values in a statement. */
export const ROWS_AT_ONCE = 250;

const INSERT_SAMPLES = 'INSERT INTO samples (metric, time, series, value) VALUES ';
const LAST_WRITE_WINS = ' ON CONFLICT DO UPDATE SET value = excluded.value';
const INSERT_STATES = 'INSERT INTO series_state (series, first_time, last_time, last_value) VALUES ';
const KEEP_EXTREMES =
  ' ON CONFLICT DO UPDATE SET first_time = min(first_time, excluded.first_time), ' +
  'last_value = CASE WHEN excluded.last_time >= last_time THEN excluded.last_value ELSE last_value END, ' +
  'last_time = max(last_time, excluded.last_time)';

const ONE_ROW = '(?, ?, ?, ?)';
const MANY_ROWS = Array<string>(ROWS_AT_ONCE).fill(ONE_ROW).join(', ');

const SQL = {
  epoch: 'SELECT epoch FROM series_epoch',
  addMetric: 'INSERT INTO metrics (name) VALUES (?) ON CONFLICT DO NOTHING',
  findMetric: 'SELECT id FROM metrics WHERE name = ?',
  addSeries:
    'INSERT INTO series (metric, name, uuid, hostname, model, gpu_id, device, tags) ' +
    'VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
  findSeries: 'SELECT id FROM series WHERE metric = ? AND tags = ?',
  sample: INSERT_SAMPLES + ONE_ROW + LAST_WRITE_WINS,
  samples: INSERT_SAMPLES + MANY_ROWS + LAST_WRITE_WINS,
  state: INSERT_STATES + ONE_ROW + KEEP_EXTREMES,
  states: INSERT_STATES + MANY_ROWS + KEEP_EXTREMES,
  metrics: 'SELECT json_group_array(id) AS ids FROM metrics',
  // Both delete a bounded number, oldest first.
  expireSamples:
    'DELETE FROM samples WHERE metric = ?1 AND (time, series) IN ' +
    '(SELECT time, series FROM samples WHERE metric = ?1 AND time < ?2 ORDER BY time, series LIMIT ?3)',
  expiredSeries:
    'SELECT json_group_array(series) AS ids FROM (SELECT series FROM series_state WHERE last_time < ? LIMIT ?)',
  dropSeries: 'DELETE FROM series WHERE id IN (SELECT value FROM json_each(?))',
  dropStates: 'DELETE FROM series_state WHERE series IN (SELECT value FROM json_each(?))',
  nextEpoch: 'UPDATE series_epoch SET epoch = epoch + 1',
} as const;

/** `all` and `iterate` are asynchronous in libsql/promise, and still block while they step: not used. */
export type WriteStatement = Pick<Database.Statement, 'get' | 'run'>;

export type WriteStatements = Readonly<Record<keyof typeof SQL, WriteStatement>>;

export async function prepareWriteStatements(database: AsyncDatabase): Promise<WriteStatements> {
  const prepared: [string, WriteStatement][] = [];
  for (const [name, sql] of Object.entries(SQL)) {
    // Only its preparation is asynchronous; its types do not say that.
    prepared.push([name, (await database.prepare(sql)) as WriteStatement]);
  }
  return Object.fromEntries(prepared) as WriteStatements;
}
