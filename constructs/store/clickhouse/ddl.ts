/**
 * The small part of ClickHouse's data definition language that the trace schema needs, as typed data.
 * Each `create…` function takes a description and gives one statement, the same text for the same data.
 * A materialized view must name exactly its target's columns: ClickHouse matches them by name and silently
 * fills in a default for a forgotten one, so the compiler checks what the engine does not.
 */

export interface Statement {
  /** What it makes; unique in a schema. */
  readonly name: string;
  /** One statement, without the semicolon at its end. May be run again at any time. */
  readonly sql: string;
}

/** Where the tables lie and how they are kept; the same for a whole schema. */
export interface Storage {
  readonly database: string;
  /** Name of the cluster (one shard) whose replicas all keep the tables. @default - one node, not replicated */
  readonly cluster?: string | undefined;
  readonly zstdLevel: number;
}

export interface Column {
  readonly type: string;
  /** `delta` for what grows slowly from row to row (times), `plain` for the rest. */
  readonly codec: 'plain' | 'delta';
}

export type Columns = Readonly<Record<string, Column>>;

/** A data-skipping index. */
export interface SkipIndex {
  readonly name: string;
  readonly expression: string;
  readonly type: string;
}

export type Engine =
  | { readonly name: 'MergeTree' | 'AggregatingMergeTree' }
  | { readonly name: 'ReplacingMergeTree'; readonly version: string };

export interface Table<C extends Columns> {
  readonly name: string;
  /** Stands in `system.tables`, for whoever meets the table there first. */
  readonly comment: string;
  readonly columns: C;
  readonly indexes?: readonly SkipIndex[];
  readonly engine: Engine;
  /** A `Date` or `DateTime` expression: the partition is its day, and a row is kept for `retentionDays` after it. */
  readonly time: string;
  readonly retentionDays: number;
  readonly orderBy: readonly string[];
}

export interface MaterializedView<C extends Columns> {
  readonly name: string;
  readonly into: Table<C>;
  /** Absent: runs on each inserted block. Present: runs by the clock and appends what it finds. */
  readonly refreshMinutes?: number;
  readonly with?: Readonly<Record<string, string>>;
  readonly select: Readonly<Record<keyof C & string, string>>;
  readonly from: string;
  readonly where?: string;
  readonly groupBy: readonly string[];
  readonly settings?: Readonly<Record<string, string | number>>;
}

export interface View {
  readonly name: string;
  readonly select: string;
}

/**
 * How many inserted blocks a table on one node remembers, so that a batch sent again after a time-out is not
 * counted twice. Replicated tables remember 10,000 in Keeper without being told; one node remembers none.
 */
const DEDUPLICATION_WINDOW_BLOCKS = 1000;

export function qualified({ database }: Pick<Storage, 'database'>, name: string): string {
  return `${quoted(database)}.${quoted(name)}`;
}

export function createDatabase(storage: Storage): Statement {
  return {
    name: storage.database,
    sql: `CREATE DATABASE IF NOT EXISTS ${quoted(storage.database)}${onCluster(storage)}`,
  };
}

export function tableStatements<C extends Columns>(storage: Storage, table: Table<C>): Statement[] {
  return [createTable(storage, table), setRetention(storage, table)];
}

/**
 * Brings the retention of a table that exists already to the declared one. The engine does nothing when it is the same
 * (`AlterCommand::isTTLAlter`); a new one it also writes to the parts that are there, for only whole parts are dropped.
 */
function setRetention(storage: Storage, table: Table<Columns>): Statement {
  return {
    name: `${table.name} retention`,
    sql: `ALTER TABLE ${qualified(storage, table.name)}${onCluster(storage)} MODIFY TTL ${retentionOf(table)}`,
  };
}

function retentionOf(table: Pick<Table<Columns>, 'time' | 'retentionDays'>): string {
  return `toDateTime(${table.time}) + toIntervalDay(${table.retentionDays})`;
}

