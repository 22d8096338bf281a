/**
 * Calls between services per minute: caller (the parent span's service) → callee, with errors and latency as
 * the callee saw them.
 *
 * A span's row does not say whose child it is, and its parent may come before it, after it or hours later (the
 * replay from Kafka), so no view on inserted blocks can be right. Instead each insert notes the minutes it
 * touched, and a view that runs by the clock recomputes those minutes from the spans, by joining each with its
 * parent. It appends the minute's newest result, and the table keeps the newest (`ReplacingMergeTree`). So a
 * minute is right within one refresh of its last span, however late that came and however often: the spans are
 * told apart by id.
 *
 * Limits: a parent that started more than `PARENT_MINUTES_BEFORE` before its child is not found (a slow queue);
 * a call within one service is no edge; a callee that sends no spans (a database) has none: the service graph
 * in VictoriaMetrics shows it. When the refresh has failed for longer than `TOUCHED_PERIODS` periods, minutes
 * are left out until something touches them again. Every replica refreshes for itself; what one that lags behind
 * computed is put right by the next refresh.
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
  IS_ROOT,
  LATENCY_STATE_TYPE,
  latencyColumns,
  latencyState,
} from './span-expressions';
import { TRACES_TABLE } from './traces-table';

export const SERVICE_EDGES_TABLE = 'service_edge_minutes';
/** The view that runs by the clock; `SYSTEM REFRESH VIEW` runs it at once. */
const SERVICE_EDGES_REFRESH = `${SERVICE_EDGES_TABLE}_mv`;

const TOUCHED_TABLE = 'touched_minutes';
/** Looked at for minutes only, kept for a day so that an operator can see what came late. */
const TOUCHED_RETENTION_DAYS = 1;
/** Two refreshes in a row may fail without a gap. */
const TOUCHED_PERIODS = 3;
const PARENT_MINUTES_BEFORE = 5;
/** Two hosts' clocks may differ: a parent can seem to start after its child. */
const PARENT_MINUTES_AFTER = 1;
/** The join spills to disk above this: the other half of a node's memory is for inserts, merges and questions. */
const JOIN_BYTES_MAX = 4 * 1024 ** 3;

const TOUCHED_COLUMNS = {
  Minute: { type: 'DateTime', codec: 'delta' },
  TouchedAt: { type: 'DateTime', codec: 'delta' },
} as const satisfies Columns;

const EDGE_COLUMNS = {
  Minute: { type: 'DateTime', codec: 'delta' },
  Caller: { type: 'LowCardinality(String)', codec: 'plain' },
  Callee: { type: 'LowCardinality(String)', codec: 'plain' },
  Calls: { type: 'UInt64', codec: 'plain' },
  Errors: { type: 'UInt64', codec: 'plain' },
  Latency: { type: LATENCY_STATE_TYPE, codec: 'plain' },
  ComputedAt: { type: 'DateTime64(3)', codec: 'delta' },
} as const satisfies Columns;

export interface ServiceEdgesProps {
  readonly retentionDays: number;
  readonly refreshMinutes: number;
}

export function serviceEdgeStatements(storage: Storage, props: ServiceEdgesProps): readonly Statement[] {
  const edges: Table<typeof EDGE_COLUMNS> = {
    name: SERVICE_EDGES_TABLE,
    comment:
      'Calls between services per minute, recomputed when spans come late (read it through service_edges)',
    columns: EDGE_COLUMNS,
    engine: { name: 'ReplacingMergeTree', version: 'ComputedAt' },
    time: 'Minute',
    retentionDays: props.retentionDays,
    orderBy: ['Minute', 'Caller', 'Callee'],
  };
  return [
    ...touchedMinuteStatements(storage),
    ...tableStatements(storage, edges),
    createMaterializedView(storage, {
      name: SERVICE_EDGES_REFRESH,
      into: edges,
      refreshMinutes: props.refreshMinutes,
      with: {
        recomputed: recomputedMinutes(storage, props.refreshMinutes),
        searched: shiftedMinutes('recomputed', -PARENT_MINUTES_BEFORE, PARENT_MINUTES_AFTER),
      },
      select: {
        Minute: 'StartMinute',
        Caller: 'CallerName',
        Callee: 'CalleeName',
        Calls: 'count()',
        Errors: 'countIf(Failed)',
        Latency: latencyState('DurationNs'),
        ComputedAt: 'now64(3)',
      },
      from: callsBetweenServices(storage),
      groupBy: ['StartMinute', 'CallerName', 'CalleeName'],
      settings: { join_algorithm: 'grace_hash', max_bytes_in_join: JOIN_BYTES_MAX },
    }),
    createView(storage, { name: 'service_edges', select: edgesSelect(storage) }),
  ];
}

