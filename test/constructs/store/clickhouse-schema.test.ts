import {
  renderClickHouseSchema,
  type ClickHouseSchemaProps,
} from '../../../constructs/store/clickhouse-schema';
import type { MaterializedView } from '../../../constructs/store/clickhouse/ddl';
import { clickHouseQueries } from '../../../constructs/store/clickhouse/queries';
import { clickHouseSchemaMistakes } from '../../../constructs/store/clickhouse/schema-mistakes';

const PROPS: ClickHouseSchemaProps = {
  database: 'otel',
  retentionDays: { spans: 7, perMinute: 90, edges: 60, endToEnd: 30 },
};
const REPLICATED: ClickHouseSchemaProps = { ...PROPS, cluster: 'hyperion' };

const TABLES = [
  'otel_traces',
  'otel_traces_trace_id_ts',
  'service_minutes',
  'touched_minutes',
  'service_edge_minutes',
  'trace_states',
];

function statement(props: ClickHouseSchemaProps, name: string): string {
  const found = renderClickHouseSchema(props).find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no statement ${name}`);
  return found.sql;
}

describe('the list of statements', () => {
  it('makes each thing before what reads it, under names that are unique', () => {
    expect(renderClickHouseSchema(PROPS).map(({ name }) => name)).toEqual([
      'otel',
      'otel_traces',
      'otel_traces retention',
      'otel_traces_trace_id_ts',
      'otel_traces_trace_id_ts retention',
      'otel_traces_trace_id_ts_mv',
      'service_minutes',
      'service_minutes retention',
      'service_minutes_mv',
      'service_rates',
      'touched_minutes',
      'touched_minutes retention',
      'touched_minutes_mv',
      'service_edge_minutes',
      'service_edge_minutes retention',
      'service_edge_minutes_mv',
      'service_edges',
      'trace_states',
      'trace_states retention',
      'trace_states_mv',
      'trace_summaries',
    ]);
  });

  it('is the same text each time, and can be run again: it creates what is absent, sets retentions, replaces views', () => {
    expect(renderClickHouseSchema(REPLICATED)).toEqual(renderClickHouseSchema({ ...REPLICATED }));
    const openings = renderClickHouseSchema(PROPS).map(
      ({ sql }) => /^(CREATE|ALTER) [A-Z ]+(?= `)/.exec(sql)?.[0],
    );
    expect(new Set(openings)).toEqual(
      new Set([
        'CREATE DATABASE IF NOT EXISTS',
        'CREATE TABLE IF NOT EXISTS',
        'ALTER TABLE',
        'CREATE MATERIALIZED VIEW IF NOT EXISTS',
        'CREATE OR REPLACE VIEW',
      ]),
    );
  });

  it('holds one statement each, without a semicolon, so that a runner may join them', () => {
    expect(renderClickHouseSchema(REPLICATED).filter(({ sql }) => sql.includes(';'))).toEqual([]);
  });
});

