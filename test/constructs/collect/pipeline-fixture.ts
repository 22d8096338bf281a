/**
 * A telemetry pipeline for tests of collectors: a Kafka and stores that only have addresses, and every collector with
 * plain props, each of which a test may change.
 */
import { Duration, Size } from 'cdk8s';
import { OtelEgress, type EgressConsumer } from '../../../constructs/collect/otel-egress';
import { OtelIngress, type OtelIngressProps } from '../../../constructs/collect/otel-ingress';
import { OtelLogsProcessor } from '../../../constructs/collect/otel-logs-processor';
import { OtelMetricsProcessor } from '../../../constructs/collect/otel-metrics-processor';
import { OtelReplay } from '../../../constructs/collect/otel-replay';
import { OtelTraceLoadBalancer } from '../../../constructs/collect/otel-trace-load-balancer';
import {
  OtelTraceProcessor,
  type OtelTraceProcessorProps,
} from '../../../constructs/collect/otel-trace-processor';
import type { DiskQueue } from '../../../constructs/collect/otel/disk-queue';
import type { KafkaAccess } from '../../../constructs/collect/otel/kafka';
import type { Redaction } from '../../../constructs/collect/otel/redaction';
import type { SignalProcessorProps } from '../../../constructs/collect/signal-processor';
import { AuthScheme } from '../../../constructs/core/credential';
import type { DeclaredWorkload } from '../../../constructs/core/declared-workload';
import type { Endpoint, Telemetry } from '../../../constructs/core/endpoint';
import { External } from '../../../constructs/core/party';
import type { Platform } from '../../../constructs/core/platform';
import { SecretRef } from '../../../constructs/core/secrets';

export const WORKLOAD: DeclaredWorkload = {
  traces: { perSecond: 30_000, bytesEach: 500 },
  logs: { perSecond: 20_000, bytesEach: 400 },
  metrics: { perSecond: 40_000, bytesEach: 100 },
  activeSeries: 1_000_000,
};

export const NAMESPACE = { namespace: 'hyperion-pipeline' } as const;

export const NO_REDACTION: Redaction = { delete: [], mask: [] };

export const DISK_QUEUE: DiskQueue = { kind: 'disk', size: Size.gibibytes(7), storageClass: 'fast' };

const KAFKA_PASSWORD = SecretRef.named('kafka-otel-password');

export const KAFKA: KafkaAccess = {
  login: { name: 'otel', password: KAFKA_PASSWORD },
  issuer: { name: 'kafka-ca', kind: 'Issuer' },
};

/** What stands around the collectors. */
export class Surroundings {
  private static readonly known = new WeakMap<Platform, Surroundings>();

  /** One for each platform, whoever asks first. */
  public static of(platform: Platform): Surroundings {
    const known = Surroundings.known.get(platform) ?? new Surroundings(platform);
    Surroundings.known.set(platform, known);
    return known;
  }

  private readonly kafka: External;
  private readonly stores: External;

  private constructor(private readonly platform: Platform) {
    this.kafka = this.external('kafka', 'kafka.hyperion-pipeline.svc.cluster.local');
    this.stores = this.external('stores', 'stores.hyperion-store.svc.cluster.local');
  }

  public topic<T extends Telemetry>(
    name: string,
    signal: T,
    access: 'read' | 'write' = 'write',
    accepted: SecretRef = KAFKA_PASSWORD,
  ): Endpoint<T, 'kafka'> {
    return this.kafka.listen({
      name: access === 'write' ? 'clients' : 'consumers',
      port: 9093,
      protocol: 'kafka',
      signals: [signal],
      access,
      topic: name,
      tls: true,
      auth: AuthScheme.secret('sasl-plain', [accepted]),
      queue: { capacity: Size.gibibytes(100), retentionSeconds: 3600 },
    });
  }

