/** ClickHouse's own engine inside this process (npm `chdb`), with a trace schema in a database of its own. */
import { Session } from 'chdb';
import {
  renderClickHouseSchema,
  type ClickHouseSchemaProps,
} from '../../../constructs/store/clickhouse-schema';
import { toExporterRow, type TestSpan } from './test-span';

/** The columns of the exporter's INSERT, v0.157.0: internal/sqltemplates/traces_insert.sql. */
export const EXPORTER_COLUMNS = [
  'Timestamp',
  'TraceId',
  'SpanId',
  'ParentSpanId',
  'TraceState',
  'SpanName',
  'SpanKind',
  'ServiceName',
  'ResourceAttributes',
  'ScopeName',
  'ScopeVersion',
  'SpanAttributes',
  'Duration',
  'StatusCode',
  'StatusMessage',
  'Events.Timestamp',
  'Events.Name',
  'Events.Attributes',
  'Links.TraceId',
  'Links.SpanId',
  'Links.TraceState',
  'Links.Attributes',
] as const;

export type ExporterRow = Record<(typeof EXPORTER_COLUMNS)[number], unknown>;

/** One for the whole file: the engine allows one open session a process. */
export class Engine {
  private readonly session = new Session();
  private databases = 0;

  public constructor() {
    // As in the server's container; the machine that runs the tests may be anywhere.
    this.run(`SET session_timezone = 'UTC'`);
    // As the exporter has to be configured: with asynchronous inserts this engine (26.7) does not always recognise
    // a batch that is sent again.
    this.run('SET async_insert = 0');
  }

  public run(sql: string): void {
    this.session.query(sql);
  }

  public rows<Row>(sql: string, parameters: Readonly<Record<string, string | number>> = {}): Row[] {
    const text = this.session.queryBind(sql, parameters, 'JSONEachRow');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Row);
  }

  /** A new database with the schema, so that no test sees another's spans. */
  public newDatabase(props: Partial<Omit<ClickHouseSchemaProps, 'database'>> = {}): TraceDatabase {
    const database = `proof_${++this.databases}`;
    const retentionDays = { spans: 7, perMinute: 90, edges: 90, endToEnd: 30 };
    const statements = renderClickHouseSchema({ retentionDays, ...props, database });
    statements.forEach(({ sql }) => {
      this.run(sql);
    });
    return new TraceDatabase(this, database);
  }

  public close(): void {
    this.session.close();
  }
}

export class TraceDatabase {
  public constructor(
    private readonly engine: Engine,
    public readonly name: string,
  ) {}

  /** One INSERT as the exporter makes it: a batch, in its order, by its column list. */
  public insert(spans: readonly TestSpan[]): void {
    const lines = spans.map((span) => JSON.stringify(toExporterRow(span)));
    const columns = EXPORTER_COLUMNS.join(', ');
    this.engine.run(
      `INSERT INTO "${this.name}"."otel_traces" (${columns}) FORMAT JSONEachRow ${lines.join('\n')}`,
    );
  }

  public rows<Row>(sql: string, parameters: Readonly<Record<string, string | number>> = {}): Row[] {
    return this.engine.rows<Row>(sql, parameters);
  }

  /** What the clock does every `edgeRefreshMinutes`. */
  public refreshEdges(): void {
    this.engine.run(`SYSTEM REFRESH VIEW ${this.name}.service_edge_minutes_mv`);
    this.engine.run(`SYSTEM WAIT VIEW ${this.name}.service_edge_minutes_mv`);
  }

  /** As if the last inserts lay so far back that no refresh recomputes their minutes on their account. */
  public forgetTouchedMinutes(): void {
    this.engine.run(`TRUNCATE TABLE ${this.name}.touched_minutes`);
  }

  /** What the background does sooner or later: merge all parts, and drop what is past its time. */
  public mergeParts(): void {
    const tables = this.rows<{ name: string }>(
      `SELECT name FROM system.tables WHERE database = '${this.name}' AND engine LIKE '%MergeTree' ORDER BY name`,
    );
    tables.forEach(({ name }) => {
      this.engine.run(`OPTIMIZE TABLE ${this.name}.${name} FINAL`);
    });
  }
}
