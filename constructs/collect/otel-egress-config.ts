/**
 * The egress collector's configuration: one pipeline a consumer, each behind its own queue.
 */
import type { Endpoint, Telemetry } from '../core/endpoint';
import { BEST_EFFORT_BATCH, BEST_EFFORT_RETRY, bestEffortQueue } from './otel/best-effort';
import { collectorConfig } from './otel/collector';
import { merged, named, pipeline, type CollectorConfig, type ProcessorId } from './otel/config';
import type { Exporters, Pipelines, Processors } from './otel/config';
import { consumerFilter, type LogFilter } from './otel/consumer-filter';
import { otlpHttpReceiver } from './otel/hops';
import { kafkaExporter, type KafkaAccess } from './otel/kafka';
import { isRedacting, redactionProcessor, transform, type Redaction } from './otel/redaction';
import type { ProbabilisticSamplerProcessor, TransformProcessor } from './otel/processors';

export interface EgressConsumerConfig {
  readonly name: string;
  readonly signal: Telemetry;
  readonly topic: Endpoint<never, 'kafka'>;
  readonly kafka: KafkaAccess;
  readonly filter: LogFilter;
  readonly samplingPercent?: number;
  readonly redact: Redaction;
}

/** Carries the randomness of a log record that belongs to no trace, from one processor to the next. */
const SAMPLING_KEY = 'hyperion.sampling.key';
/** The id of a log record that belongs to no trace. */
const NO_TRACE = `0x${'0'.repeat(32)}`;
/**
 * Not the SDKs' or the trace processors' hash: with the same one, sampling twice at 10 % would keep 10 %, not 1 %.
 */
const HASH_SEED = 15_485_863;

export function renderOtelEgress(consumers: readonly EgressConsumerConfig[]): CollectorConfig {
  const pieces = consumers.map(pieceOf);
  return collectorConfig({
    receivers: { otlp: otlpHttpReceiver },
    processors: {
      batch: BEST_EFFORT_BATCH,
      ...merged(pieces.map((piece) => piece.processors)),
    },
    exporters: merged(pieces.map((piece) => piece.exporters)),
    pipelines: merged(pieces.map((piece) => piece.pipelines)),
  });
}

function pieceOf(consumer: EgressConsumerConfig): {
  readonly processors: Processors;
  readonly exporters: Exporters;
  readonly pipelines: Pipelines;
} {
  const { name, signal } = consumer;
  const sampling = samplingOf(consumer);
  const redacts = isRedacting(consumer.redact);
  const order: ProcessorId[] = [
    `filter/${name}`,
    ...sampling.order,
    ...(redacts ? ([`transform/${name}-redact`] as const) : []),
    'batch',
  ];
  const exporter = kafkaExporter(signal, consumer.topic, consumer.kafka, {
    queue: bestEffortQueue({ flush_timeout: '1s', sizer: 'bytes', min_size: 0, max_size: 900_000 }),
    retry: BEST_EFFORT_RETRY,
    keyByTrace: signal === 'traces',
  });
  return {
    processors: {
      ...named(`filter/${name}`, consumerFilter(signal, consumer.filter)),
      ...sampling.processors,
      ...(redacts ? named(`transform/${name}-redact`, redactionProcessor(signal, consumer.redact)) : {}),
    },
    exporters: named(`kafka/${name}`, exporter),
    pipelines: pipeline(`${signal}/${name}`, {
      receivers: ['otlp'],
      processors: order,
      exporters: [`kafka/${name}`],
    }),
  };
}

/** By trace, so that a trace is whole or not there, and its log records with it; a record without one by chance. */
function samplingOf({ name, signal, samplingPercent }: EgressConsumerConfig): {
  readonly order: readonly ProcessorId[];
  readonly processors: Processors;
} {
  if (samplingPercent === undefined || samplingPercent >= 100) return { order: [], processors: {} };
  const sampler: ProbabilisticSamplerProcessor = {
    mode: 'hash_seed',
    hash_seed: HASH_SEED,
    sampling_percentage: samplingPercent,
    fail_closed: true,
    ...(signal === 'logs' ? { from_attribute: SAMPLING_KEY } : {}),
  };
  if (signal !== 'logs') {
    return {
      order: [`probabilistic_sampler/${name}`],
      processors: named(`probabilistic_sampler/${name}`, sampler),
    };
  }
  const key = `log.attributes["${SAMPLING_KEY}"]`;
  return {
    order: [`transform/${name}-key`, `probabilistic_sampler/${name}`, `transform/${name}-no-key`],
    processors: {
      ...named(
        `transform/${name}-key`,
        forEachLog(`set(${key}, UUID()) where log.trace_id == TraceID(${NO_TRACE})`),
      ),
      ...named(`probabilistic_sampler/${name}`, sampler),
      ...named(`transform/${name}-no-key`, forEachLog(`delete_key(log.attributes, "${SAMPLING_KEY}")`)),
    },
  };
}

function forEachLog(statement: string): TransformProcessor {
  return transform('logs', [{ context: 'log', statements: [statement] }]);
}
