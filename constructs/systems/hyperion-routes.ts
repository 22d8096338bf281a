/**
 * Who comes in by which host, and which way a signal takes from the entry to its processor.
 */
import { Duration, Size } from 'cdk8s';
import type { KafkaBuffer } from '../buffer/kafka-buffer';
import type { OtelIngress, SignalRoute } from '../collect/otel-ingress';
import type { Endpoint, Telemetry } from '../core/endpoint';
import type { ApplicationGateway } from '../ingress/application-gateway';
import type { Route } from '../ingress/nginx-ingress';
import type { Grafana } from '../view/grafana';
import type { HyperionTopics } from './hyperion-topics';

/** The entry collector takes 8 MiB; a byte more would only be refused one hop later. */
const OTLP_BODY = Size.mebibytes(8);
/**
 * The entry answers within 10 s while one way is open. When processor and Kafka are both away, requests wait in its Kafka
 * client (ADR 14), and this ends them.
 */
const OTLP_TIMEOUT = Duration.seconds(30);
/** Each sender's address: a collector agent sends a few batches a second, a shared gateway some hundred. */
const OTLP_REQUESTS_PER_SECOND = 1000;

export function hyperionRoutes(
  host: (name: string) => string,
  gateway: ApplicationGateway,
  ingress: OtelIngress,
  grafana: Grafana,
): Route[] {
  const otlp = {
    signals: ['logs', 'metrics', 'traces'],
    maxBody: OTLP_BODY,
    timeout: OTLP_TIMEOUT,
    requestsPerSecond: OTLP_REQUESTS_PER_SECOND,
  } as const;
  return [
    { name: 'otlp-http', host: host('otlp'), to: ingress.otlpHttp, from: gateway.web, ...otlp },
    ...(gateway.grpcSenders === undefined
      ? []
      : [
          {
            name: 'otlp-grpc',
            host: host('otlp-grpc'),
            to: ingress.otlpGrpc,
            from: gateway.grpcSenders,
            ...otlp,
          },
        ]),
    {
      name: 'grafana',
      host: host('grafana'),
      to: grafana.web,
      from: gateway.web,
      signals: ['web'],
      maxBody: Size.mebibytes(10),
      timeout: Duration.seconds(60),
      requestsPerSecond: 100,
    },
  ];
}

export function signalRoute<T extends Telemetry>(
  mode: 'failover' | 'kafka-first',
  to: Endpoint<T, 'otlp-http'>,
  topic: Endpoint<T, 'kafka'>,
): SignalRoute<T> {
  return mode === 'failover' ? { mode, to, topic } : { mode, topic };
}

export function replayTopics<T extends Telemetry>(
  signal: T,
  topics: HyperionTopics,
  kafka: KafkaBuffer,
): { topic: Endpoint<T, 'kafka'>; deadLetters: Endpoint<T, 'kafka'> } {
  return {
    topic: kafka.readFrom<T>(topics.failover[signal]),
    deadLetters: kafka.writeTo<T>(topics.deadLetters[signal]),
  };
}
