/**
 * End-to-end latency and completeness per trace: start of the earliest span, end of the latest, root, number
 * of spans, errors, spans whose parent never came, services. Read it through the view `trace_summaries` with
 * the period in which the traces started: `SELECT … FROM trace_summaries(from = …, to = …)`.
 *
 * The states are minima, maxima and sets, so order, lateness and repetition of spans do not matter.
 *
 * Limits: a trace lasts at most `TRACE_HOURS_MAX` (what starts later appears as a trace of its own); of a trace
 * with more than `spansMax` spans no more are kept, and it is marked `Truncated`: its counts are then lower
 * bounds and it is never `Complete`. A trace still under way looks incomplete: ask for periods that ended a few
 * minutes ago.
 */
import {
  createMaterializedView,
  tableStatements,
  createView,
  qualified,
  type Column,
  type Statement,
  type Storage,
  type Table,
} from './ddl';
import { IS_ERROR, IS_ROOT } from './span-expressions';
import { TRACES_TABLE } from './traces-table';

const TRACE_STATES_TABLE = 'trace_states';

const TRACE_HOURS_MAX = 1;

export interface TraceSummariesProps {
  readonly retentionDays: number;
  /** Most spans kept of one trace: what a state, and the memory to merge it, may cost (17 bytes a span). */
  readonly spansMax: number;
}

type TraceColumn =
  'Hour' | 'TraceId' | 'FirstStart' | 'LastEnd' | 'HasRoot' | 'Root' | 'SpanSet' | 'ServiceSet';

export function traceSummaryStatements(storage: Storage, props: TraceSummariesProps): readonly Statement[] {
  const table = traceStatesTable(props);
  return [
    ...tableStatements(storage, table),
    createMaterializedView(storage, {
      name: `${TRACE_STATES_TABLE}_mv`,
      into: table,
      select: {
        Hour: 'toStartOfHour(Timestamp)',
        TraceId: 'TraceId',
        FirstStart: 'min(Timestamp)',
        // A span that ends before it starts has a wrapped duration, which as a signed number is the true one.
        LastEnd: 'max(greatest(Timestamp, addNanoseconds(Timestamp, toInt64(Duration))))',
        HasRoot: `max(${IS_ROOT})`,
        Root: `argMinIfState((toString(ServiceName), toString(SpanName)), Timestamp, ${IS_ROOT})`,
        SpanSet: `groupUniqArrayState(${props.spansMax})((${spanNumber('SpanId')}, ${spanNumber('ParentSpanId')}, ${IS_ERROR}))`,
        ServiceSet: 'groupUniqArrayState(toString(ServiceName))',
      },
      from: qualified(storage, TRACES_TABLE),
      where: `TraceId != ''`,
      groupBy: ['Hour', 'TraceId'],
    }),
    createView(storage, { name: 'trace_summaries', select: summariesSelect(storage, props) }),
  ];
}

function traceStatesTable(props: TraceSummariesProps): Table<Record<TraceColumn, Column>> {
  return {
    name: TRACE_STATES_TABLE,
    comment: 'What is known of each trace, merged as its spans come (read it through trace_summaries)',
    columns: {
      Hour: { type: 'DateTime', codec: 'delta' },
      TraceId: { type: 'String', codec: 'plain' },
      FirstStart: { type: 'SimpleAggregateFunction(min, DateTime64(9))', codec: 'plain' },
      LastEnd: { type: 'SimpleAggregateFunction(max, DateTime64(9))', codec: 'plain' },
      HasRoot: { type: 'SimpleAggregateFunction(max, UInt8)', codec: 'plain' },
      Root: {
        type: 'AggregateFunction(argMinIf, Tuple(String, String), DateTime64(9), UInt8)',
        codec: 'plain',
      },
      SpanSet: {
        type: `AggregateFunction(groupUniqArray(${props.spansMax}), Tuple(UInt64, UInt64, UInt8))`,
        codec: 'plain',
      },
      ServiceSet: { type: 'AggregateFunction(groupUniqArray, String)', codec: 'plain' },
    },
    engine: { name: 'AggregatingMergeTree' },
    time: 'Hour',
    retentionDays: props.retentionDays,
    // The hour first: dashboards ask for a period, and a period is then one stretch of the table.
    orderBy: ['Hour', 'TraceId'],
    indexes: [{ name: 'idx_trace_id', expression: 'TraceId', type: 'bloom_filter(0.01)' }],
  };
}

/** A span id's 16 hexadecimal digits as the 8 bytes they stand for; 0, which no span may have, for "none". */
function spanNumber(column: string): string {
  return `reinterpretAsUInt64(unhex(${column}))`;
}

function summariesSelect(storage: Storage, { spansMax }: TraceSummariesProps): string {
  return `SELECT
    TraceId,
    Start,
    End,
    (toUnixTimestamp64Nano(End) - toUnixTimestamp64Nano(Start)) / 1e6 AS DurationMs,
    RootSeen,
    RootPair.1 AS RootService,
    RootPair.2 AS RootSpanName,
    length(SpanIds) AS SpanCount,
    length(arrayDistinct(arrayMap(s -> s.1, arrayFilter(s -> s.3, Spans)))) AS ErrorCount,
    length(MissingParents) AS MissingParentCount,
    length(arrayDistinct(arrayMap(s -> s.1, arrayFilter(s -> has(MissingParents, s.2), Spans)))) AS OrphanCount,
    length(Spans) >= ${spansMax} AS Truncated,
    RootSeen AND OrphanCount = 0 AND NOT Truncated AS Complete,
    Services
FROM
(
    SELECT
        TraceId,
        min(t.FirstStart) AS Start,
        max(t.LastEnd) AS End,
        max(t.HasRoot) AS RootSeen,
        argMinIfMerge(t.Root) AS RootPair,
        groupUniqArrayMerge(${spansMax})(t.SpanSet) AS Spans,
        arrayDistinct(arrayMap(s -> s.1, Spans)) AS SpanIds,
        arrayFilter(id -> id != 0 AND NOT has(SpanIds, id), arrayDistinct(arrayMap(s -> s.2, Spans))) AS MissingParents,
        arraySort(groupUniqArrayMerge(t.ServiceSet)) AS Services
    FROM ${qualified(storage, TRACE_STATES_TABLE)} AS t
    WHERE Hour >= toStartOfHour({from:DateTime}) - toIntervalHour(${TRACE_HOURS_MAX})
      AND Hour <= toStartOfHour({to:DateTime}) + toIntervalHour(${TRACE_HOURS_MAX})
    GROUP BY TraceId
    HAVING Start >= {from:DateTime} AND Start < {to:DateTime}
)`;
}
