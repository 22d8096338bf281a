/**
 * The trace processor's configuration: one pipeline for all spans, one behind tail sampling, one for the metrics made
 * of spans.
 */
import type { Size } from 'cdk8s';
import type { AnyEndpoint } from '../core/endpoint';
import { bytesOf, mebibytesFor } from '../core/quantity';
import { EGRESS_FORWARD, egressCopy } from './otel/best-effort';
import { collectorConfig } from './otel/collector';
import type { CollectorConfig, ConnectorId, ExporterId, Exporters, ProcessorId } from './otel/config';
import { QUEUE_EXTENSION, RETRY_FOREVER, diskQueue, type DiskQueue } from './otel/disk-queue';
import { otlpGrpcReceiver, otlpHttpExporter } from './otel/hops';
import type { TailSamplingProcessor } from './otel/processors';
import { isRedacting, redactionProcessor, transform, type Redaction } from './otel/redaction';
import type { QueueBatch } from './otel/transports';

/** Which spans a store gets. */
export type SpanChoice = 'all' | 'sampled';

export interface OtelTraceProcessorConfigProps {
  readonly tempo: { readonly to: AnyEndpoint; readonly spans: SpanChoice };
  readonly clickhouse?: {
    readonly to: AnyEndpoint;
    readonly spans: SpanChoice;
    readonly user: string;
    readonly database: string;
    readonly table?: string;
  };
  readonly metricsStore: AnyEndpoint;
  readonly sampling: {
    readonly slowerThan: { toMilliseconds(): number };
    readonly baseRatePercent: number;
    readonly decisionWait: { toSeconds(): number };
    readonly spansPerTrace: number;
  };
  readonly queue: DiskQueue;
  readonly redact: Redaction;
  readonly dimensions?: readonly string[];
  readonly egress?: AnyEndpoint;
  /** Of one processor. */
  readonly spansPerSecond: number;
}

/** Variable with ClickHouse's password. */
export const CLICKHOUSE_PASSWORD = 'CLICKHOUSE_PASSWORD';

/** A Grafana step of a minute sees two values. */
export const METRICS_FLUSH_SECONDS = 30;
/** Series that one processor may make of spans: beyond it they are counted together, so that a bad label hurts nobody. */
export const DERIVED_SERIES = 10_000;
/** Traces come in bursts; with twice the average in memory none has to wait for room. */
const BURST = 2;
/** A quiet platform has bursts, too; a trace that waits takes some kilobytes. */
const LEAST_TRACES = 10_000;
/** The collector's own advice: decisions outlive the spans tenfold, for spans that come late (a replay). */
const DECISIONS_PER_TRACE = 10;
/** A client span waits so long for its server span; as long as a slow call. */
const EDGE_TTL_SECONDS = 10;

/** From 5 ms to 10 s in steps that roughly double, as Prometheus's clients have them. */
const BUCKETS = [
  '5ms',
  '10ms',
  '25ms',
  '50ms',
  '100ms',
  '250ms',
  '500ms',
  '1s',
  '2.5s',
  '5s',
  '10s',
] as const;

/** ClickHouse wants few large inserts: at least 5,000 rows, its own advice for clients. */
const CLICKHOUSE_BATCH: QueueBatch = {
  flush_timeout: '5s',
  sizer: 'items',
  min_size: 5000,
  max_size: 50_000,
};

const SAMPLING = 'forward/sampling';
const REDACT = 'transform/redact';

