/**
 * The trace schema in ClickHouse's own engine: every statement is run, spans go in by the exporter's column list
 * and leave after their time; any small set of traces gives the numbers that a plain computation gives.
 *
 * Limits: the engine runs in this process (`chdb`), so the exporter's native protocol, users and a second
 * replica are not exercised; replicated tables need Keeper, so that form is parsed and not run.
 */
import fc from 'fast-check';
import { renderClickHouseSchema } from '../../constructs/store/clickhouse-schema';
import { rateMistakes, readEdges, readServices, readSummaries } from './clickhouse/answers';
import { CHECKOUT_SUMMARY, CHECKOUT_TRACE, onlySummary } from './clickhouse/checkout-trace';
import { Engine } from './clickhouse/engine';
import { arrivals } from './clickhouse/generated';
import { edgeRates, serviceRates, traceSummaries } from './clickhouse/reference';
import { EPOCH_MS } from './clickhouse/test-span';

const DAY_MS = 86_400_000;

let engine: Engine;
beforeAll(() => {
  engine = new Engine();
});
afterAll(() => {
  engine.close();
});

describe('statements', () => {
  it('run, and run again without changing anything', () => {
    const database = engine.newDatabase();
    database.insert(CHECKOUT_TRACE);
    const retentionDays = { spans: 7, perMinute: 90, edges: 90, endToEnd: 30 };
    renderClickHouseSchema({ database: database.name, retentionDays }).forEach(({ sql }) => {
      engine.run(sql);
    });
    expect(onlySummary(database)).toEqual(CHECKOUT_SUMMARY);
  });

  it('make what their names say', () => {
    const { name } = engine.newDatabase();
    const made = engine.rows<{ name: string }>(`SELECT name FROM system.tables WHERE database = '${name}'`);
    const retentionDays = { spans: 7, perMinute: 90, edges: 90, endToEnd: 30 };
    const [database, ...tables] = renderClickHouseSchema({ database: name, retentionDays });
    expect(database?.name).toBe(name);
    const makers = tables.filter(({ sql }) => sql.startsWith('CREATE'));
    expect(made.map((row) => row.name).sort()).toEqual(makers.map((statement) => statement.name).sort());
  });

  it('of the replicated form are accepted by the parser (parsed only: running them needs Keeper)', () => {
    const statements = renderClickHouseSchema({
      database: 'otel',
      cluster: 'hyperion',
      retentionDays: { spans: 7, perMinute: 90, edges: 90, endToEnd: 30 },
    });
    const formatted = statements.map(
      ({ sql }) =>
        engine.rows<{ sql: string }>('SELECT formatQuery({sql:String}) AS sql', { sql })[0]?.sql ?? '',
    );
    expect(formatted.filter((sql) => !sql.includes('ON CLUSTER hyperion'))).toEqual([]);
    expect(formatted.filter((sql) => sql.includes('ENGINE = Replicated'))).toHaveLength(6);
  });

  it('a broken one is refused with the engine’s own message', () => {
    expect(() => {
      engine.run('CREATE TABLE broken (Minute DateTime) ENGINE = MergeTree ORDER BY Hour');
    }).toThrow(/Missing columns: 'Hour'.*UNKNOWN_IDENTIFIER/);
  });
});

describe('the exporter’s rows', () => {
  it('come back as they went in, nested events and links too', () => {
    const database = engine.newDatabase();
    database.insert(CHECKOUT_TRACE.slice(2, 3));
    expect(database.rows(`SELECT * FROM ${database.name}.otel_traces`)).toEqual([
      {
        Timestamp: '2090-01-15 10:00:00.020000000',
        TraceId: '0000000000000000000000000000000a',
        SpanId: '0000000000000003',
        ParentSpanId: '0000000000000002',
        TraceState: '',
        SpanName: 'Server 3',
        SpanKind: 'Server',
        ServiceName: 'checkout',
        ResourceAttributes: { 'service.name': 'checkout', 'k8s.pod.name': 'checkout-0' },
        ScopeName: 'proof',
        ScopeVersion: '1.0.0',
        SpanAttributes: { 'http.request.method': 'GET' },
        Duration: 50_000_000,
        StatusCode: 'Error',
        StatusMessage: 'refused',
        'Events.Timestamp': ['2090-01-15 10:00:00.020000000'],
        'Events.Name': ['exception'],
        'Events.Attributes': [{ 'exception.type': 'Refused' }],
        'Links.TraceId': ['f'.repeat(32)],
        'Links.SpanId': ['e'.repeat(16)],
        'Links.TraceState': [''],
        'Links.Attributes': [{ reason: 'batch' }],
      },
    ]);
  });

  it('have the types of the exporter’s own schema (v0.157.0), which its client converts to', () => {
    const { name } = engine.newDatabase();
    const attributes = 'Map(LowCardinality(String), String)';
    const described = engine.rows<{ name: string; type: string }>(`DESCRIBE TABLE ${name}.otel_traces`);
    expect(Object.fromEntries(described.map((column) => [column.name, column.type]))).toEqual({
      Timestamp: 'DateTime64(9)',
      TraceId: 'String',
      SpanId: 'String',
      ParentSpanId: 'String',
      TraceState: 'String',
      SpanName: 'LowCardinality(String)',
      SpanKind: 'LowCardinality(String)',
      ServiceName: 'LowCardinality(String)',
      ResourceAttributes: attributes,
      ScopeName: 'String',
      ScopeVersion: 'String',
      SpanAttributes: attributes,
      Duration: 'UInt64',
      StatusCode: 'LowCardinality(String)',
      StatusMessage: 'String',
      'Events.Timestamp': 'Array(DateTime64(9))',
      'Events.Name': 'Array(LowCardinality(String))',
      'Events.Attributes': `Array(${attributes})`,
      'Links.TraceId': 'Array(String)',
      'Links.SpanId': 'Array(String)',
      'Links.TraceState': 'Array(String)',
      'Links.Attributes': `Array(${attributes})`,
    });
  });
});

