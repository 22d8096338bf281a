/**
 * Who may do what in ClickHouse, as `users.yaml`: the collector inserts spans, Grafana reads, the schema task makes
 * tables. There is no other user, no `default` either, and none without a password.
 *
 * The views behind the traces table read and write as the schema's user (their definer, see `clickhouse-config.ts`):
 * that user has to stay, and that is why it may read and insert.
 * Source: ClickHouse 26 documentation, "Users and roles settings", "Constraints on settings"; the proof tests load
 * this file into the engine and act as each user.
 */
import { Duration, type Size } from 'cdk8s';
import { bytesOf } from '../core/quantity';
import { secretFromEnv, type FromEnv } from './clickhouse/settings';
import { TRACES_TABLE } from './clickhouse/traces-table';

/** Names of the users, and the variables that hold their passwords. */
export const CLICKHOUSE_USERS = {
  writer: { name: 'otel', variable: 'WRITER_PASSWORD' },
  reader: { name: 'grafana', variable: 'READER_PASSWORD' },
  schema: { name: 'schema', variable: 'SCHEMA_PASSWORD' },
} as const;

export interface ClickHouseUsersProps {
  readonly database: string;
  /** Whether statements run on every server of a cluster. */
  readonly replicated: boolean;
  readonly readerLimits: ReaderLimits;
}

/** What one query of the reader, and all of them together, may take. */
export interface ReaderLimits {
  readonly executionTime: Duration;
  /** Rows that one query may read. */
  readonly rowsToRead: number;
  readonly queryMemoryBytes: number;
  /** Of all queries of the reader that run at once, on one server. */
  readonly memoryBytes: number;
  readonly concurrentQueries: number;
}

const READER_DEFAULTS = {
  // As long as a person looks at a dashboard that loads.
  executionTime: Duration.minutes(1),
  // A minute's work of some cores; a question without a time would read everything.
  rowsToRead: 10_000_000_000,
  // Panels of a dashboard, for a handful of people.
  concurrentQueries: 50,
} satisfies Partial<ReaderLimits>;

/** Shares of a server's memory: inserts, merges and the edges' join need the rest. */
const READER_QUERY_SHARE = 0.2;
const READER_SHARE = 0.4;

interface UserEntry {
  readonly password: FromEnv;
  readonly networks: { readonly ip: string };
  readonly profile: string;
  readonly grants: { readonly query: readonly string[] };
}

export interface ClickHouseUsers {
  readonly profiles: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly users: Readonly<Record<string, UserEntry>>;
}

/**
 * An insert with spans of more days (partitions) than this is refused, and the collector would send it again for ever.
 * ClickHouse's own 100 is reached by some hosts with wrong clocks in one batch of 50,000 spans.
 */
const PARTITIONS_PER_INSERT_MAX = 1000;

const WRITER_PROFILE = 'default';
const READER_PROFILE = 'reader';

export function resolveReaderLimits(limits: Partial<ReaderLimits> | undefined, memory: Size): ReaderLimits {
  return {
    executionTime: limits?.executionTime ?? READER_DEFAULTS.executionTime,
    rowsToRead: limits?.rowsToRead ?? READER_DEFAULTS.rowsToRead,
    queryMemoryBytes: limits?.queryMemoryBytes ?? Math.floor(bytesOf(memory) * READER_QUERY_SHARE),
    memoryBytes: limits?.memoryBytes ?? Math.floor(bytesOf(memory) * READER_SHARE),
    concurrentQueries: limits?.concurrentQueries ?? READER_DEFAULTS.concurrentQueries,
  };
}

export function renderClickHouseUsers(props: ClickHouseUsersProps): ClickHouseUsers {
  const { database, replicated } = props;
  const { writer, reader, schema } = CLICKHOUSE_USERS;
  const user = (variable: string, profile: string, grants: readonly string[]): UserEntry => ({
    password: secretFromEnv(variable),
    // Who reaches the port at all, the NetworkPolicies say.
    networks: { ip: '::/0' },
    profile,
    grants: { query: grants },
  });
  return {
    profiles: {
      [WRITER_PROFILE]: {
        // A batch that is sent again must not count twice in the views either; the engine recognises it by its block,
        // which an insert that waits for others (`async_insert`, on by default since 26) does not keep.
        deduplicate_blocks_in_dependent_materialized_views: 1,
        async_insert: 0,
        max_partitions_per_insert_block: PARTITIONS_PER_INSERT_MAX,
        // Whoever makes them, and on whichever server a statement for all of them runs.
        default_view_definer: schema.name,
      },
      [READER_PROFILE]: readerProfile(props.readerLimits),
    },
    users: {
      [writer.name]: user(writer.variable, WRITER_PROFILE, [`GRANT INSERT ON ${database}.${TRACES_TABLE}`]),
      [reader.name]: user(reader.variable, READER_PROFILE, [`GRANT SELECT ON ${database}.*`]),
      [schema.name]: user(schema.variable, WRITER_PROFILE, [
        // Replacing a read view drops the old one under a temporary table's name: hence DROP TABLE.
        `GRANT CREATE DATABASE, CREATE TABLE, CREATE VIEW, DROP VIEW, DROP TABLE ON ${database}.*`,
        `GRANT SELECT, INSERT ON ${database}.*`,
        // A changed retention reaches the tables that exist.
        `GRANT ALTER TTL, ALTER MATERIALIZE TTL ON ${database}.*`,
        ...(replicated ? ['GRANT CLUSTER ON *.*'] : []),
      ]),
    },
  };
}

/**
 * Read-only, mode 2: Grafana's client sets `max_execution_time` with each query and would be refused in mode 1. The
 * other limits are constant, and the time has a floor because 0 means none.
 */
function readerProfile(limits: ReaderLimits): Readonly<Record<string, unknown>> {
  const seconds = limits.executionTime.toSeconds();
  const constant = {
    max_rows_to_read: limits.rowsToRead,
    max_memory_usage: limits.queryMemoryBytes,
    max_memory_usage_for_user: limits.memoryBytes,
    max_concurrent_queries_for_user: limits.concurrentQueries,
  };
  return {
    readonly: 2,
    max_execution_time: seconds,
    ...constant,
    constraints: {
      max_execution_time: { min: 1, max: seconds },
      ...Object.fromEntries(Object.keys(constant).map((setting) => [setting, { const: true }])),
    },
  };
}
