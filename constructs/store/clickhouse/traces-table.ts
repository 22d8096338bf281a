/**
 * The spans, one row each, as the OpenTelemetry Collector's ClickHouse exporter v0.157.0 inserts them, and its
 * lookup from a trace id to the time in which to search. Columns and types are the exporter's own
 * (exporter/clickhouseexporter/internal/sqltemplates/traces_table.sql, traces_id_ts_lookup_*.sql): with
 * `create_schema: false` it inserts by these names and asks for nothing else.
 */
import {
  createMaterializedView,
  tableStatements,
  qualified,
  type Columns,
  type Statement,
  type Storage,
  type Table,
} from './ddl';

/** The exporter's `traces_table_name`; its default. */
export const TRACES_TABLE = 'otel_traces';

/** The name that the exporter's lookup queries and Grafana's ClickHouse plug-in expect beside it. */
export const TRACE_TIMES_TABLE = `${TRACES_TABLE}_trace_id_ts`;

const ATTRIBUTES = 'Map(LowCardinality(String), String)';

/** LowCardinality (a dictionary in each part) where a platform has at most some thousands of values. */
const SPAN_COLUMNS = {
  Timestamp: { type: 'DateTime64(9)', codec: 'delta' },
  TraceId: { type: 'String', codec: 'plain' },
  SpanId: { type: 'String', codec: 'plain' },
  ParentSpanId: { type: 'String', codec: 'plain' },
  TraceState: { type: 'String', codec: 'plain' },
  SpanName: { type: 'LowCardinality(String)', codec: 'plain' },
  SpanKind: { type: 'LowCardinality(String)', codec: 'plain' },
  ServiceName: { type: 'LowCardinality(String)', codec: 'plain' },
  ResourceAttributes: { type: ATTRIBUTES, codec: 'plain' },
  ScopeName: { type: 'String', codec: 'plain' },
  ScopeVersion: { type: 'String', codec: 'plain' },
  SpanAttributes: { type: ATTRIBUTES, codec: 'plain' },
  Duration: { type: 'UInt64', codec: 'plain' },
  StatusCode: { type: 'LowCardinality(String)', codec: 'plain' },
  StatusMessage: { type: 'String', codec: 'plain' },
  Events: {
    type: `Nested(Timestamp DateTime64(9), Name LowCardinality(String), Attributes ${ATTRIBUTES})`,
    codec: 'plain',
  },
  Links: {
    type: `Nested(TraceId String, SpanId String, TraceState String, Attributes ${ATTRIBUTES})`,
    codec: 'plain',
  },
} as const satisfies Columns;

const TRACE_TIME_COLUMNS = {
  TraceId: { type: 'String', codec: 'plain' },
  Start: { type: 'DateTime', codec: 'delta' },
  End: { type: 'DateTime', codec: 'delta' },
} as const satisfies Columns;

export function traceStatements(storage: Storage, retentionDays: number): readonly Statement[] {
  const times = traceTimesTable(retentionDays);
  return [
    ...tableStatements(storage, spansTable(retentionDays)),
    ...tableStatements(storage, times),
    createMaterializedView(storage, {
      name: `${TRACE_TIMES_TABLE}_mv`,
      into: times,
      select: { TraceId: 'TraceId', Start: 'min(Timestamp)', End: 'max(Timestamp)' },
      from: qualified(storage, TRACES_TABLE),
      where: `TraceId != ''`,
      groupBy: ['TraceId'],
    }),
  ];
}

function spansTable(retentionDays: number): Table<typeof SPAN_COLUMNS> {
  return {
    name: TRACES_TABLE,
    comment: 'Spans as the OpenTelemetry Collector writes them, one row each',
    columns: SPAN_COLUMNS,
    engine: { name: 'MergeTree' },
    time: 'Timestamp',
    retentionDays,
    // Like beside like compresses best, and the usual question names a service, an operation and a time.
    orderBy: ['ServiceName', 'SpanName', 'toDateTime(Timestamp)'],
    indexes: [
      // A trace's spans lie scattered over all services; without this a look-up by id reads the whole day.
      { name: 'idx_trace_id', expression: 'TraceId', type: 'bloom_filter(0.001)' },
      // Time comes third in the order: questions over all services (edges) would otherwise read every granule.
      { name: 'idx_timestamp', expression: 'Timestamp', type: 'minmax' },
      ...['Resource', 'Span'].flatMap((owner) => attributeIndexes(owner)),
      { name: 'idx_duration', expression: 'Duration', type: 'minmax' },
    ],
  };
}

function attributeIndexes(owner: string): { name: string; expression: string; type: string }[] {
  const short = owner === 'Resource' ? 'res' : 'span';
  return [
    { name: `idx_${short}_attr_key`, expression: `mapKeys(${owner}Attributes)`, type: 'bloom_filter(0.01)' },
    {
      name: `idx_${short}_attr_value`,
      expression: `mapValues(${owner}Attributes)`,
      type: 'bloom_filter(0.01)',
    },
  ];
}

function traceTimesTable(retentionDays: number): Table<typeof TRACE_TIME_COLUMNS> {
  return {
    name: TRACE_TIMES_TABLE,
    comment: 'When the spans of a trace started, so that a look-up by trace id reads minutes and not days',
    columns: TRACE_TIME_COLUMNS,
    engine: { name: 'MergeTree' },
    time: 'Start',
    retentionDays,
    orderBy: ['TraceId', 'Start'],
    indexes: [{ name: 'idx_trace_id', expression: 'TraceId', type: 'bloom_filter(0.01)' }],
  };
}
