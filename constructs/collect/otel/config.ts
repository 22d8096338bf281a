/**
 * The OpenTelemetry Collector's configuration, typed for exactly the components that the platform runs, in the names
 * of release 0.158: a key that is not here does not compile.
 * Source: the components' own `config.go` at the pinned version; `otelcol validate` judges the result in the tests.
 */
import type { Telemetry } from '../../core/endpoint';
import type {
  BatchProcessor,
  FilterProcessor,
  MemoryLimiterProcessor,
  ProbabilisticSamplerProcessor,
  TailSamplingProcessor,
  TransformProcessor,
} from './processors';
import type {
  ClickHouseExporter,
  KafkaExporter,
  KafkaReceiver,
  LoadBalancingExporter,
  OtlpHttpExporter,
  OtlpReceiver,
} from './transports';

/** As Go writes it: `5s`, `200ms`. */
export type GoDuration = `${number}${'ms' | 's' | 'm' | 'h'}`;

/** A component's type, or its type and a name after a slash. */
type Id<T extends string> = T | `${T}/${string}`;
type Named<T extends string, Config> = Readonly<Partial<Record<Id<T>, Config>>>;

export type ReceiverId = Id<'otlp'> | Id<'kafka'>;
export type ProcessorId =
  | Id<'memory_limiter'>
  | Id<'filter'>
  | Id<'transform'>
  | Id<'tail_sampling'>
  | Id<'probabilistic_sampler'>
  | Id<'batch'>;
export type ExporterId = Id<'otlp_http'> | Id<'kafka'> | Id<'load_balancing'> | Id<'clickhouse'>;
export type ConnectorId = Id<'failover'> | Id<'forward'> | Id<'span_metrics'> | Id<'service_graph'>;
export type ExtensionId = Id<'health_check'> | Id<'bearertokenauth'> | Id<'file_storage'>;
export type PipelineId = Id<Telemetry>;

export type Receivers = Named<'otlp', OtlpReceiver> & Named<'kafka', KafkaReceiver>;

export type Processors = Named<'memory_limiter', MemoryLimiterProcessor> &
  Named<'filter', FilterProcessor> &
  Named<'transform', TransformProcessor> &
  Named<'tail_sampling', TailSamplingProcessor> &
  Named<'probabilistic_sampler', ProbabilisticSamplerProcessor> &
  Named<'batch', BatchProcessor>;

export type Exporters = Named<'otlp_http', OtlpHttpExporter> &
  Named<'kafka', KafkaExporter> &
  Named<'load_balancing', LoadBalancingExporter> &
  Named<'clickhouse', ClickHouseExporter>;

export type Connectors = Named<'failover', FailoverConnector> &
  Named<'forward', Readonly<Record<string, never>>> &
  Named<'span_metrics', SpanMetricsConnector> &
  Named<'service_graph', ServiceGraphConnector>;

export type Extensions = Named<'health_check', { readonly endpoint: string }> &
  Named<'bearertokenauth', { readonly scheme: 'Bearer'; readonly tokens: readonly string[] }> &
  Named<'file_storage', FileStorageExtension>;

export interface FailoverConnector {
  /** Off: on, it acknowledges before anything was delivered. */
  readonly sending_queue: { readonly enabled: false };
  readonly priority_levels: readonly (readonly PipelineId[])[];
  readonly retry_interval: GoDuration;
}

export interface SpanMetricsConnector {
  readonly histogram: {
    readonly unit: 'ms' | 's';
    readonly explicit: { readonly buckets: readonly GoDuration[] };
  };
  readonly dimensions: readonly { readonly name: string }[];
  readonly resource_metrics_key_attributes: readonly string[];
  readonly metrics_flush_interval: GoDuration;
  readonly metrics_expiration: GoDuration;
  readonly aggregation_cardinality_limit: number;
}

export interface ServiceGraphConnector {
  readonly latency_histogram_buckets: readonly GoDuration[];
  readonly store: { readonly ttl: GoDuration; readonly max_items: number };
  readonly metrics_flush_interval: GoDuration;
}

export interface FileStorageExtension {
  readonly directory: string;
  readonly create_directory: true;
  /** Each item is on the disk before it is acknowledged. */
  readonly fsync: true;
}

export interface Pipeline {
  readonly receivers: readonly (ReceiverId | ConnectorId)[];
  readonly processors?: readonly ProcessorId[];
  readonly exporters: readonly (ExporterId | ConnectorId)[];
}

export type Pipelines = Readonly<Partial<Record<PipelineId, Pipeline>>>;

export interface CollectorConfig {
  readonly extensions: Extensions;
  readonly receivers: Receivers;
  readonly processors: Processors;
  readonly exporters: Exporters;
  readonly connectors?: Connectors;
  readonly service: {
    readonly extensions: readonly ExtensionId[];
    readonly telemetry: {
      readonly logs: { readonly level: 'info'; readonly encoding: 'json' };
      readonly metrics: {
        readonly level: 'normal';
        readonly readers: readonly [
          {
            readonly pull: {
              readonly exporter: { readonly prometheus: { readonly host: string; readonly port: number } };
            };
          },
        ];
      };
    };
    readonly pipelines: Pipelines;
  };
}

/** One entry whose id is put together, e.g. from a signal: an object literal would widen its key to any string. */
export function named<K extends string, V>(id: K, value: V): Readonly<Partial<Record<K, V>>> {
  return { [id]: value } as Partial<Record<K, V>>;
}

export function merged<T extends object>(parts: readonly T[]): T {
  return Object.assign({}, ...parts) as T;
}

export function pipeline(id: PipelineId, value: Pipeline): Pipelines {
  return named(id, value);
}
