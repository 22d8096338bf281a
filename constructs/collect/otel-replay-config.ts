/**
 * The replay collector's configuration.
 *
 * What tells a refusal for good from a processor that is away is the first level's exporter: it retries without end
 * whatever may pass, so only a permanent error gets out of it, and only that moves the failover to the dead letters.
 * The failover then stays there until its next probe, for all partitions; a millisecond is less than writing the dead
 * letter takes, so the next record is a probe again.
 */
import { TELEMETRY, type Telemetry } from '../core/endpoint';
import { collectorConfig } from './otel/collector';
import {
  merged,
  named,
  pipeline,
  type CollectorConfig,
  type Connectors,
  type Exporters,
  type FailoverConnector,
  type Pipelines,
  type Receivers,
} from './otel/config';
import { NO_QUEUE } from './otel/disk-queue';
import { otlpHttpExporter } from './otel/hops';
import { kafkaExporter, kafkaReceiver, type KafkaAccess } from './otel/kafka';
import type { Retry } from './otel/transports';
import type { ReplayRoutes } from './otel-replay';

export interface OtelReplayConfigProps {
  /** Also the beginning of the consumer groups' names: `<id>-logs`, … */
  readonly id: string;
  readonly routes: ReplayRoutes;
  readonly kafka: KafkaAccess;
}

/** So soon after its return a processor is found again. */
const RETRY: Retry = { enabled: true, initial_interval: '1s', max_interval: '5s', max_elapsed_time: '0s' };

export function renderOtelReplay(props: OtelReplayConfigProps): CollectorConfig {
  const pieces = TELEMETRY.map((signal) => replayOf(signal, props));
  return collectorConfig({
    receivers: merged(pieces.map((piece) => piece.receivers)),
    exporters: merged(pieces.map((piece) => piece.exporters)),
    connectors: merged(pieces.map((piece) => piece.connectors)),
    pipelines: merged(pieces.map((piece) => piece.pipelines)),
  });
}

function replayOf(
  signal: Telemetry,
  { id, routes, kafka }: OtelReplayConfigProps,
): { receivers: Receivers; exporters: Exporters; connectors: Connectors; pipelines: Pipelines } {
  const { topic, to, deadLetters } = routes[signal];
  const failover: FailoverConnector = {
    sending_queue: { enabled: false },
    priority_levels: [[`${signal}/processor`], [`${signal}/dead-letters`]],
    retry_interval: '1ms',
  };
  const processor = otlpHttpExporter(to, { timeout: '5s', compression: 'zstd', retry: RETRY });
  const dead = kafkaExporter(signal, deadLetters, kafka, {
    queue: NO_QUEUE,
    headers: { 'hyperion.signal': signal },
  });
  return {
    receivers: named(`kafka/${signal}`, kafkaReceiver(signal, topic, kafka, `${id}-${signal}`)),
    exporters: {
      ...named(`otlp_http/${signal}`, processor),
      ...named(`kafka/${signal}-dead-letters`, dead),
    },
    connectors: named(`failover/${signal}`, failover),
    pipelines: {
      ...pipeline(signal, { receivers: [`kafka/${signal}`], exporters: [`failover/${signal}`] }),
      ...pipeline(`${signal}/processor`, {
        receivers: [`failover/${signal}`],
        exporters: [`otlp_http/${signal}`],
      }),
      ...pipeline(`${signal}/dead-letters`, {
        receivers: [`failover/${signal}`],
        exporters: [`kafka/${signal}-dead-letters`],
      }),
    },
  };
}