  public otlp<T extends Telemetry>(
    name: string,
    port: number,
    signal: T,
    path = '',
  ): Endpoint<T, 'otlp-http'> {
    return this.stores.listen({
      name,
      port,
      protocol: 'otlp-http',
      signals: [signal],
      access: 'write',
      ...(path === '' ? {} : { path }),
    });
  }

  public clickhouse(): Endpoint<'traces', 'clickhouse-native'> {
    return this.stores.listen({
      name: 'clickhouse',
      port: 9000,
      protocol: 'clickhouse-native',
      signals: ['traces'],
      access: 'write',
      auth: AuthScheme.secret('password', [SecretRef.named('clickhouse-otel-password')]),
    });
  }

  /** Somebody outside who uses every endpoint that nobody in the test uses: scrapes it, or sends to it. */
  public useTheRest(): void {
    const { graph } = this.platform;
    const outside = this.external('outside', 'outside.example.com');
    const used = new Set(graph.connections.map((connection) => connection.to));
    for (const endpoint of graph.endpoints) {
      if (used.has(endpoint) || endpoint.access === 'control') continue;
      graph.addConnection({
        from: outside,
        to: endpoint,
        signals: endpoint.signals.slice(0, 1),
        delivery: { kind: 'synchronous' },
        credential: endpoint.auth.kind === 'none' ? undefined : { kind: 'forwarded' },
        load: undefined,
        purpose: 'test',
      });
    }
  }

  private external(id: string, host: string): External {
    return new External(this.platform, id, { description: id, cidrs: ['10.0.0.0/16'], host });
  }
}

export function ingressProps(around: Surroundings): OtelIngressProps {
  const failover = <T extends Telemetry>(signal: T, port: number) =>
    ({
      mode: 'failover',
      to: around.otlp(`${signal}-processor`, port, signal),
      topic: around.topic(`failover-${signal}`, signal),
    }) as const;
  return {
    ...NAMESPACE,
    tenants: [
      { name: 'shop', secret: SecretRef.named('tenant-shop-token') },
      { name: 'field-service', secret: SecretRef.named('tenant-field-service-token') },
    ],
    allowedMetrics: { names: ['up'], prefixes: ['http.server.', 'jvm.'] },
    routes: {
      logs: failover('logs', 4001),
      metrics: failover('metrics', 4002),
      traces: failover('traces', 4003),
    },
    kafka: KAFKA,
    workload: WORKLOAD,
  };
}

export function ingress(platform: Platform, change: Partial<OtelIngressProps> = {}): OtelIngress {
  return new OtelIngress(platform, 'otel-ingress', { ...ingressProps(Surroundings.of(platform)), ...change });
}

export function logsProcessor(
  platform: Platform,
  change: Partial<SignalProcessorProps<'logs'>> = {},
): OtelLogsProcessor {
  const around = Surroundings.of(platform);
  return new OtelLogsProcessor(platform, 'otel-logs-processor', {
    ...NAMESPACE,
    store: around.otlp('loki', 3100, 'logs', '/otlp'),
    queue: { kind: 'synchronous' },
    redact: NO_REDACTION,
    workload: WORKLOAD,
    ...change,
  });
}

export function metricsProcessor(
  platform: Platform,
  change: Partial<SignalProcessorProps<'metrics'>> = {},
): OtelMetricsProcessor {
  const around = Surroundings.of(platform);
  return new OtelMetricsProcessor(platform, 'otel-metrics-processor', {
    ...NAMESPACE,
    store: around.otlp('vminsert', 8480, 'metrics', '/insert/0/opentelemetry'),
    queue: DISK_QUEUE,
    redact: NO_REDACTION,
    workload: WORKLOAD,
    ...change,
  });
}