export function renderOtelTraceProcessor(props: OtelTraceProcessorConfigProps): CollectorConfig {
  const { redact, queue } = props;
  const copy = props.egress === undefined ? undefined : egressCopy('traces', props.egress);
  const sampled = storesOf(props, 'sampled');
  const samples = sampled.length > 0;
  const redactors: readonly ProcessorId[] = isRedacting(redact) ? [REDACT] : [];
  const all: readonly (ExporterId | ConnectorId)[] = [
    ...storesOf(props, 'all'),
    'span_metrics',
    'service_graph',
    ...(samples ? ([SAMPLING] as const) : []),
    ...(copy === undefined ? [] : ([EGRESS_FORWARD] as const)),
  ];
  return collectorConfig({
    receivers: { otlp: otlpGrpcReceiver },
    processors: {
      ...(isRedacting(redact) ? { [REDACT]: redactionProcessor('traces', redact) } : {}),
      ...(samples ? { tail_sampling: tailSampling(props) } : {}),
      // Each processor counts its own traces: without this their series of one edge would overwrite each other.
      'transform/instance': transform('metrics', [
        {
          context: 'resource',
          statements: ['set(resource.attributes["collector.instance.id"], "${env:POD_NAME}")'],
        },
      ]),
      ...copy?.processors,
    },
    exporters: {
      ...storeExporters(props),
      'otlp_http/span-metrics': otlpHttpExporter(props.metricsStore, {
        timeout: '30s',
        compression: 'gzip',
        queue: diskQueue(metricsQueueSize(queue)),
        retry: RETRY_FOREVER,
      }),
      ...copy?.exporters,
    },
    connectors: {
      ...(samples ? { [SAMPLING]: {} } : {}),
      span_metrics: {
        histogram: { unit: 's', explicit: { buckets: BUCKETS } },
        dimensions: (props.dimensions ?? []).map((name) => ({ name })),
        // A restarted pod of a service continues the service's series.
        resource_metrics_key_attributes: ['service.name', 'service.namespace'],
        metrics_flush_interval: `${METRICS_FLUSH_SECONDS}s`,
        metrics_expiration: '15m',
        aggregation_cardinality_limit: DERIVED_SERIES,
      },
      service_graph: {
        latency_histogram_buckets: BUCKETS,
        store: {
          ttl: `${EDGE_TTL_SECONDS}s`,
          max_items: Math.max(LEAST_TRACES, Math.ceil(props.spansPerSecond * EDGE_TTL_SECONDS)),
        },
        metrics_flush_interval: `${METRICS_FLUSH_SECONDS}s`,
      },
      ...copy?.connectors,
    },
    extensions: QUEUE_EXTENSION,
    pipelines: {
      traces: { receivers: ['otlp'], processors: redactors, exporters: all },
      ...(samples
        ? {
            'traces/sampled': {
              receivers: [SAMPLING],
              processors: ['tail_sampling'],
              exporters: sampled,
            },
          }
        : {}),
      'metrics/of-spans': {
        receivers: ['span_metrics', 'service_graph'],
        processors: ['transform/instance'],
        exporters: ['otlp_http/span-metrics'],
      },
      ...copy?.pipelines,
    },
  });
}

/** The metrics made of spans are a hundredth of the spans' bytes, so that a tenth of the room lasts longer. */
export function metricsQueueSize({ size }: DiskQueue): Size {
  return mebibytesFor(bytesOf(size) / 10);
}

function storesOf({ tempo, clickhouse }: OtelTraceProcessorConfigProps, spans: SpanChoice): ExporterId[] {
  return [
    ...(tempo.spans === spans ? (['otlp_http/tempo'] as const) : []),
    ...(clickhouse?.spans === spans ? (['clickhouse'] as const) : []),
  ];
}

/** Behind tail sampling a refusal would be swallowed, so a full queue makes it wait instead. */
function storeExporters({ tempo, clickhouse, queue }: OtelTraceProcessorConfigProps): Exporters {
  return {
    'otlp_http/tempo': otlpHttpExporter(tempo.to, {
      timeout: '30s',
      compression: 'gzip',
      queue: diskQueue(queue.size, { blockWhenFull: tempo.spans === 'sampled' }),
      retry: RETRY_FOREVER,
    }),
    ...(clickhouse === undefined
      ? {}
      : {
          clickhouse: {
            endpoint: clickhouse.to.url,
            username: clickhouse.user,
            password: `\${env:${CLICKHOUSE_PASSWORD}}`,
            database: clickhouse.database,
            traces_table_name: clickhouse.table ?? 'otel_traces',
            create_schema: false,
            // Batches are made here already, and an insert's answer has to mean that the rows are written.
            async_insert: false,
            timeout: '30s',
            sending_queue: diskQueue(queue.size, {
              batch: CLICKHOUSE_BATCH,
              blockWhenFull: clickhouse.spans === 'sampled',
            }),
            retry_on_failure: RETRY_FOREVER,
          },
        }),
  };
}

function tailSampling({ sampling, spansPerSecond }: OtelTraceProcessorConfigProps): TailSamplingProcessor {
  const tracesPerSecond = Math.ceil(spansPerSecond / sampling.spansPerTrace);
  const waitSeconds = sampling.decisionWait.toSeconds();
  const traces = Math.max(LEAST_TRACES, tracesPerSecond * waitSeconds * BURST);
  return {
    decision_wait: `${waitSeconds}s`,
    num_traces: traces,
    expected_new_traces_per_sec: tracesPerSecond,
    // Else the oldest trace is dropped undecided when there are more.
    block_on_overflow: true,
    decision_cache: {
      sampled_cache_size: traces * DECISIONS_PER_TRACE,
      non_sampled_cache_size: traces * DECISIONS_PER_TRACE,
    },
    policies: [
      { name: 'errors', type: 'status_code', status_code: { status_codes: ['ERROR'] } },
      {
        name: 'slow',
        type: 'latency',
        latency: { threshold_ms: sampling.slowerThan.toMilliseconds() },
      },
      {
        name: 'base-rate',
        type: 'probabilistic',
        probabilistic: { sampling_percentage: sampling.baseRatePercent },
      },
    ],
  };
}