describe('tables', () => {
  it('the traces table, whole', () => {
    expect(statement(PROPS, 'otel_traces')).toBe(
      `CREATE TABLE IF NOT EXISTS \`otel\`.\`otel_traces\`
(
    Timestamp DateTime64(9) CODEC(Delta, ZSTD(1)),
    TraceId String CODEC(ZSTD(1)),
    SpanId String CODEC(ZSTD(1)),
    ParentSpanId String CODEC(ZSTD(1)),
    TraceState String CODEC(ZSTD(1)),
    SpanName LowCardinality(String) CODEC(ZSTD(1)),
    SpanKind LowCardinality(String) CODEC(ZSTD(1)),
    ServiceName LowCardinality(String) CODEC(ZSTD(1)),
    ResourceAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    ScopeName String CODEC(ZSTD(1)),
    ScopeVersion String CODEC(ZSTD(1)),
    SpanAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    Duration UInt64 CODEC(ZSTD(1)),
    StatusCode LowCardinality(String) CODEC(ZSTD(1)),
    StatusMessage String CODEC(ZSTD(1)),
    Events Nested(Timestamp DateTime64(9), Name LowCardinality(String), Attributes Map(LowCardinality(String), String)) CODEC(ZSTD(1)),
    Links Nested(TraceId String, SpanId String, TraceState String, Attributes Map(LowCardinality(String), String)) CODEC(ZSTD(1)),
    INDEX idx_trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX idx_timestamp Timestamp TYPE minmax GRANULARITY 1,
    INDEX idx_res_attr_key mapKeys(ResourceAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_res_attr_value mapValues(ResourceAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_span_attr_key mapKeys(SpanAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_span_attr_value mapValues(SpanAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_duration Duration TYPE minmax GRANULARITY 1
)
ENGINE = MergeTree()
PARTITION BY toDate(Timestamp)
ORDER BY (ServiceName, SpanName, toDateTime(Timestamp))
TTL toDateTime(Timestamp) + toIntervalDay(7)
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 1000
COMMENT 'Spans as the OpenTelemetry Collector writes them, one row each'`,
    );
  });

  it.each([
    ['otel_traces', 'Timestamp', 7],
    ['otel_traces_trace_id_ts', 'Start', 7],
    ['service_minutes', 'Minute', 90],
    ['touched_minutes', 'TouchedAt', 1],
    ['service_edge_minutes', 'Minute', 60],
    ['trace_states', 'Hour', 30],
  ])('%s is cut into days of %s and kept for %i of them', (table, time, days) => {
    const sql = statement(PROPS, table);
    expect(sql).toContain(`PARTITION BY toDate(${time})\n`);
    expect(sql).toContain(`TTL toDateTime(${time}) + toIntervalDay(${days})\n`);
  });

  it.each([
    [
      'otel_traces',
      'MergeTree()',
      `ReplicatedMergeTree('/clickhouse/tables/{shard}/otel/otel_traces', '{replica}')`,
    ],
    [
      'service_minutes',
      'AggregatingMergeTree()',
      `ReplicatedAggregatingMergeTree('/clickhouse/tables/{shard}/otel/service_minutes', '{replica}')`,
    ],
    [
      'service_edge_minutes',
      'ReplacingMergeTree(ComputedAt)',
      `ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/otel/service_edge_minutes', '{replica}', ComputedAt)`,
    ],
  ])('%s: its engine alone and in a cluster', (table, single, replicated) => {
    expect(statement(PROPS, table)).toContain(`ENGINE = ${single}\n`);
    expect(statement(REPLICATED, table)).toContain(`ENGINE = ${replicated}\n`);
  });

  it('remember inserted blocks: on one node because we say so, in a cluster by default', () => {
    const saying = (props: ClickHouseSchemaProps) =>
      renderClickHouseSchema(props)
        .filter(({ sql }) => sql.includes('non_replicated_deduplication_window = 1000'))
        .map(({ name }) => name);
    expect(saying(PROPS)).toEqual(TABLES);
    expect(saying(REPLICATED)).toEqual([]);
  });

  it('drop whole parts at their end', () => {
    const dropping = renderClickHouseSchema(REPLICATED).filter(({ sql }) =>
      sql.includes('ttl_only_drop_parts = 1'),
    );
    expect(dropping.map(({ name }) => name)).toEqual(TABLES);
  });
});

describe('a cluster', () => {
  it('every statement runs on all its servers', () => {
    const missing = renderClickHouseSchema(REPLICATED).filter(
      ({ sql }) => !/ ON CLUSTER `hyperion`( AS| MODIFY TTL .*)?$/m.test(sql),
    );
    expect(missing).toEqual([]);
    expect(renderClickHouseSchema(PROPS).filter(({ sql }) => sql.includes('CLUSTER'))).toEqual([]);
  });
});

describe('retention', () => {
  it('reaches the tables that exist', () => {
    expect(statement(PROPS, 'otel_traces retention')).toBe(
      'ALTER TABLE `otel`.`otel_traces` MODIFY TTL toDateTime(Timestamp) + toIntervalDay(7)',
    );
  });
});

describe('views', () => {
  it('the per-minute view, whole', () => {
    expect(statement(PROPS, 'service_minutes_mv')).toBe(
      `CREATE MATERIALIZED VIEW IF NOT EXISTS \`otel\`.\`service_minutes_mv\`
TO \`otel\`.\`service_minutes\` AS
SELECT
    toStartOfMinute(Timestamp) AS Minute,
    ServiceName AS ServiceName,
    count() AS Requests,
    countIf(StatusCode = 'Error') AS Errors,
    quantilesDDState(0.01, 0.5, 0.95, 0.99)(if(Duration < 9223372036854775808, Duration, 0)) AS Latency
FROM \`otel\`.\`otel_traces\`
WHERE (SpanKind IN ('Server', 'Consumer') OR ParentSpanId = '')
GROUP BY ServiceName, Minute`,
    );
  });

  it('one that forgets a column of its target does not compile (the engine would fill in a default, silently)', () => {
    const columns = {
      Minute: { type: 'DateTime', codec: 'delta' },
      Errors: { type: 'UInt64', codec: 'plain' },
    } as const;
    // @ts-expect-error: Errors is missing
    const select: MaterializedView<typeof columns>['select'] = { Minute: 'toStartOfMinute(Timestamp)' };
    expect(Object.keys(columns).filter((column) => !(column in select))).toEqual(['Errors']);
  });

  it('edges are recomputed by the clock, for what was touched in the last three periods', () => {
    const sql = statement({ ...PROPS, edgeRefreshMinutes: 5 }, 'service_edge_minutes_mv');
    expect(sql).toContain('REFRESH EVERY 5 MINUTE APPEND TO `otel`.`service_edge_minutes` AS\n');
    expect(sql).toContain('WHERE TouchedAt >= now() - toIntervalMinute(15)');
    expect(sql).toContain(`SETTINGS join_algorithm = 'grace_hash', max_bytes_in_join = 4294967296`);
  });

  it('the limit of spans a trace stands in the state, in its view and in the reading view alike', () => {
    const props = { ...PROPS, traceSpansMax: 500 };
    expect(statement(props, 'trace_states')).toContain(
      'AggregateFunction(groupUniqArray(500), Tuple(UInt64, UInt64, UInt8))',
    );
    expect(statement(props, 'trace_states_mv')).toContain('groupUniqArrayState(500)(');
    expect(statement(props, 'trace_summaries')).toContain('groupUniqArrayMerge(500)(');
    expect(statement(props, 'trace_summaries')).toContain('length(Spans) >= 500 AS Truncated');
  });
});