export function traceProcessor(
  platform: Platform,
  change: Partial<OtelTraceProcessorProps> = {},
): OtelTraceProcessor {
  const around = Surroundings.of(platform);
  return new OtelTraceProcessor(platform, 'otel-trace-processor', {
    ...NAMESPACE,
    tempo: { to: around.otlp('tempo', 4318, 'traces'), spans: 'sampled' },
    clickhouse: {
      to: around.clickhouse(),
      spans: 'all',
      user: 'otel',
      password: SecretRef.named('clickhouse-otel-password'),
      database: 'telemetry',
    },
    metricsStore: around.otlp('vminsert', 8480, 'metrics', '/insert/0/opentelemetry'),
    sampling: { slowerThan: Duration.seconds(2), baseRatePercent: 10 },
    queue: DISK_QUEUE,
    redact: NO_REDACTION,
    workload: WORKLOAD,
    ...change,
  });
}

export function loadBalancer(
  platform: Platform,
  to: Endpoint<'traces', 'otlp-grpc'> = traceProcessor(platform).otlp,
): OtelTraceLoadBalancer {
  return new OtelTraceLoadBalancer(platform, 'otel-trace-lb', { ...NAMESPACE, to, workload: WORKLOAD });
}

export function replay(platform: Platform, mode: 'failover' | 'kafka-first' = 'failover'): OtelReplay {
  const around = Surroundings.of(platform);
  const route = <T extends Telemetry>(signal: T, port: number) => ({
    mode,
    topic: around.topic(`failover-${signal}`, signal, 'read'),
    to: around.otlp(`${signal}-processor`, port, signal),
    deadLetters: around.topic('dead-letters', signal),
  });
  return new OtelReplay(platform, 'otel-replay', {
    ...NAMESPACE,
    routes: { logs: route('logs', 4001), metrics: route('metrics', 4002), traces: route('traces', 4003) },
    kafka: KAFKA,
    workload: WORKLOAD,
  });
}

export function consumers(around: Surroundings): readonly EgressConsumer[] {
  const access = (name: string): KafkaAccess => ({
    login: { name, password: SecretRef.named(`kafka-${name}-password`) },
    issuer: KAFKA.issuer,
  });
  const topic = <T extends Telemetry>(name: string, signal: T) =>
    around.topic(`egress-${name}`, signal, 'write', SecretRef.named(`kafka-egress-${name}-password`));
  return [
    {
      name: 'checkpoint-logging',
      signal: 'logs',
      topic: topic('checkpoint-logging', 'logs'),
      kafka: access('egress-checkpoint-logging'),
      filter: { services: ['gateway', 'sign-in'], severityAtLeast: 'WARN' },
      samplingPercent: 25,
      load: { eventsPerSecond: 10, bytesPerSecond: 5000 },
      redact: { delete: ['user.email'], mask: ['client.address'] },
    },
    {
      name: 'poseidon',
      signal: 'traces',
      topic: topic('poseidon', 'traces'),
      kafka: access('egress-poseidon'),
      filter: { attributes: { brand: 'poseidon' } },
      samplingPercent: 10,
      load: { eventsPerSecond: 20, bytesPerSecond: 9000 },
      redact: NO_REDACTION,
    },
    {
      name: 'poseidon-metrics',
      signal: 'metrics',
      topic: topic('poseidon-metrics', 'metrics'),
      kafka: access('egress-poseidon-metrics'),
      filter: { resourceAttributes: { 'deployment.environment.name': 'production' } },
      load: { eventsPerSecond: 30, bytesPerSecond: 3000 },
      redact: NO_REDACTION,
    },
  ];
}

export function egress(
  platform: Platform,
  change: (consumers: readonly EgressConsumer[]) => readonly EgressConsumer[] = (those) => those,
): OtelEgress {
  return new OtelEgress(platform, 'otel-egress', {
    ...NAMESPACE,
    consumers: change(consumers(Surroundings.of(platform))),
    workload: WORKLOAD,
  });
}

/** The text of the only file of a collector, as it is mounted. */
export function configText(component: {
  readonly configs: readonly { readonly files: readonly { readonly text: string }[] }[];
}): string {
  const text = component.configs[0]?.files[0]?.text;
  if (text === undefined) throw new Error('the component has no configuration file');
  return text;
}
