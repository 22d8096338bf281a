/**
 * ClickHouse's trace schema: from an environment's retention times, the statements that make the database, the
 * traces table which the collector's exporter writes (`create_schema: false`), and the materialized views for
 * end-to-end monitoring. Run them in order, as often as you like: what exists stays,
 * with the declared retention, and read views are replaced.
 *
 * Prod takes up to 400,000 events/s, hence one partition a day, whole parts dropped at their end (no rewriting),
 * and views that keep numbers a minute or states a trace instead of copies of spans.
 */
import { createDatabase, type Statement, type Storage } from './clickhouse/ddl';
import { serviceEdgeStatements } from './clickhouse/service-edges';
import { serviceMinuteStatements } from './clickhouse/service-minutes';
import { traceSummaryStatements } from './clickhouse/trace-summaries';
import { traceStatements } from './clickhouse/traces-table';

/** For how many days each kind of row is kept: an operator's decision, so none has a default. */
export interface ClickHouseRetentionDays {
  readonly spans: number;
  /** Rate, errors and latency per service and minute. */
  readonly perMinute: number;
  /** Calls between services per minute. */
  readonly edges: number;
  /** Latency and completeness of each trace. */
  readonly endToEnd: number;
}

export interface ClickHouseSchemaProps {
  readonly database: string;
  readonly retentionDays: ClickHouseRetentionDays;
  /**
   * Name of the cluster in `remote_servers` (one shard), whose servers define the macros `shard` and `replica`:
   * every table is then replicated, every statement runs on each server.
   * @default - one node, not replicated
   */
  readonly cluster?: string;
  /** @default 1 */
  readonly zstdLevel?: number;
  /** How often the edges between services are recomputed. @default 2 */
  readonly edgeRefreshMinutes?: number;
  /** Most spans of one trace that count towards its completeness. @default 10000 */
  readonly traceSpansMax?: number;
}

const DEFAULTS = {
  // As the exporter's own schema: higher levels cost CPU at insert, where 400,000 events/s have none to spare.
  zstdLevel: 1,
  // Fresh enough for an incident; each run reads some 3 × this of spans again.
  edgeRefreshMinutes: 2,
  // 17 bytes a span: 170 kB a state at most. A trace of more spans is a loop or a batch job's, no request.
  traceSpansMax: 10_000,
} satisfies Partial<ClickHouseSchemaProps>;

export function renderClickHouseSchema(props: ClickHouseSchemaProps): readonly Statement[] {
  const { database, cluster, retentionDays } = props;
  const storage: Storage = { database, cluster, zstdLevel: props.zstdLevel ?? DEFAULTS.zstdLevel };
  return [
    createDatabase(storage),
    ...traceStatements(storage, retentionDays.spans),
    ...serviceMinuteStatements(storage, retentionDays.perMinute),
    ...serviceEdgeStatements(storage, {
      retentionDays: retentionDays.edges,
      refreshMinutes: props.edgeRefreshMinutes ?? DEFAULTS.edgeRefreshMinutes,
    }),
    ...traceSummaryStatements(storage, {
      retentionDays: retentionDays.endToEnd,
      spansMax: props.traceSpansMax ?? DEFAULTS.traceSpansMax,
    }),
  ];
}
