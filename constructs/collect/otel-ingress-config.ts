/**
 * The ingress collector's configuration: for each signal either a failover (processor, then Kafka) or Kafka alone.
 */
import type { Size } from 'cdk8s';
import { TELEMETRY, type Telemetry } from '../core/endpoint';
import { bytesOf } from '../core/quantity';
import { COLLECTOR_PORTS, POD_ADDRESS, collectorConfig } from './otel/collector';
import {
  merged,
  named,
  pipeline,
  type CollectorConfig,
  type Connectors,
  type Exporters,
  type FailoverConnector,
  type Pipelines,
  type ProcessorId,
} from './otel/config';
import { otlpHttpExporter } from './otel/hops';
import { kafkaExporter, type KafkaAccess } from './otel/kafka';
import { anyOf, ottlString } from './otel/ottl';
import type { FilterProcessor } from './otel/processors';
import type { OtlpReceiver } from './otel/transports';
import type { SignalRoutes } from './otel-ingress';

/** What may pass; everything else is dropped and counted in `otelcol_processor_filter_datapoints_filtered`. */
export interface MetricAllowList {
  readonly names: readonly string[];
  /** Literal beginnings of names. */
  readonly prefixes: readonly string[];
}

export interface OtelIngressConfigProps {
  /** Names of those whose token stands in `tokenVariable(name)`. */
  readonly tenants: readonly string[];
  readonly allowedMetrics: MetricAllowList;
  readonly routes: SignalRoutes;
  readonly kafka: KafkaAccess;
  readonly maxBody: Size;
}

const AUTHENTICATOR = 'bearertokenauth/tenants';
const ALLOW_LIST = 'filter/allowed-metrics';

/**
 * How often one live request probes the processor while Kafka takes the traffic, and how long a sender gets 503 after
 * both were away: short, as both are local.
 */
const RETRY_INTERVAL = '5s';

export function renderOtelIngress(props: OtelIngressConfigProps): CollectorConfig {
  const pieces = TELEMETRY.map((signal) => routeOf(signal, props));
  const connectors = merged(pieces.map((piece) => piece.connectors));
  return collectorConfig({
    receivers: { otlp: receiver(bytesOf(props.maxBody)) },
    processors: { [ALLOW_LIST]: allowList(props.allowedMetrics) },
    exporters: merged(pieces.map((piece) => piece.exporters)),
    ...(Object.keys(connectors).length === 0 ? {} : { connectors }),
    extensions: {
      [AUTHENTICATOR]: {
        scheme: 'Bearer',
        tokens: props.tenants.map((name) => `\${env:${tokenVariable(name)}}`),
      },
    },
    pipelines: merged(pieces.map((piece) => piece.pipelines)),
  });
}

interface Piece {
  readonly connectors: Connectors;
  readonly exporters: Exporters;
  readonly pipelines: Pipelines;
}

function routeOf(signal: Telemetry, props: OtelIngressConfigProps): Piece {
  const route = props.routes[signal];
  const processors: readonly ProcessorId[] = signal === 'metrics' ? [ALLOW_LIST] : [];
  const kafka = named(`kafka/${signal}`, kafkaExporter(signal, route.topic, props.kafka));
  if (route.mode === 'kafka-first') {
    return {
      connectors: {},
      exporters: kafka,
      pipelines: pipeline(signal, { receivers: ['otlp'], processors, exporters: [`kafka/${signal}`] }),
    };
  }
  const failover: FailoverConnector = {
    sending_queue: { enabled: false },
    priority_levels: [[`${signal}/processor`], [`${signal}/kafka`]],
    retry_interval: RETRY_INTERVAL,
  };
  const http = otlpHttpExporter(route.to, { timeout: '5s', compression: 'zstd' });
  return {
    connectors: named(`failover/${signal}`, failover),
    exporters: { ...named(`otlp_http/${signal}`, http), ...kafka },
    pipelines: {
      ...pipeline(signal, { receivers: ['otlp'], processors, exporters: [`failover/${signal}`] }),
      ...pipeline(`${signal}/processor`, {
        receivers: [`failover/${signal}`],
        exporters: [`otlp_http/${signal}`],
      }),
      ...pipeline(`${signal}/kafka`, { receivers: [`failover/${signal}`], exporters: [`kafka/${signal}`] }),
    },
  };
}

function receiver(maxBodyBytes: number): OtlpReceiver {
  const auth = { authenticator: AUTHENTICATOR } as const;
  return {
    protocols: {
      grpc: {
        endpoint: `${POD_ADDRESS}:${COLLECTOR_PORTS.grpc}`,
        max_recv_msg_size_mib: Math.ceil(maxBodyBytes / 1024 ** 2),
        auth,
      },
      http: {
        endpoint: `${POD_ADDRESS}:${COLLECTOR_PORTS.http}`,
        max_request_body_size: maxBodyBytes,
        auth,
      },
    },
  };
}

function allowList({ names, prefixes }: MetricAllowList): FilterProcessor {
  const allowed = [
    ...names.map((name) => `metric.name == ${ottlString(name)}`),
    ...prefixes.map((prefix) => `HasPrefix(metric.name, ${ottlString(prefix)})`),
  ];
  return { error_mode: 'propagate', metric_conditions: [`not (${anyOf(allowed)})`] };
}

export function tokenVariable(tenant: string): string {
  return `TENANT_TOKEN_${tenant.toUpperCase().replaceAll('-', '_')}`;
}
