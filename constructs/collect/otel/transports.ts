/**
 * What the platform configures of the collector's receivers and exporters.
 */
import type { ExtensionId, GoDuration } from './config';

interface ServerAuth {
  readonly auth?: { readonly authenticator: ExtensionId };
}

export interface OtlpReceiver {
  readonly protocols: {
    readonly grpc?: ServerAuth & { readonly endpoint: string; readonly max_recv_msg_size_mib: number };
    readonly http?: ServerAuth & { readonly endpoint: string; readonly max_request_body_size: number };
  };
}

export type Retry =
  | { readonly enabled: false }
  | {
      readonly enabled: true;
      readonly initial_interval: GoDuration;
      readonly max_interval: GoDuration;
      /** `0s`: without end. */
      readonly max_elapsed_time: GoDuration;
    };

export interface QueueBatch {
  readonly flush_timeout: GoDuration;
  readonly sizer: 'bytes' | 'items';
  readonly min_size: number;
  readonly max_size: number;
}

export type SendingQueue =
  | { readonly enabled: false }
  | {
      readonly enabled: true;
      readonly sizer: 'bytes';
      readonly queue_size: number;
      readonly num_consumers?: number;
      readonly block_on_overflow: boolean;
      /** Answers only when the data was delivered; the collector refuses it together with `storage`. */
      readonly wait_for_result?: true;
      readonly storage?: ExtensionId;
      readonly batch: QueueBatch;
    };

export interface OtlpHttpExporter {
  readonly endpoint: string;
  readonly compression: 'gzip' | 'zstd';
  readonly timeout: GoDuration;
  readonly max_idle_conns_per_host: number;
  readonly sending_queue: SendingQueue;
  readonly retry_on_failure: Retry;
}

export interface KafkaClient {
  readonly brokers: readonly string[];
  readonly client_id: string;
  readonly tls?: { readonly ca_file: string };
  readonly auth?: {
    readonly sasl: { readonly mechanism: 'PLAIN'; readonly username: string; readonly password: string };
  };
}

export interface KafkaExporter extends KafkaClient {
  readonly timeout: GoDuration;
  readonly producer: {
    /** Every in-sync replica has it. */
    readonly required_acks: -1;
    readonly max_message_bytes: number;
    readonly compression: 'lz4';
    readonly allow_auto_topic_creation: false;
  };
  readonly logs?: TopicOut;
  readonly metrics?: TopicOut;
  readonly traces?: TopicOut;
  readonly partition_traces_by_id?: true;
  readonly record_headers?: readonly { readonly name: string; readonly value: string }[];
  readonly sending_queue: SendingQueue;
  readonly retry_on_failure: Retry;
}

interface TopicOut {
  readonly topic: string;
  readonly encoding: 'otlp_proto';
}

export interface KafkaReceiver extends KafkaClient {
  readonly group_id: string;
  readonly initial_offset: 'earliest';
  readonly autocommit: { readonly enable: false };
  readonly message_marking: {
    readonly after: true;
    readonly on_error: false;
    readonly on_permanent_error: true;
  };
  readonly error_backoff: Retry;
  readonly logs?: TopicIn;
  readonly metrics?: TopicIn;
  readonly traces?: TopicIn;
}

interface TopicIn {
  readonly topics: readonly [string];
  readonly encoding: 'otlp_proto';
}

export interface LoadBalancingExporter {
  readonly routing_key: 'traceID';
  readonly protocol: {
    readonly otlp: {
      readonly timeout: GoDuration;
      readonly tls: { readonly insecure: true };
      readonly sending_queue: { readonly enabled: false };
      readonly retry_on_failure: { readonly enabled: false };
    };
  };
  readonly resolver: {
    readonly dns: {
      readonly hostname: string;
      readonly port: string;
      readonly interval: GoDuration;
      readonly timeout: GoDuration;
    };
  };
}

export interface ClickHouseExporter {
  readonly endpoint: string;
  readonly username: string;
  readonly password: string;
  readonly database: string;
  readonly traces_table_name: string;
  /** The schema is the platform's own (`store/clickhouse-schema.ts`). */
  readonly create_schema: false;
  readonly async_insert: false;
  readonly timeout: GoDuration;
  readonly sending_queue: SendingQueue;
  readonly retry_on_failure: Retry;
}
