/**
 * Loki's own configuration, typed: the part of its schema that the platform uses, in Loki's names.
 * Source: Loki 3.7 configuration reference; `loki -verify-config` judges the result in the tests.
 */
import type { Duration, Size } from 'cdk8s';
import type { ObjectBucket } from '../core/object-store';
import { bytesOf } from '../core/quantity';
import { lokiRulesStore, lokiStore, lokiStoreType } from './loki-object-store';

export interface LokiConfigProps {
  readonly chunks: ObjectBucket;
  /** @default none: no rules */
  readonly ruler?: ObjectBucket | undefined;
  readonly retention: Duration;
  readonly limits: LokiLimits;
  /** Oldest record that is still taken. */
  readonly acceptsDelayed: Duration;
  /** First day of the TSDB schema, ISO 8601; a new period is only ever added after it. */
  readonly schemaFrom: string;
  /** Memory of whoever ingests: bounds the replay of the write-ahead log. */
  readonly ingesterMemory: Size;
  /** Where the parts of a distributed Loki find each other. @default one binary that is alone */
  readonly parts?: LokiPartAddresses;
}

export interface LokiLimits {
  /** MiB/s averaged, over all distributors. */
  readonly ingestionRateMb: number;
  /** Streams that are open at once, over all ingesters. */
  readonly maxStreams: number;
  /** Label names a stream may have; more belongs into structured metadata. */
  readonly maxLabelNames: number;
}

export interface LokiPartAddresses {
  /** DNS names with port by which a new member finds the ring. */
  readonly ringMembers: readonly string[];
  /** gRPC address of the compactor, which knows the delete requests. */
  readonly compactor: string;
  /** gRPC address whose name resolves to every query-frontend: queriers fetch work from each. */
  readonly queryFrontends: string;
  /** gRPC address whose name resolves to every index-gateway. */
  readonly indexGateways: string;
  /** URL of the queriers, which serve live tails. */
  readonly queriers: string;
}

export const LOKI_PORTS = { http: 3100, grpc: 9095, gossip: 7946 } as const;

/** Where it takes lines in its own format, whichever of its workloads listens. */
export const LOKI_PUSH = {
  name: 'http',
  port: LOKI_PORTS.http,
  protocol: 'loki-http',
  signals: ['logs'],
  access: 'write',
  path: '/loki/api/v1/push',
} as const;

/** Where the pod's volume is mounted: write-ahead log, index being built, compactor markers. */
export const LOKI_DATA_DIR = '/var/loki';

/** Copies of each chunk in ingesters: two of three acknowledge a write, so one zone may be away. */
export const LOKI_REPLICATION = 3;

/** Share of an ingester's memory that the replay of its log may take before chunks are flushed: Loki's own advice. */
const REPLAY_MEMORY_SHARE = 0.75;

/**
 * Resource attributes that become labels; all others become structured metadata. Loki's own list has 17, pod and
 * instance among them: a stream for each pod, and records with more than 15 labels are refused.
 */
const INDEX_LABELS = [
  'service.name',
  'service.namespace',
  'deployment.environment.name',
  'cloud.region',
  'k8s.cluster.name',
  'k8s.namespace.name',
  'k8s.deployment.name',
  'k8s.statefulset.name',
  'k8s.daemonset.name',
  'k8s.cronjob.name',
  'k8s.container.name',
] as const;