function createTable<C extends Columns>(storage: Storage, table: Table<C>): Statement {
  const settings = {
    // Expiry deletes whole parts instead of rewriting them: a day's partition goes when its last row is due.
    ttl_only_drop_parts: 1,
    ...(storage.cluster === undefined && {
      non_replicated_deduplication_window: DEDUPLICATION_WINDOW_BLOCKS,
    }),
  };
  const sql = [
    `CREATE TABLE IF NOT EXISTS ${qualified(storage, table.name)}${onCluster(storage)}`,
    `(\n${indent([...columnLines(storage, table.columns), ...indexLines(table.indexes ?? [])], ',')}\n)`,
    `ENGINE = ${engineText(storage, table)}`,
    `PARTITION BY toDate(${table.time})`,
    `ORDER BY (${table.orderBy.join(', ')})`,
    `TTL ${retentionOf(table)}`,
    `SETTINGS ${assignments(settings)}`,
    `COMMENT ${literal(table.comment)}`,
  ].join('\n');
  return { name: table.name, sql };
}

export function createMaterializedView<C extends Columns>(
  storage: Storage,
  view: MaterializedView<C>,
): Statement {
  const refresh =
    view.refreshMinutes === undefined ? '' : `REFRESH EVERY ${view.refreshMinutes} MINUTE APPEND `;
  const common = Object.entries(view.with ?? {}).map(([name, query]) => `${name} AS (${query})`);
  const selected = Object.keys(view.into.columns).map(
    (column) => `${view.select[column] ?? ''} AS ${column}`,
  );
  const sql = [
    `CREATE MATERIALIZED VIEW IF NOT EXISTS ${qualified(storage, view.name)}${onCluster(storage)}`,
    `${refresh}TO ${qualified(storage, view.into.name)} AS`,
    ...(common.length === 0 ? [] : [`WITH\n${indent(common, ',')}`]),
    `SELECT\n${indent(selected, ',')}`,
    `FROM ${view.from}`,
    ...(view.where === undefined ? [] : [`WHERE ${view.where}`]),
    `GROUP BY ${view.groupBy.join(', ')}`,
    ...(view.settings === undefined ? [] : [`SETTINGS ${assignments(view.settings)}`]),
  ].join('\n');
  return { name: view.name, sql };
}

/** A read view holds no data, so a changed one simply replaces the old one. */
export function createView(storage: Storage, view: View): Statement {
  const name = `${qualified(storage, view.name)}${onCluster(storage)}`;
  return { name: view.name, sql: `CREATE OR REPLACE VIEW ${name} AS\n${view.select}` };
}

function columnLines(storage: Storage, columns: Columns): string[] {
  return Object.entries(columns).map(([name, { type, codec }]) => {
    const zstd = `ZSTD(${storage.zstdLevel})`;
    return `${name} ${type} CODEC(${codec === 'delta' ? `Delta, ${zstd}` : zstd})`;
  });
}

/** One index entry for each granule: the indexes here are of ids and times, where coarser ones exclude nothing. */
function indexLines(indexes: readonly SkipIndex[]): string[] {
  return indexes.map(
    ({ name, expression, type }) => `INDEX ${name} ${expression} TYPE ${type} GRANULARITY 1`,
  );
}

function engineText<C extends Columns>(storage: Storage, { name, engine }: Table<C>): string {
  const version = engine.name === 'ReplacingMergeTree' ? [engine.version] : [];
  if (storage.cluster === undefined) return `${engine.name}(${version.join(', ')})`;
  // {shard} and {replica} are macros of each server's own configuration.
  const path = `/clickhouse/tables/{shard}/${storage.database}/${name}`;
  return `Replicated${engine.name}(${[literal(path), literal('{replica}'), ...version].join(', ')})`;
}

function onCluster({ cluster }: Storage): string {
  return cluster === undefined ? '' : ` ON CLUSTER ${quoted(cluster)}`;
}

function assignments(settings: Readonly<Record<string, string | number>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} = ${typeof value === 'number' ? value : literal(value)}`)
    .join(', ');
}

function quoted(identifier: string): string {
  return `\`${identifier.replace(/[\\`]/g, '\\$&')}\``;
}

function literal(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}

function indent(lines: readonly string[], separator: string): string {
  return lines.map((line) => `    ${line.replace(/\n/g, '\n    ')}`).join(`${separator}\n`);
}