describe('storage', () => {
  it('one compression level everywhere', () => {
    const sql = renderClickHouseSchema({ ...PROPS, zstdLevel: 3 }).map((each) => each.sql);
    expect(sql.filter((text) => text.includes('ZSTD(1)'))).toEqual([]);
    expect(sql.filter((text) => text.includes('CODEC(Delta, ZSTD(3))'))).toHaveLength(TABLES.length);
  });

  it('an undefined option is the default, not an error', () => {
    const sparse = {
      ...PROPS,
      ...{ zstdLevel: undefined, traceSpansMax: undefined },
    } as ClickHouseSchemaProps;
    expect(renderClickHouseSchema(sparse)).toEqual(renderClickHouseSchema(PROPS));
  });

  it('a name cannot break out of its quotes', () => {
    const [create] = renderClickHouseSchema({ ...PROPS, database: 'a`b\\c' });
    expect(create?.sql).toBe('CREATE DATABASE IF NOT EXISTS `a\\`b\\\\c`');
  });
});

describe('mistakes', () => {
  it('none in sound properties', () => {
    expect(clickHouseSchemaMistakes(REPLICATED)).toEqual([]);
  });

  it('all at once, each with value, rule and remedy', () => {
    const mistakes = clickHouseSchemaMistakes({
      database: 'Otel-Traces',
      cluster: '',
      retentionDays: { spans: 0, perMinute: 1.5, edges: 5000, endToEnd: 30 },
      zstdLevel: 23,
    });
    const name = 'a ClickHouse name here is a lower-case letter followed by lower-case letters, digits and _';
    expect(mistakes).toEqual([
      { property: 'database', value: 'Otel-Traces', rule: name, remedy: 'choose such a name, e.g. otel' },
      { property: 'cluster', value: '', rule: name, remedy: 'choose such a name, e.g. otel' },
      {
        property: 'retentionDays.spans',
        value: 0,
        rule: 'a whole number from 1 to 1000',
        remedy: 'give at least 1',
      },
      {
        property: 'retentionDays.perMinute',
        value: 1.5,
        rule: 'a whole number from 1 to 1000',
        remedy: 'give 2',
      },
      {
        property: 'retentionDays.edges',
        value: 5000,
        rule: 'a whole number from 1 to 1000',
        remedy: 'give at most 1000',
      },
      { property: 'zstdLevel', value: 23, rule: 'a whole number from 1 to 22', remedy: 'give at most 22' },
    ]);
  });
});

describe('queries', () => {
  it('take their values as parameters and read the given database', () => {
    const queries = Object.entries<string>({ ...clickHouseQueries('otel') });
    const parameters = queries.map(([name, sql]) => [
      name,
      [...new Set(Array.from(sql.matchAll(/\{(\w+:\w+)\}/g), (match) => match[1]))],
    ]);
    expect(Object.fromEntries(parameters)).toEqual({
      services: ['to:DateTime', 'from:DateTime'],
      edges: ['to:DateTime', 'from:DateTime'],
      slowTraces: ['from:DateTime', 'to:DateTime', 'limit:UInt32'],
      incompleteTraces: ['from:DateTime', 'to:DateTime', 'limit:UInt32'],
      completeness: ['from:DateTime', 'to:DateTime'],
      trace: ['traceId:String'],
    });
    expect(queries.filter(([, sql]) => !sql.includes('`otel`.'))).toEqual([]);
  });
});