function touchedMinuteStatements(storage: Storage): readonly Statement[] {
  const touched: Table<typeof TOUCHED_COLUMNS> = {
    name: TOUCHED_TABLE,
    comment: 'Minutes in which newly inserted spans started: what the edges must be recomputed for',
    columns: TOUCHED_COLUMNS,
    engine: { name: 'ReplacingMergeTree', version: 'TouchedAt' },
    time: 'TouchedAt',
    retentionDays: TOUCHED_RETENTION_DAYS,
    orderBy: ['Minute'],
  };
  return [
    ...tableStatements(storage, touched),
    createMaterializedView(storage, {
      name: `${TOUCHED_TABLE}_mv`,
      into: touched,
      select: { Minute: 'toStartOfMinute(Timestamp)', TouchedAt: 'now()' },
      from: qualified(storage, TRACES_TABLE),
      groupBy: ['Minute'],
    }),
  ];
}

/** A touched minute may hold a parent that children of the minutes around it were waiting for. */
function recomputedMinutes(storage: Storage, refreshMinutes: number): string {
  const touched = qualified(storage, TOUCHED_TABLE);
  const since = `now() - toIntervalMinute(${TOUCHED_PERIODS * refreshMinutes})`;
  return `${shiftedMinutes(touched, -PARENT_MINUTES_AFTER, PARENT_MINUTES_BEFORE)} WHERE TouchedAt >= ${since}`;
}

/** The minutes of `source`, and those from `first` to `last` minutes beside each. */
function shiftedMinutes(source: string, first: number, last: number): string {
  return `SELECT DISTINCT Minute + toIntervalMinute(arrayJoin(range(${first}, ${last + 1}))) AS Minute FROM ${source}`;
}

/**
 * The distance between parent and child is checked although only some minutes are searched: these depend on what
 * else is being recomputed, and a minute's result must not.
 * SEMI takes one parent however often it was inserted; LIMIT 1 BY does so for the child, after the filter
 * because by then most spans (those within one service) are gone.
 */
function callsBetweenServices(storage: Storage): string {
  const spans = qualified(storage, TRACES_TABLE);
  return `(
    SELECT
        toStartOfMinute(callee.Timestamp) AS StartMinute,
        caller.ServiceName AS CallerName,
        callee.ServiceName AS CalleeName,
        Failed,
        DurationNs
    FROM (
        SELECT
            Timestamp, TraceId, SpanId, ParentSpanId, ServiceName,
            ${IS_ERROR} AS Failed,
            ${DURATION_NS} AS DurationNs
        FROM ${spans}
        WHERE NOT (${IS_ROOT}) AND toStartOfMinute(Timestamp) IN (SELECT Minute FROM recomputed)
    ) AS callee
    SEMI LEFT JOIN (
        SELECT Timestamp, TraceId, SpanId, ServiceName
        FROM ${spans}
        WHERE toStartOfMinute(Timestamp) IN (SELECT Minute FROM searched)
    ) AS caller
    ON callee.TraceId = caller.TraceId AND callee.ParentSpanId = caller.SpanId
    WHERE callee.ServiceName != caller.ServiceName
      AND dateDiff('minute', caller.Timestamp, callee.Timestamp) BETWEEN ${-PARENT_MINUTES_AFTER} AND ${PARENT_MINUTES_BEFORE}
    LIMIT 1 BY callee.TraceId, callee.SpanId
)`;
}

function edgesSelect(storage: Storage): string {
  return `SELECT
    Minute,
    Caller,
    Callee,
    sum(e.Calls) AS CallCount,
    sum(e.Errors) AS ErrorCount,
    CallCount / 60 AS CallsPerSecond,
    ErrorCount / CallCount AS ErrorRatio,
    ${latencyColumns('e.Latency')}
FROM ${qualified(storage, SERVICE_EDGES_TABLE)} AS e FINAL
GROUP BY Minute, Caller, Callee`;
}
