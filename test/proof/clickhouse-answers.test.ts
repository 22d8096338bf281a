/**
 * What the trace schema says of traces with a known story, in ClickHouse's own engine (`chdb`): numbers worked out
 * by hand, through the views and through the questions of dashboards. Limits: as in clickhouse-schema.test.ts.
 */
import { clickHouseQueries } from '../../constructs/store/clickhouse/queries';
import { readEdges, readServices, readSummaries } from './clickhouse/answers';
import {
  CHECKOUT_SUMMARY,
  CHECKOUT_TRACE,
  counts,
  EDGE_COUNTS,
  onlySummary,
  SERVICE_COUNTS,
} from './clickhouse/checkout-trace';
import { Engine } from './clickhouse/engine';
import { clickHouseSecond, clickHouseTime, EPOCH_MS } from './clickhouse/test-span';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let engine: Engine;
beforeAll(() => {
  engine = new Engine();
});
afterAll(() => {
  engine.close();
});

describe('known answers', () => {
  it('one failing checkout: services, edges, summary', () => {
    const database = engine.newDatabase();
    database.insert(CHECKOUT_TRACE);
    database.refreshEdges();
    expect(counts(readServices(database))).toEqual(SERVICE_COUNTS);
    expect(counts(readEdges(database))).toEqual(EDGE_COUNTS);
    expect(onlySummary(database)).toEqual(CHECKOUT_SUMMARY);
  });

  it('a batch that is sent again changes nothing', () => {
    const database = engine.newDatabase();
    database.insert(CHECKOUT_TRACE);
    database.insert(CHECKOUT_TRACE);
    database.refreshEdges();
    expect(counts(readServices(database))).toEqual(SERVICE_COUNTS);
    expect(counts(readEdges(database))).toEqual(EDGE_COUNTS);
    expect(onlySummary(database)).toEqual(CHECKOUT_SUMMARY);
  });

  it('spans that come again in other batches count again per service, and nowhere else (a stated limit)', () => {
    const database = engine.newDatabase();
    database.insert(CHECKOUT_TRACE);
    database.insert([...CHECKOUT_TRACE].reverse());
    database.refreshEdges();
    expect(counts(readServices(database))).toEqual(
      SERVICE_COUNTS.map(([key, count, errors]) => [key, 2 * Number(count), 2 * Number(errors)]),
    );
    expect(counts(readEdges(database))).toEqual(EDGE_COUNTS);
    expect(onlySummary(database)).toEqual(CHECKOUT_SUMMARY);
  });

  it('two batches with the same figures but other spans both count', () => {
    const database = engine.newDatabase();
    database.insert(CHECKOUT_TRACE);
    database.insert(CHECKOUT_TRACE.map((span) => ({ ...span, trace: 'b' })));
    database.refreshEdges();
    expect(counts(readServices(database))).toEqual(
      SERVICE_COUNTS.map(([key, count, errors]) => [key, 2 * Number(count), 2 * Number(errors)]),
    );
    expect(counts(readEdges(database))).toEqual(
      EDGE_COUNTS.map(([key, count, errors]) => [key, 2 * Number(count), 2 * Number(errors)]),
    );
  });

  it('a late parent: an orphan and no edge at first, complete after its insert and the next refresh', () => {
    const database = engine.newDatabase();
    database.insert(CHECKOUT_TRACE.filter(({ id }) => id !== 2));
    database.refreshEdges();
    expect(counts(readEdges(database))).toEqual(EDGE_COUNTS.slice(1));
    expect(onlySummary(database)).toEqual({
      ...CHECKOUT_SUMMARY,
      SpanCount: 4,
      MissingParentCount: 1,
      OrphanCount: 1,
      Complete: 0,
    });
    database.insert(CHECKOUT_TRACE.filter(({ id }) => id === 2));
    database.refreshEdges();
    expect(counts(readEdges(database))).toEqual(EDGE_COUNTS);
    expect(onlySummary(database)).toEqual(CHECKOUT_SUMMARY);
  });

  it('a parent that comes hours late, from the minute before its child’s, brings the child’s minute up to date', () => {
    const database = engine.newDatabase();
    database.insert(CHECKOUT_TRACE.filter(({ id }) => id !== 4));
    database.refreshEdges();
    database.forgetTouchedMinutes();
    database.insert(CHECKOUT_TRACE.filter(({ id }) => id === 4));
    database.refreshEdges();
    expect(counts(readEdges(database))).toEqual(EDGE_COUNTS);
  });

  it('a missing root: never complete; two children of one lost parent are two orphans, one missing parent', () => {
    const database = engine.newDatabase();
    database.insert([
      { trace: 'c', id: 7, parent: 6, service: 'stock', kind: 'Server', startMs: 0, durationMs: 5 },
      { trace: 'c', id: 8, parent: 6, service: 'price', kind: 'Server', startMs: 2, durationMs: 5 },
      { trace: 'c', id: 9, parent: 8, service: 'price', kind: 'Internal', startMs: 3, durationMs: 1 },
    ]);
    expect(onlySummary(database)).toMatchObject({
      RootSeen: 0,
      SpanCount: 3,
      MissingParentCount: 1,
      OrphanCount: 2,
      Complete: 0,
    });
  });

  it('a trace over the turn of the hour is one trace, of the hour in which it started', () => {
    const database = engine.newDatabase();
    const start = HOUR_MS - 500;
    database.insert(CHECKOUT_TRACE.map((span) => ({ ...span, startMs: start + span.startMs })));
    const [first, second, third] = [0, 1, 2].map((hours) => clickHouseSecond(EPOCH_MS + hours * HOUR_MS));
    expect(readSummaries(database, first, second)).toEqual([
      {
        ...CHECKOUT_SUMMARY,
        Start: '2090-01-15 10:59:59.500000000',
        End: '2090-01-15 11:00:59.800000000',
      },
    ]);
    expect(readSummaries(database, second, third)).toEqual([]);
  });

  it('a span that ends before it starts counts as one of no duration', () => {
    const database = engine.newDatabase();
    database.insert([
      { trace: 'd', id: 1, parent: 0, service: 'job', kind: 'Internal', startMs: 0, durationMs: -4 },
    ]);
    expect(onlySummary(database)).toMatchObject({
      Start: clickHouseTime(EPOCH_MS),
      End: clickHouseTime(EPOCH_MS),
    });
    expect(readServices(database)).toEqual([
      { key: '2090-01-15 10:00:00 job', count: 1, errors: 0, latencyMs: [0, 0, 0] },
    ]);
  });

  it('a trace with more spans than the limit is marked, and not called complete', () => {
    const database = engine.newDatabase({ traceSpansMax: 5 });
    database.insert(CHECKOUT_TRACE.slice(0, 4));
    database.insert(CHECKOUT_TRACE.slice(0, 3).map((span) => ({ ...span, trace: 'e' })));
    database.insert(CHECKOUT_TRACE.slice(0, 3).map((span) => ({ ...span, trace: 'e', id: span.id + 10 })));
    const query = clickHouseQueries(database.name).incompleteTraces;
    const period = { from: clickHouseSecond(EPOCH_MS), to: clickHouseSecond(EPOCH_MS + HOUR_MS), limit: 10 };
    expect(database.rows(query, period)).toMatchObject([
      { TraceId: 'e'.padStart(32, '0'), SpanCount: 5, Truncated: 1 },
    ]);
  });

  it('a parent six minutes before its child is not looked for (a stated limit), five are', () => {
    const database = engine.newDatabase();
    const child = {
      trace: 'f',
      service: 'billing',
      kind: 'Consumer',
      startMs: 6 * MINUTE_MS,
      durationMs: 1,
    } as const;
    const parent = { trace: 'f', parent: 0, service: 'shop', kind: 'Producer', durationMs: 1 } as const;
    database.insert([
      { ...parent, id: 1, startMs: 0 },
      { ...child, id: 2, parent: 1 },
      { ...parent, id: 3, startMs: MINUTE_MS },
      { ...child, id: 4, parent: 3 },
    ]);
    database.refreshEdges();
    expect(counts(readEdges(database))).toEqual([['2090-01-15 10:06:00 shop billing', 1, 0]]);
  });
});

