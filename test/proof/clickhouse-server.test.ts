/**
 * ClickHouse's mounted files in ClickHouse's own engine: users and grants are loaded, the schema is made by the user
 * who is to make it, and each user is tried at what it may and may not do.
 *
 * Not run, for there is no server binary: YAML as such (the same document goes in as XML), ports and log-in, Keeper and
 * replication, statements on all servers.
 */
import { clickHouseQueries } from '../../constructs/store/clickhouse/queries';
import { clickHouseSystem, KEEPER } from '../constructs/store/clickhouse-fixture';
import { configText } from '../constructs/store/log-and-trace-fixture';
import { CHECKOUT_TRACE } from './clickhouse/checkout-trace';
import { EXPORTER_COLUMNS } from './clickhouse/engine';
import { splitStatements } from './clickhouse/judge';
import { readDocument, ServerEngine } from './clickhouse/server-files';
import { EPOCH_MS, toExporterRow } from './clickhouse/test-span';

const VARIABLES: Readonly<Record<string, string>> = {
  WRITER_PASSWORD: 'w<&>',
  READER_PASSWORD: 'r',
  SCHEMA_PASSWORD: 's',
  INTERSERVER_PASSWORD: 'i',
  REPLICA_NAME: 'clickhouse-1',
};

const environment = (variable: string): string | undefined => VARIABLES[variable];

/** So that views name the real user as their definer, whom `default` only plays. */
const AS_DEFINER = ['GRANT SET DEFINER ON schema'];

const { clickHouse } = clickHouseSystem();
const files = {
  config: readDocument(configText(clickHouse, 'config.yaml')),
  users: readDocument(configText(clickHouse, 'users.yaml')),
};
const statements = splitStatements(configText(clickHouse, 'schema.sql'));

let engine: ServerEngine;
beforeAll(() => {
  engine = new ServerEngine(files, environment);
});
afterAll(() => {
  engine.remove();
});

const insert = `INSERT INTO otel.otel_traces (${EXPORTER_COLUMNS.join(', ')}) FORMAT JSONEachRow ${CHECKOUT_TRACE.map(
  (span) => JSON.stringify(toExporterRow(span)),
).join('\n')}`;

describe('the schema’s user', () => {
  beforeAll(() => {
    engine.openAs('schema', AS_DEFINER);
  });

  it('runs the mounted schema.sql, statement by statement, and again', () => {
    expect(statements).toHaveLength(21);
    for (const sql of [...statements, ...statements]) engine.run(sql);
    const tables = engine.rows<{ name: string }>(`SELECT name FROM system.tables WHERE database = 'otel'`);
    expect(tables).toHaveLength(14);
  });

  it('is the definer of what writes, while read views ask as whoever reads them', () => {
    const definer = (name: string) =>
      engine.rows<{ security: string }>(
        `SELECT regexpExtract(create_table_query, '((?:DEFINER = [a-z]+ )?SQL SECURITY [A-Z]+)', 1) AS security
         FROM system.tables WHERE database = 'otel' AND name = '${name}'`,
      )[0]?.security;
    for (const view of [
      'otel_traces_trace_id_ts_mv',
      'service_minutes_mv',
      'touched_minutes_mv',
      'service_edge_minutes_mv',
      'trace_states_mv',
    ]) {
      expect([view, definer(view)]).toEqual([view, 'DEFINER = schema SQL SECURITY DEFINER']);
    }
    expect(definer('service_rates')).toBe('SQL SECURITY INVOKER');
  });

  it.each([
    ['drops no database', 'DROP DATABASE otel', 'DROP DATABASE ON otel.*'],
    ['makes no user', `CREATE USER intruder IDENTIFIED BY 'x'`, 'CREATE USER'],
    [
      'makes no table that reaches out',
      `CREATE TABLE otel.out (a Int8) ENGINE = URL('http://example.com', CSV)`,
      'TABLE ENGINE ON URL',
    ],
    ['writes nowhere else', 'CREATE DATABASE other', 'CREATE DATABASE ON other.*'],
  ])('%s', (_what, sql, missing) => {
    expect(engine.refusal(sql)).toMatch(/Not enough privileges.*ACCESS_DENIED/s);
    expect(engine.refusal(sql)).toContain(missing);
  });
});

