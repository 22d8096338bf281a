/**
 * Rate, errors and latency per service and minute: counted as spans are inserted, merged in the background,
 * read through `service_rates`. A late span is added to the minute in which it started.
 *
 * Limits: the numbers are of the spans that reach ClickHouse; where the trace processor samples, the true
 * rates are the span metrics in VictoriaMetrics. A batch that the exporter sends again unchanged counts once, if
 * the exporter inserts synchronously (`async_insert: false`; see `DEDUPLICATION_WINDOW_BLOCKS`). Spans that come
 * again in other batches (a replay after a failover that had half succeeded) count again: remembering every
 * span id of a minute would cost as much as the spans. Edges and trace summaries do not have this limit.
 */
import {
  createMaterializedView,
  tableStatements,
  createView,
  qualified,
  type Columns,
  type Statement,
  type Storage,
  type Table,
} from './ddl';
import {
  DURATION_NS,
  IS_ERROR,
  IS_REQUEST,
  LATENCY_STATE_TYPE,
  latencyColumns,
  latencyState,
} from './span-expressions';
import { TRACES_TABLE } from './traces-table';

export const SERVICE_MINUTES_TABLE = 'service_minutes';

const COLUMNS = {
  Minute: { type: 'DateTime', codec: 'delta' },
  ServiceName: { type: 'LowCardinality(String)', codec: 'plain' },
  // A sum needs no state of its own: SimpleAggregateFunction stores the number itself.
  Requests: { type: 'SimpleAggregateFunction(sum, UInt64)', codec: 'plain' },
  Errors: { type: 'SimpleAggregateFunction(sum, UInt64)', codec: 'plain' },
  Latency: { type: LATENCY_STATE_TYPE, codec: 'plain' },
} as const satisfies Columns;

export function serviceMinuteStatements(storage: Storage, retentionDays: number): readonly Statement[] {
  const table: Table<typeof COLUMNS> = {
    name: SERVICE_MINUTES_TABLE,
    comment: 'Requests, errors and latency per service and minute (read it through service_rates)',
    columns: COLUMNS,
    engine: { name: 'AggregatingMergeTree' },
    time: 'Minute',
    retentionDays,
    orderBy: ['ServiceName', 'Minute'],
  };
  return [
    ...tableStatements(storage, table),
    createMaterializedView(storage, {
      name: `${SERVICE_MINUTES_TABLE}_mv`,
      into: table,
      select: {
        Minute: 'toStartOfMinute(Timestamp)',
        ServiceName: 'ServiceName',
        Requests: 'count()',
        Errors: `countIf(${IS_ERROR})`,
        Latency: latencyState(DURATION_NS),
      },
      from: qualified(storage, TRACES_TABLE),
      where: IS_REQUEST,
      groupBy: ['ServiceName', 'Minute'],
    }),
    createView(storage, { name: 'service_rates', select: ratesSelect(storage) }),
  ];
}

/** The aliases differ from the columns they sum: ClickHouse would read `sum(Errors) AS Errors` as nested. */
function ratesSelect(storage: Storage): string {
  return `SELECT
    Minute,
    ServiceName,
    sum(m.Requests) AS RequestCount,
    sum(m.Errors) AS ErrorCount,
    RequestCount / 60 AS RequestsPerSecond,
    ErrorCount / RequestCount AS ErrorRatio,
    ${latencyColumns('m.Latency')}
FROM ${qualified(storage, SERVICE_MINUTES_TABLE)} AS m
GROUP BY Minute, ServiceName`;
}
