/**
 * ClickHouse's server configuration, typed: the part of its schema that the platform uses, in ClickHouse's names. It
 * stands alone (the image's own `config.xml` and `config.d` are covered by the mount), so a port that is not named
 * here is closed and a system table that is not named here does not exist.
 * Source: ClickHouse 26 documentation, "Server settings" and "Configuration files" (`@` keys are XML attributes); the
 * proof tests give it to the engine, as XML, for the embedded engine reads no YAML.
 */
import type { Duration } from 'cdk8s';
import { CLICKHOUSE_DIRS, fromEnv, secretFromEnv, type FromEnv } from './clickhouse/settings';

export const CLICKHOUSE_PORTS = { native: 9000, http: 8123, interserver: 9009, metrics: 9363 } as const;

/** One shard, all of whose servers keep all data. */
export const CLICKHOUSE_CLUSTER = 'replicas';

/** With which the replicas fetch parts from each other. */
const INTERSERVER_USER = 'interserver';

/** Variables that hold what differs from pod to pod, or is secret. */
export const SERVER_VARIABLES = { replica: 'REPLICA_NAME', interserver: 'INTERSERVER_PASSWORD' } as const;

/** Where the servers of a cluster find each other and Keeper. */
export interface ClickHousePeers {
  readonly servers: readonly string[];
  readonly keepers: readonly HostPort[];
}

export interface ClickHouseConfigProps {
  /** How long queries that run may go on when the server is told to stop. */
  readonly drain: Duration;
  /** @default one server, not replicated */
  readonly peers?: ClickHousePeers;
}

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

export interface ClickHouseConfig {
  readonly logger: {
    readonly level: 'information';
    readonly console: boolean;
    readonly formatting: { readonly type: 'json' };
  };
  readonly listen_host: readonly string[];
  readonly listen_try: boolean;
  readonly tcp_port: number;
  readonly http_port: number;
  readonly prometheus: PrometheusSection;
  readonly path: string;
  readonly tmp_path: string;
  readonly user_files_path: string;
  readonly format_schema_path: string;
  readonly user_directories: { readonly users_xml: { readonly path: string } };
  readonly default_profile: string;
  readonly timezone: 'UTC';
  readonly max_server_memory_usage_to_ram_ratio: number;
  readonly mlock_executable: boolean;
  readonly shutdown_wait_unfinished: number;
  readonly shutdown_wait_unfinished_queries: boolean;
  readonly ignore_empty_sql_security_in_create_view_query: boolean;
  readonly access_control_improvements: Readonly<Record<string, boolean>>;
  readonly query_log: {
    readonly database: string;
    readonly table: string;
    readonly partition_by: string;
    readonly ttl: string;
    readonly flush_interval_milliseconds: number;
  };
  readonly macros?: { readonly shard: string; readonly replica: FromEnv };
  readonly zookeeper?: { readonly node: readonly HostPort[] };
  readonly distributed_ddl?: { readonly path: string };
  readonly remote_servers?: Readonly<
    Record<
      string,
      {
        readonly shard: readonly {
          readonly internal_replication: boolean;
          readonly replica: readonly HostPort[];
        }[];
      }
    >
  >;
  readonly interserver_http_port?: number;
  readonly interserver_http_credentials?: { readonly user: string; readonly password: FromEnv };
}

export interface PrometheusSection {
  readonly port: number;
  readonly endpoint: string;
  readonly metrics: boolean;
  readonly events: boolean;
  readonly asynchronous_metrics: boolean;
}

export const METRICS_PATH = '/metrics';

export const PROMETHEUS: PrometheusSection = {
  port: CLICKHOUSE_PORTS.metrics,
  endpoint: METRICS_PATH,
  metrics: true,
  events: true,
  asynchronous_metrics: true,
};

/** As the image listens: some nodes have no IPv6, and what cannot be bound is left out. */
export const LISTEN = { listen_host: ['::', '0.0.0.0'], listen_try: true } as const;

/** A container's log is its standard output; the root file system takes no files. */
export const LOGGER = { level: 'information', console: true, formatting: { type: 'json' } } as const;

/**
 * Of the container's limit, which ClickHouse reads from its cgroup. Its own 0.9 leaves too little of it for the page
 * cache, from which most of a fresh trace is read.
 */
const MEMORY_SHARE = 0.8;

/** The operators' own record of queries; long enough to look into last week's incident. */
const QUERY_LOG_DAYS = 7;

export function renderClickHouse(props: ClickHouseConfigProps): ClickHouseConfig {
  const { data, config } = CLICKHOUSE_DIRS;
  return {
    logger: LOGGER,
    ...LISTEN,
    tcp_port: CLICKHOUSE_PORTS.native,
    // For probes (`/ping`); nobody may log in without a password here either.
    http_port: CLICKHOUSE_PORTS.http,
    prometheus: PROMETHEUS,
    path: `${data}/`,
    tmp_path: `${data}/tmp/`,
    user_files_path: `${data}/user_files/`,
    format_schema_path: `${data}/format_schemas/`,
    // No second directory: users are what this environment declares, and SQL cannot add any.
    user_directories: { users_xml: { path: `${config}/users.yaml` } },
    default_profile: 'default',
    timezone: 'UTC',
    max_server_memory_usage_to_ram_ratio: MEMORY_SHARE,
    // Locking the program in memory takes a capability that the pod does not have.
    mlock_executable: false,
    shutdown_wait_unfinished: props.drain.toSeconds(),
    shutdown_wait_unfinished_queries: true,
    // Else a materialized view without a definer reads as whoever inserts, and the collector's user would have to be
    // allowed to read every span. With this it reads and writes as the user who made it: the schema's.
    ignore_empty_sql_security_in_create_view_query: false,
    access_control_improvements: {
      on_cluster_queries_require_cluster_grant: true,
      select_from_system_db_requires_grant: true,
      // Any table engine within the granted database; one that reaches out of it needs the grant of its source.
      table_engines_require_grant: false,
    },
    query_log: {
      database: 'system',
      table: 'query_log',
      partition_by: 'event_date',
      ttl: `event_date + INTERVAL ${QUERY_LOG_DAYS} DAY DELETE`,
      flush_interval_milliseconds: 7500,
    },
    ...(props.peers === undefined ? {} : replication(props.peers)),
  };
}

function replication(peers: ClickHousePeers): Partial<ClickHouseConfig> {
  return {
    // Named by the pod, whose name goes with the volume: a replica that comes back is the same one.
    macros: { shard: '01', replica: fromEnv(SERVER_VARIABLES.replica) },
    zookeeper: { node: peers.keepers },
    distributed_ddl: { path: '/clickhouse/task_queue/ddl' },
    remote_servers: {
      [CLICKHOUSE_CLUSTER]: {
        shard: [
          {
            internal_replication: true,
            replica: peers.servers.map((host) => ({ host, port: CLICKHOUSE_PORTS.native })),
          },
        ],
      },
    },
    interserver_http_port: CLICKHOUSE_PORTS.interserver,
    interserver_http_credentials: {
      user: INTERSERVER_USER,
      password: secretFromEnv(SERVER_VARIABLES.interserver),
    },
  };
}