describe('retention', () => {
  it('of tables that exist becomes the declared one, and nothing is rewritten when it is that already', () => {
    const before = { spans: 7, perMinute: 90, edges: 90, endToEnd: 30 };
    const database = engine.newDatabase({ retentionDays: before });
    database.insert(CHECKOUT_TRACE);
    const apply = (retentionDays: typeof before): void => {
      renderClickHouseSchema({ database: database.name, retentionDays }).forEach(({ sql }) => {
        engine.run(sql);
      });
    };
    const mutated = (): unknown[] =>
      engine.rows(
        `SELECT DISTINCT table FROM system.mutations WHERE database = '${database.name}' ORDER BY table`,
      );
    const definition = (): string =>
      engine.rows<{ sql: string }>(
        `SELECT create_table_query AS sql FROM system.tables WHERE database = '${database.name}' AND name = 'otel_traces'`,
      )[0]?.sql ?? '';
    apply(before);
    expect(mutated()).toEqual([]);
    apply({ ...before, spans: 3 });
    expect(definition()).toContain('TTL toDateTime(Timestamp) + toIntervalDay(3)');
    expect(mutated()).toEqual([{ table: 'otel_traces' }, { table: 'otel_traces_trace_id_ts' }]);
  });

  it('each kind of row goes after its own time', () => {
    const database = engine.newDatabase({ retentionDays: { spans: 6, perMinute: 4, edges: 4, endToEnd: 2 } });
    const daysAgo = (days: number) => Date.now() - days * DAY_MS - EPOCH_MS;
    [0, 3, 5, 8].forEach((days) => {
      database.insert(
        CHECKOUT_TRACE.map((span) => ({ ...span, trace: `${days}`, startMs: daysAgo(days) + span.startMs })),
      );
      database.refreshEdges();
    });
    database.mergeParts();
    const traces = (table: string) =>
      database
        .rows<{ trace: string }>(
          `SELECT DISTINCT right(TraceId, 1) AS trace FROM ${database.name}.${table} ORDER BY trace`,
        )
        .map(({ trace }) => trace);
    const oldest = (table: string) =>
      database.rows(
        `SELECT round(dateDiff('hour', min(Minute), now()) / 24) AS days FROM ${database.name}.${table}`,
      );
    expect(traces('otel_traces')).toEqual(['0', '3', '5']);
    expect(traces('otel_traces_trace_id_ts')).toEqual(['0', '3', '5']);
    expect(traces('trace_states')).toEqual(['0']);
    expect(oldest('service_minutes')).toEqual([{ days: 3 }]);
    expect(oldest('service_edge_minutes')).toEqual([{ days: 3 }]);
  });
});

describe('any small set of traces', () => {
  it('gives the numbers of a plain computation, in any order, with repeats, before and after merging', () => {
    fc.assert(
      fc.property(arrivals, ({ spans, batches, replay }) => {
        const database = engine.newDatabase();
        batches.forEach((batch) => {
          database.insert(batch);
        });
        expect(rateMistakes(readServices(database), serviceRates(spans))).toEqual([]);
        if (replay.length > 0) database.insert(replay);
        database.refreshEdges();
        expect(rateMistakes(readEdges(database), edgeRates(spans))).toEqual([]);
        expect(readSummaries(database)).toEqual(traceSummaries(spans));

        const before = [readServices(database), readEdges(database), readSummaries(database)];
        database.refreshEdges();
        database.mergeParts();
        expect([readServices(database), readEdges(database), readSummaries(database)]).toEqual(before);
        engine.run(`DROP DATABASE ${database.name}`);
      }),
      // Each run makes, fills and merges a database: half a second. The limit is for the search after a failure.
      { numRuns: 15, interruptAfterTimeLimit: 90_000 },
    );
  }, 120_000);
});