describe('questions of dashboards', () => {
  const period = { from: clickHouseSecond(EPOCH_MS), to: clickHouseSecond(EPOCH_MS + HOUR_MS) };

  function ask(
    name: keyof ReturnType<typeof clickHouseQueries>,
    parameters: Record<string, string | number>,
  ) {
    const database = engine.newDatabase();
    database.insert(CHECKOUT_TRACE);
    // A second trace that lacks its client span (2) and with it an edge, ten minutes later.
    database.insert(
      CHECKOUT_TRACE.filter(({ id }) => id === 1 || id === 3).map((span) => ({
        ...span,
        trace: 'b',
        startMs: 10 * MINUTE_MS + span.startMs,
      })),
    );
    database.refreshEdges();
    return database.rows(clickHouseQueries(database.name)[name], parameters);
  }

  it('services: over all minutes of the period', () => {
    expect(ask('services', period)).toMatchObject([
      { ServiceName: 'checkout', RequestCount: 2, ErrorCount: 2, RequestsPerSecond: 2 / 3600, ErrorRatio: 1 },
      { ServiceName: 'gateway', RequestCount: 2, ErrorCount: 0, ErrorRatio: 0 },
      { ServiceName: 'billing', RequestCount: 1, ErrorCount: 0, ErrorRatio: 0 },
    ]);
  });

  it('edges: over all minutes of the period', () => {
    expect(ask('edges', period)).toMatchObject([
      { Caller: 'checkout', Callee: 'billing', CallCount: 1, ErrorCount: 0 },
      { Caller: 'gateway', Callee: 'checkout', CallCount: 1, ErrorCount: 1, ErrorRatio: 1 },
    ]);
  });

  it('slowTraces: the slowest first, at most as many as asked for', () => {
    expect(ask('slowTraces', { ...period, limit: 1 })).toMatchObject([
      {
        TraceId: CHECKOUT_SUMMARY.TraceId,
        DurationMs: 60_300,
        RootService: 'gateway',
        RootSpanName: 'Server 1',
        SpanCount: 5,
      },
    ]);
  });

  it('incompleteTraces and completeness: the one with an orphan', () => {
    expect(ask('incompleteTraces', { ...period, limit: 10 })).toMatchObject([
      {
        TraceId: 'b'.padStart(32, '0'),
        RootSeen: 1,
        SpanCount: 2,
        OrphanCount: 1,
        MissingParentCount: 1,
        Truncated: 0,
      },
    ]);
    expect(ask('completeness', period)).toEqual([
      { TraceCount: 2, CompleteCount: 1, RootlessCount: 0, OrphanTotal: 1 },
    ]);
  });

  it('trace: all its spans, earliest first', () => {
    const spans = ask('trace', { traceId: CHECKOUT_SUMMARY.TraceId }) as { SpanName: string }[];
    expect(spans.map(({ SpanName }) => SpanName)).toEqual([
      'Server 1',
      'Client 2',
      'Server 3',
      'Producer 4',
      'Consumer 5',
    ]);
  });
});
