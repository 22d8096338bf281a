/**
 * Tempo's own configuration, typed: the part of its schema that the platform uses, in Tempo's names.
 * Source: Tempo 3.0 configuration reference and manifest of all options.
 */
import type { Duration } from 'cdk8s';
import type { ObjectBucket } from '../core/object-store';

export interface TempoConfigProps {
  readonly blocks: ObjectBucket;
  readonly retention: Duration;
  readonly limits: TempoLimits;
  /** Where the parts of a distributed Tempo find each other and Kafka. @default one binary that is alone */
  readonly parts?: TempoPartAddresses;
}

export interface TempoLimits {
  /** Bytes a second of spans: over all distributors, or in the single binary. */
  readonly rateBytesPerSecond: number;
  /** Traces that are open at once, in each live-store. */
  readonly maxLiveTraces: number;
}

export interface TempoPartAddresses {
  /** DNS names with port by which a new member finds the rings. */
  readonly ringMembers: readonly string[];
  /** gRPC address whose name resolves to every query-frontend: queriers fetch work from each. */
  readonly queryFrontends: string;
  /** gRPC address of the backend-scheduler, which hands out compaction and retention. */
  readonly backendScheduler: string;
  readonly kafka: { readonly address: string; readonly topic: string; readonly user: string };
}

export const TEMPO_PORTS = { http: 3200, grpc: 9095, gossip: 7946, otlpGrpc: 4317, otlpHttp: 4318 } as const;

/** Where it takes spans over gRPC, whichever of its workloads listens. */
export const TEMPO_OTLP_GRPC = {
  name: 'otlp-grpc',
  port: TEMPO_PORTS.otlpGrpc,
  protocol: 'otlp-grpc',
  signals: ['traces'],
  access: 'write',
} as const;

/** Where volumes and scratch space are mounted. */
export const TEMPO_DATA_DIR = '/var/tempo';

/** Environment variable with the password for Kafka; put into the file by `-config.expand-env`. */
export const KAFKA_PASSWORD_VARIABLE = 'TEMPO_KAFKA_PASSWORD';

/** How long a live-store keeps a complete block: Tempo's own default, spelled out because volumes follow from it. */
export const LIVE_SECONDS = 20 * 60;

/** A collector's batch (4 MiB at most) has to fit with room for its envelope. */
const MESSAGE_MEBIBYTES = 16;

/** Tempo's own default; a request larger than this is refused whatever the rate. */
const BURST_BYTES = 30_000_000;

export function renderTempo(props: TempoConfigProps) {
  const { parts } = props;
  const compaction = { block_retention: `${props.retention.toHours({ integral: false })}h` };
  return {
    // Grafana streams search results over the HTTP port.
    stream_over_http_enabled: true,
    // Not ready for so long before it stops, so that nobody is sent here any more.
    shutdown_delay: '10s',
    // GOMEMLIMIT from the container's limit.
    memory: { automemlimit_enabled: true, automemlimit_ratio: 0.8 },
    server: {
      http_listen_port: TEMPO_PORTS.http,
      grpc_listen_port: TEMPO_PORTS.grpc,
      log_format: 'json',
    },
    usage_report: { reporting_enabled: false },
    distributor: {
      receivers: {
        otlp: {
          protocols: {
            grpc: {
              endpoint: `0.0.0.0:${TEMPO_PORTS.otlpGrpc}`,
              max_recv_msg_size_mib: MESSAGE_MEBIBYTES,
            },
            http: { endpoint: `0.0.0.0:${TEMPO_PORTS.otlpHttp}` },
          },
        },
      },
    },
    ...(parts === undefined ? {} : ingestOf(parts)),
    live_store: {
      complete_block_timeout: `${LIVE_SECONDS}s`,
      wal: { path: `${TEMPO_DATA_DIR}/live-store/traces` },
      shutdown_marker_dir: `${TEMPO_DATA_DIR}/live-store/shutdown-marker`,
      // Answers only once it has read its partition nearly to the end; a broken Kafka must not keep it out for ever.
      ...(parts === undefined ? {} : { readiness_target_lag: '5s', readiness_max_wait: '5m' }),
    },
    backend_scheduler: {
      local_work_path: `${TEMPO_DATA_DIR}/scheduler`,
      provider: { compaction: { compaction } },
    },
    backend_worker: {
      compaction,
      ...(parts === undefined
        ? {}
        : {
            backend_scheduler_addr: parts.backendScheduler,
            // Shares the writing of the tenant index among the workers.
            ring: { kvstore: { store: 'memberlist' } },
          }),
    },
    ...(parts === undefined
      ? {}
      : { querier: { frontend_worker: { frontend_address: parts.queryFrontends } } }),
    storage: {
      trace: {
        ...backendOf(props.blocks),
        wal: { path: `${TEMPO_DATA_DIR}/wal` },
      },
    },
    overrides: {
      defaults: {
        ingestion: {
          rate_strategy: parts === undefined ? 'local' : 'global',
          rate_limit_bytes: props.limits.rateBytesPerSecond,
          burst_size_bytes: BURST_BYTES,
          max_traces_per_user: props.limits.maxLiveTraces,
        },
      },
    },
  };
}

function backendOf(bucket: ObjectBucket) {
  if (bucket.kind === 's3') {
    const { endpoint } = bucket;
    return {
      backend: 's3',
      s3: {
        bucket: bucket.bucket,
        // Without a scheme: `insecure` says which.
        endpoint: endpoint.hostPort,
        insecure: !endpoint.tls,
        region: bucket.region,
        forcepathstyle: bucket.pathStyle,
      },
    };
  }
  return {
    backend: 'azure',
    azure: {
      container_name: bucket.container,
      storage_account_name: bucket.account,
      use_federated_token: true,
    },
  };
}

function ingestOf(parts: TempoPartAddresses) {
  const { address, topic, user } = parts.kafka;
  return {
    ingest: {
      kafka: {
        address,
        topic,
        sasl_username: user,
        sasl_password: `\${${KAFKA_PASSWORD_VARIABLE}}`,
        // The platform makes the topic, with the partitions that the parts below are counted for.
        auto_create_topic_enabled: false,
      },
    },
    memberlist: {
      bind_port: TEMPO_PORTS.gossip,
      join_members: parts.ringMembers.map((address) => `dns+${address}`),
      // All parts start at once, before DNS knows any of them: keep trying, also after a split.
      abort_if_cluster_join_fails: false,
      rejoin_interval: '1m',
    },
    block_builder: {
      // Replica N takes partition N, as the live-stores do.
      partitions_per_instance: 1,
      max_consuming_bytes: BLOCK_BUILDER_CYCLE_BYTES,
      wal: { path: `${TEMPO_DATA_DIR}/block-builder/traces` },
    },
  };
}

/** What a block-builder reads before it writes blocks, at most: Tempo's own default; its scratch space follows. */
export const BLOCK_BUILDER_CYCLE_BYTES = 5_000_000_000;
