/** Reads numbered spans from ClickHouse's table, one row each, duplicates too. */
import type { StoredRecord } from './stored-record';

/** Answers in the format that the statement asks for. */
export type ClickHouseQuery = (sql: string) => Promise<string>;

export async function readSpans(query: ClickHouseQuery, run: string): Promise<StoredRecord[]> {
  const text = await query(
    `SELECT ServiceName, ResourceAttributes, SpanAttributes FROM otel.otel_traces ` +
      `WHERE SpanAttributes['hyperion.run'] = '${run}' FORMAT JSONEachRow`,
  );
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { SpanAttributes } = JSON.parse(line) as { SpanAttributes: Readonly<Record<string, string>> };
      return { number: Number(SpanAttributes['hyperion.seq']), content: line };
    });
}
