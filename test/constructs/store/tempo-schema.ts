/**
 * JSON Schema of the part of Tempo 3.0's configuration that the platform uses, written after the manifest of all
 * options in Tempo's documentation. No key beyond it, and no value of another form, passes. It stands in for
 * `tempo -config.verify`: the program cannot be had from a package registry.
 */
type Schema = Readonly<Record<string, unknown>>;

/** Tempo refuses unknown keys everywhere, so does this. */
function object(properties: Readonly<Record<string, Schema>>): Schema {
  return { type: 'object', additionalProperties: false, properties };
}

const flag: Schema = { type: 'boolean' };
const port: Schema = { type: 'integer', minimum: 1, maximum: 65_535 };
const count: Schema = { type: 'integer', minimum: 1 };
const text: Schema = { type: 'string', minLength: 1 };
const path: Schema = { type: 'string', pattern: '^/' };
const hostPort: Schema = { type: 'string', pattern: '^[^/ ]+:[0-9]+$' };
/** As Go writes them. */
const duration: Schema = { type: 'string', pattern: '^([0-9]+(ms|s|m|h))+$' };

const compaction = object({ block_retention: duration });

export const TEMPO_SCHEMA: Schema = object({
  stream_over_http_enabled: flag,
  shutdown_delay: duration,
  memory: object({
    automemlimit_enabled: flag,
    automemlimit_ratio: { type: 'number', exclusiveMinimum: 0, maximum: 1 },
  }),
  server: object({
    http_listen_port: port,
    grpc_listen_port: port,
    log_format: { enum: ['json', 'logfmt'] },
  }),
  usage_report: object({ reporting_enabled: flag }),
  distributor: object({
    receivers: object({
      otlp: object({
        protocols: object({
          grpc: object({ endpoint: hostPort, max_recv_msg_size_mib: count }),
          http: object({ endpoint: hostPort }),
        }),
      }),
    }),
  }),
  ingest: object({
    kafka: {
      ...object({
        address: hostPort,
        topic: text,
        sasl_username: text,
        sasl_password: text,
        auto_create_topic_enabled: flag,
      }),
      required: ['address', 'topic'],
      // Tempo wants both or neither.
      dependentRequired: { sasl_username: ['sasl_password'], sasl_password: ['sasl_username'] },
    },
  }),
  memberlist: object({
    bind_port: port,
    join_members: { type: 'array', items: hostPort, minItems: 1 },
    abort_if_cluster_join_fails: flag,
    rejoin_interval: duration,
  }),
  block_builder: object({
    partitions_per_instance: count,
    max_consuming_bytes: count,
    wal: object({ path }),
  }),
  live_store: object({
    complete_block_timeout: duration,
    wal: object({ path }),
    shutdown_marker_dir: path,
    readiness_target_lag: duration,
    readiness_max_wait: duration,
  }),
  backend_scheduler: object({
    local_work_path: path,
    provider: object({ compaction: object({ compaction }) }),
  }),
  backend_worker: object({
    compaction,
    backend_scheduler_addr: hostPort,
    ring: object({ kvstore: object({ store: { enum: ['memberlist'] } }) }),
  }),
  querier: object({ frontend_worker: object({ frontend_address: hostPort }) }),
  storage: object({
    trace: object({
      backend: { enum: ['azure', 's3'] },
      azure: object({ container_name: text, storage_account_name: text, use_federated_token: flag }),
      s3: object({
        bucket: text,
        // Without a scheme: with one Tempo does not start.
        endpoint: hostPort,
        insecure: flag,
        region: text,
        forcepathstyle: flag,
      }),
      wal: object({ path }),
    }),
  }),
  overrides: object({
    defaults: object({
      ingestion: object({
        rate_strategy: { enum: ['local', 'global'] },
        rate_limit_bytes: count,
        burst_size_bytes: count,
        max_traces_per_user: count,
      }),
    }),
  }),
});