describe('the writer', () => {
  beforeAll(() => {
    engine.openAs('otel');
  });

  it('inserts a batch by the exporter’s columns, twice, and may do no more', () => {
    engine.run(insert);
    engine.run(insert);
    for (const sql of [
      'SELECT count() FROM otel.otel_traces',
      'SELECT count() FROM otel.service_minutes',
      'INSERT INTO otel.service_minutes (Requests) VALUES (1)',
      'TRUNCATE TABLE otel.otel_traces',
      'ALTER TABLE otel.otel_traces DELETE WHERE 1',
      'DROP TABLE otel.otel_traces',
    ]) {
      expect(engine.refusal(sql)).toContain('ACCESS_DENIED');
    }
  });

  it('inserts spans of 150 different days at once, where the engine’s own limit is 100', () => {
    const dayMs = 86_400_000;
    const days = Array.from({ length: 150 }, (_, day) =>
      JSON.stringify(
        toExporterRow({
          trace: `d${day}`,
          id: day + 100,
          parent: 0,
          service: 'clocks',
          kind: 'Internal',
          startMs: (day + 1) * dayMs,
          durationMs: 1,
        }),
      ),
    );
    engine.run(
      `INSERT INTO otel.otel_traces (${EXPORTER_COLUMNS.join(', ')}) FORMAT JSONEachRow ${days.join('\n')}`,
    );
  });
});

describe('the reader', () => {
  beforeAll(() => {
    engine.openAs('grafana');
  });

  const parameters = {
    from: seconds(EPOCH_MS - 60_000),
    to: seconds(EPOCH_MS + 600_000),
    limit: 10,
    traceId: 'a'.padStart(32, '0'),
  };

  it('asks every question of the schema, and the batch that came twice counts once', () => {
    const queries = clickHouseQueries('otel');
    const answers = Object.entries<string>({ ...queries }).map(([name, sql]) => [
      name,
      engine.rows(sql, parameters).length,
    ]);
    expect(answers).toEqual([
      ['services', 3],
      ['edges', 0],
      ['slowTraces', 1],
      ['incompleteTraces', 0],
      ['completeness', 1],
      ['trace', 5],
    ]);
    const services = engine.rows<{ ServiceName: string; RequestCount: number }>(queries.services, parameters);
    expect(services.map((row) => [row.ServiceName, row.RequestCount])).toEqual([
      ['billing', 1],
      ['checkout', 1],
      ['gateway', 1],
    ]);
  });

  it('sees names of tables and columns, as Grafana’s editor asks for them', () => {
    const columns = engine.rows(
      `SELECT name FROM system.columns WHERE database = 'otel' AND table = 'otel_traces'`,
    );
    expect(columns).toHaveLength(22);
  });

  it.each([
    ['inserts nothing', 'INSERT INTO otel.service_minutes (Requests) VALUES (1)', 'ACCESS_DENIED'],
    ['drops nothing', 'DROP TABLE otel.otel_traces', 'ACCESS_DENIED'],
    ['reads no file', `SELECT * FROM file('/etc/hostname', 'CSV', 'a String')`, 'ACCESS_DENIED'],
    ['asks no other server', `SELECT * FROM url('http://example.com', 'CSV', 'a Int8')`, 'ACCESS_DENIED'],
    ['sees no users', 'SELECT * FROM system.users', 'ACCESS_DENIED'],
    ['stays read-only', 'SET readonly = 0', 'Cannot modify .readonly. setting in readonly mode'],
    [
      'lifts no limit of time',
      'SET max_execution_time = 61',
      'max_execution_time shouldn.t be greater than 60',
    ],
    ['nor by asking for none', 'SET max_execution_time = 0', 'max_execution_time shouldn.t be less than 1'],
    ['lifts no limit of rows', 'SET max_rows_to_read = 0', 'max_rows_to_read should not be changed'],
    ['nor of memory', 'SET max_memory_usage = 0', 'max_memory_usage should not be changed'],
  ])('%s', (_what, sql, message) => {
    expect(engine.refusal(sql)).toMatch(new RegExp(message));
  });

  it('may shorten its time, as Grafana’s client does with every query', () => {
    expect(engine.refusal('SET max_execution_time = 30')).toBeUndefined();
  });
});

