/**
 * Loki's own configuration, typed: the part of its schema that the platform uses, in Loki's order and names.
 * Source: Loki 3.7 configuration reference; `loki -verify-config` judges the result in the tests.
 */
import type { Duration } from 'cdk8s';
import type { BlobContainer } from '../core/object-store';

export interface LokiConfigProps {
  readonly chunks: BlobContainer;
  readonly retention: Duration;
  readonly limits: LokiLimits;
  /** First day of the TSDB schema, ISO 8601; a new period is only ever added after it. */
  readonly schemaFrom: string;
  /** Copies of each chunk in ingesters before an acknowledgement. */
  readonly replicationFactor: number;
  /** Members of the ring; one name for a single binary that is alone. */
  readonly ringMembers: readonly string[];
  /** URL of the compactor, which answers delete requests; undefined in the single binary. */
  readonly compactorUrl?: string;
  readonly queryFrontendAddress?: string;
}

export interface LokiLimits {
  /** Per tenant, MB/s averaged. */
  readonly ingestionRateMb: number;
  /** Series per tenant that are open at once. */
  readonly maxStreams: number;
  /** Label names a stream may have; more belongs into structured metadata. */
  readonly maxLabelNames: number;
}

const HTTP_PORT = 3100;
const GRPC_PORT = 9095;
const GOSSIP_PORT = 7946;

export const LOKI_PORTS = { http: HTTP_PORT, grpc: GRPC_PORT, gossip: GOSSIP_PORT } as const;

/** Where the pod's volume is mounted: write-ahead log, index being built, compactor markers. */
export const LOKI_DATA_DIR = '/var/loki';

export function renderLoki(props: LokiConfigProps): object {
  const azure = {
    container_name: props.chunks.container,
    account_name: props.chunks.account,
    use_federated_token: true,
  };
  return {
    auth_enabled: false,
    analytics: { reporting_enabled: false },
    server: {
      http_listen_port: HTTP_PORT,
      grpc_listen_port: GRPC_PORT,
      log_format: 'json',
      // An OTLP push of a collector's batch (4 MiB at most) has to fit with room for its envelope.
      grpc_server_max_recv_msg_size: 16 * 1024 * 1024,
      grpc_server_max_send_msg_size: 16 * 1024 * 1024,
      graceful_shutdown_timeout: '30s',
    },
    common: {
      path_prefix: LOKI_DATA_DIR,
      replication_factor: props.replicationFactor,
      ring: { kvstore: { store: 'memberlist' } },
      storage: { azure },
      ...(props.compactorUrl === undefined ? {} : { compactor_address: props.compactorUrl }),
    },
    memberlist: {
      bind_port: GOSSIP_PORT,
      join_members: [...props.ringMembers],
      abort_if_cluster_join_fails: false,
    },
    schema_config: {
      configs: [
        {
          from: props.schemaFrom,
          store: 'tsdb',
          object_store: 'azure',
          schema: 'v13',
          index: { prefix: 'index_', period: '24h' },
        },
      ],
    },
    storage_config: {
      tsdb_shipper: {
        active_index_directory: `${LOKI_DATA_DIR}/tsdb-index`,
        cache_location: `${LOKI_DATA_DIR}/tsdb-cache`,
      },
    },
    ingester: {
      chunk_encoding: 'zstd',
      // A line is acknowledged once it is in the write-ahead log of a majority of its replicas.
      wal: { enabled: true, dir: `${LOKI_DATA_DIR}/wal`, flush_on_shutdown: true },
    },
    limits_config: {
      retention_period: `${props.retention.toHours()}h`,
      allow_structured_metadata: true,
      ingestion_rate_mb: props.limits.ingestionRateMb,
      ingestion_burst_size_mb: props.limits.ingestionRateMb * 2,
      max_global_streams_per_user: props.limits.maxStreams,
      max_label_names_per_series: props.limits.maxLabelNames,
      // Replayed data may be as old as the longest outage that the platform survives.
      reject_old_samples: true,
      reject_old_samples_max_age: '168h',
      split_queries_by_interval: '1h',
      volume_enabled: true,
    },
    compactor: {
      working_directory: `${LOKI_DATA_DIR}/compactor`,
      compaction_interval: '10m',
      retention_enabled: true,
      retention_delete_delay: '2h',
      retention_delete_worker_count: 150,
      delete_request_store: 'azure',
    },
    ...(props.queryFrontendAddress === undefined
      ? {}
      : { frontend_worker: { frontend_address: props.queryFrontendAddress } }),
  };
}
