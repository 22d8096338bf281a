/**
 * The questions that dashboards and runbooks ask of the trace schema, by name. `{from:DateTime}` and
 * `{to:DateTime}` are ClickHouse's own query parameters (half-open period), so no value becomes part of the text.
 */
import { qualified } from './ddl';
import { SERVICE_EDGES_TABLE } from './service-edges';
import { SERVICE_MINUTES_TABLE } from './service-minutes';
import { latencyColumns } from './span-expressions';
import { TRACE_TIMES_TABLE, TRACES_TABLE } from './traces-table';

export interface ClickHouseQueries {
  /** Each service over the whole period: states are merged, for percentiles of minutes cannot be averaged. */
  readonly services: string;
  /** Each edge over the whole period. */
  readonly edges: string;
  /** The slowest `{limit:UInt32}` traces that started in the period. */
  readonly slowTraces: string;
  /** The newest `{limit:UInt32}` traces of the period without root, with orphans or too large to judge. */
  readonly incompleteTraces: string;
  /** Share of the period's traces that are complete. */
  readonly completeness: string;
  /** All spans of `{traceId:String}`, earliest first, read only from the time in which the trace ran. */
  readonly trace: string;
}

export function clickHouseQueries(database: string): ClickHouseQueries {
  const table = (name: string) => qualified({ database }, name);
  const summaries = `${table('trace_summaries')}(from = {from:DateTime}, to = {to:DateTime})`;
  return {
    services: `SELECT
    ServiceName,
    sum(m.Requests) AS RequestCount,
    sum(m.Errors) AS ErrorCount,
    RequestCount / ({to:DateTime} - {from:DateTime}) AS RequestsPerSecond,
    ErrorCount / RequestCount AS ErrorRatio,
    ${latencyColumns('m.Latency')}
FROM ${table(SERVICE_MINUTES_TABLE)} AS m
WHERE Minute >= {from:DateTime} AND Minute < {to:DateTime}
GROUP BY ServiceName
ORDER BY RequestCount DESC, ServiceName`,
    edges: `SELECT
    Caller,
    Callee,
    sum(e.Calls) AS CallCount,
    sum(e.Errors) AS ErrorCount,
    CallCount / ({to:DateTime} - {from:DateTime}) AS CallsPerSecond,
    ErrorCount / CallCount AS ErrorRatio,
    ${latencyColumns('e.Latency')}
FROM ${table(SERVICE_EDGES_TABLE)} AS e FINAL
WHERE Minute >= {from:DateTime} AND Minute < {to:DateTime}
GROUP BY Caller, Callee
ORDER BY CallCount DESC, Caller, Callee`,
    slowTraces: `SELECT TraceId, Start, DurationMs, RootService, RootSpanName, SpanCount, ErrorCount, Services
FROM ${summaries}
ORDER BY DurationMs DESC, TraceId
LIMIT {limit:UInt32}`,
    incompleteTraces: `SELECT TraceId, Start, RootSeen, SpanCount, OrphanCount, MissingParentCount, Truncated, Services
FROM ${summaries}
WHERE NOT Complete
ORDER BY Start DESC, TraceId
LIMIT {limit:UInt32}`,
    completeness: `SELECT
    count() AS TraceCount,
    countIf(Complete) AS CompleteCount,
    countIf(NOT RootSeen) AS RootlessCount,
    sum(OrphanCount) AS OrphanTotal
FROM ${summaries}`,
    trace: `WITH
    (SELECT min(Start) FROM ${table(TRACE_TIMES_TABLE)} WHERE TraceId = {traceId:String}) AS FirstSeen,
    (SELECT max(End) FROM ${table(TRACE_TIMES_TABLE)} WHERE TraceId = {traceId:String}) AS LastSeen
SELECT Timestamp, SpanId, ParentSpanId, ServiceName, SpanName, SpanKind, Duration, StatusCode
FROM ${table(TRACES_TABLE)}
WHERE TraceId = {traceId:String}
  AND Timestamp >= FirstSeen
  AND Timestamp < LastSeen + toIntervalSecond(1)
ORDER BY Timestamp, SpanId
LIMIT 1 BY SpanId`,
  };
}