describe('what runs by the clock', () => {
  it('makes the edges as the schema’s user', () => {
    engine.openAs('schema', ['GRANT SYSTEM VIEWS ON otel.*']);
    engine.run('SYSTEM REFRESH VIEW otel.service_edge_minutes_mv');
    engine.run('SYSTEM WAIT VIEW otel.service_edge_minutes_mv');
    const edges = engine.rows<{ Caller: string; Callee: string; Calls: number }>(
      'SELECT Caller, Callee, sum(CallCount) AS Calls FROM otel.service_edges GROUP BY ALL ORDER BY ALL',
    );
    expect(edges).toEqual([
      { Caller: 'checkout', Callee: 'billing', Calls: 1 },
      { Caller: 'gateway', Callee: 'checkout', Calls: 1 },
    ]);
  });
});

describe('the files', () => {
  it('declare three users with passwords and grants, as the engine reads them', () => {
    engine.openAs('schema', ['GRANT SHOW ACCESS ON *.*']);
    const users = engine.rows<{ name: string; kind: string }>(
      `SELECT name, arrayStringConcat(auth_type) AS kind FROM system.users WHERE name != 'default' ORDER BY name`,
    );
    expect(users).toEqual([
      { name: 'grafana', kind: 'plaintext_password' },
      { name: 'otel', kind: 'plaintext_password' },
      { name: 'schema', kind: 'plaintext_password' },
    ]);
    const grants = (name: string) =>
      engine.rows<Record<string, string>>(`SHOW GRANTS FOR ${name}`).flatMap((row) => Object.values(row));
    expect(grants('otel')).toEqual(['GRANT INSERT ON otel.otel_traces TO otel']);
    expect(grants('grafana')).toEqual(['GRANT SELECT ON otel.* TO grafana']);
  });

  it('replicated: the macros of tables come from the pod’s own name', () => {
    const system = clickHouseSystem({ keeper: KEEPER });
    const replica = new ServerEngine(
      {
        config: readDocument(configText(system.clickHouse, 'config.yaml')),
        users: readDocument(configText(system.clickHouse, 'users.yaml')),
      },
      environment,
    );
    engine.close();
    try {
      replica.openAs('schema');
      expect(replica.rows(`SELECT getMacro('shard') AS shard, getMacro('replica') AS replica`)).toEqual([
        { shard: '01', replica: 'clickhouse-1' },
      ]);
      expect(replica.rows(`SELECT host_name, port FROM system.clusters WHERE cluster = 'replicas'`)).toEqual([
        { host_name: 'clickhouse-0.clickhouse-headless.store.svc.cluster.local', port: 9000 },
        { host_name: 'clickhouse-1.clickhouse-headless.store.svc.cluster.local', port: 9000 },
      ]);
    } finally {
      replica.remove();
    }
  });

  it('of the server hold no setting that the engine does not know', () => {
    engine.openAs('schema');
    const known = engine
      .rows<{ name: string }>('SELECT name FROM system.server_settings')
      .map(({ name }) => name);
    // Read by the server's start, before there is a table of settings.
    const sections = [
      'access_control_improvements',
      'default_profile',
      'http_port',
      'listen_host',
      'logger',
      'prometheus',
      'query_log',
      'tcp_port',
      'timezone',
      'user_directories',
    ];
    const names = Object.keys(files.config);
    expect(names.filter((name) => !known.includes(name)).sort()).toEqual(sections);
  });
});

function seconds(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}