export function renderLoki(props: LokiConfigProps) {
  const { parts } = props;
  return {
    auth_enabled: false,
    analytics: { reporting_enabled: false },
    server: {
      http_listen_port: LOKI_PORTS.http,
      grpc_listen_port: LOKI_PORTS.grpc,
      log_format: 'json',
      // An OTLP push of a collector's batch (4 MiB at most) has to fit with room for its envelope.
      grpc_server_max_recv_msg_size: 16 * 1024 * 1024,
      grpc_server_max_send_msg_size: 16 * 1024 * 1024,
      graceful_shutdown_timeout: '30s',
    },
    common: {
      path_prefix: LOKI_DATA_DIR,
      replication_factor: parts === undefined ? 1 : LOKI_REPLICATION,
      storage: lokiStore(props.chunks),
      // A single binary is its own ring and needs no gossip.
      ring: { kvstore: { store: parts === undefined ? 'inmemory' : 'memberlist' } },
      ...(parts === undefined ? {} : { compactor_grpc_address: parts.compactor }),
    },
    ...(parts === undefined ? {} : ringOf(parts)),
    distributor: { otlp_config: { default_resource_attributes_as_index_labels: [...INDEX_LABELS] } },
    ingester: {
      chunk_encoding: 'zstd',
      // A record is acknowledged once it is in the write-ahead log of a majority of its copies.
      wal: {
        enabled: true,
        dir: `${LOKI_DATA_DIR}/wal`,
        flush_on_shutdown: true,
        replay_memory_ceiling: Math.floor(bytesOf(props.ingesterMemory) * REPLAY_MEMORY_SHARE),
      },
      ...(parts === undefined ? {} : { lifecycler: { ring: { zone_awareness_enabled: true } } }),
    },
    schema_config: {
      configs: [
        {
          from: props.schemaFrom,
          store: 'tsdb',
          object_store: lokiStoreType(props.chunks),
          schema: 'v13',
          index: { prefix: 'index_', period: '24h' },
        },
      ],
    },
    storage_config: {
      tsdb_shipper: {
        active_index_directory: `${LOKI_DATA_DIR}/tsdb-index`,
        cache_location: `${LOKI_DATA_DIR}/tsdb-cache`,
        ...(parts === undefined
          ? {}
          : { index_gateway_client: { server_address: `dns+${parts.indexGateways}` } }),
      },
    },
    limits_config: {
      retention_period: `${props.retention.toHours({ integral: false })}h`,
      allow_structured_metadata: true,
      ingestion_rate_mb: props.limits.ingestionRateMb,
      ingestion_burst_size_mb: props.limits.ingestionRateMb * 2,
      max_global_streams_per_user: props.limits.maxStreams,
      max_label_names_per_series: props.limits.maxLabelNames,
      reject_old_samples: true,
      reject_old_samples_max_age: `${Math.ceil(props.acceptsDelayed.toHours({ integral: false }))}h`,
      // A replay brings records that are hours older than the newest of their stream. Without its own shard for each
      // hour Loki refuses what lies more than half of `max_chunk_age` (an hour) behind.
      shard_streams: { enabled: true, time_sharding_enabled: true },
      split_queries_by_interval: '1h',
      volume_enabled: true,
    },
    ruler: { storage: rulesOf(props) },
    compactor: {
      working_directory: `${LOKI_DATA_DIR}/compactor`,
      compaction_interval: '10m',
      retention_enabled: true,
      retention_delete_delay: '2h',
      retention_delete_worker_count: 150,
      delete_request_store: lokiStoreType(props.chunks),
    },
    ...(parts === undefined ? {} : queryPathOf(parts)),
  };
}

/** Without rules an empty directory keeps the ruler of the single binary off the store. */
function rulesOf({ ruler, chunks }: LokiConfigProps) {
  if (ruler !== undefined) return lokiRulesStore(ruler, chunks);
  return { type: 'local', local: { directory: `${LOKI_DATA_DIR}/rules` } };
}

function ringOf(parts: LokiPartAddresses) {
  return {
    memberlist: {
      bind_port: LOKI_PORTS.gossip,
      join_members: parts.ringMembers.map((address) => `dns+${address}`),
      // All parts start at once, before DNS knows any of them: keep trying, also after a split.
      abort_if_cluster_join_fails: false,
      rejoin_interval: '1m',
    },
  };
}

function queryPathOf(parts: LokiPartAddresses) {
  return {
    frontend: { tail_proxy_url: parts.queriers },
    frontend_worker: { frontend_address: parts.queryFrontends },
  };
}
