/**
 * How Hyperion is wired: every connection that carries telemetry in normal operation, with what it carries.
 */
import type { HyperionProps } from '../../../constructs/systems/hyperion-props';
import { hyperion } from '../../../constructs/systems/hyperion';
import { complete } from '../../../constructs/core/complete';
import type { Platform } from '../../../constructs/core/platform';
import { HYPERION_DEV } from '../../../stacks/environments/hyperion-dev';
import { HYPERION_PROD } from '../../../stacks/environments/hyperion-prod';

function built(props: HyperionProps): Platform {
  const platform = hyperion(props);
  complete(platform);
  return platform;
}

function flows(platform: Platform): string[] {
  return platform.graph.connections
    .filter(({ load }) => load !== undefined)
    .map(
      ({ from, to, signals, delivery, load }) =>
        `${from.id} → ${to.id}: ${signals.join(', ')}, ${delivery.kind}, ${Math.round(load?.eventsPerSecond ?? 0)}/s`,
    )
    .sort();
}

test('what flows in development', () => {
  expect(flows(built(HYPERION_DEV))).toEqual([
    'otel-egress → kafka/clients#egress-checkpoint-logging: logs, memory-queue, 50/s',
    'otel-egress → kafka/clients#egress-poseidon: traces, memory-queue, 20/s',
    'otel-ingress → otel-logs/otlp-http: logs, synchronous, 1000/s',
    'otel-ingress → otel-metrics/otlp-http: metrics, synchronous, 2000/s',
    'otel-ingress → otel-trace-balancer/otlp-http: traces, synchronous, 1000/s',
    'otel-logs → loki/http: logs, disk-queue, 1000/s',
    'otel-logs → otel-egress/otlp-http: logs, memory-queue, 1000/s',
    'otel-metrics → victoria-metrics-insert/http: metrics, disk-queue, 2000/s',
    'otel-trace-balancer → otel-traces/otlp-grpc: traces, synchronous, 1000/s',
    'otel-traces → clickhouse/native: traces, disk-queue, 1000/s',
    'otel-traces → otel-egress/otlp-http: traces, memory-queue, 1000/s',
    'otel-traces → tempo/otlp-http: traces, disk-queue, 1000/s',
    'otel-traces → victoria-metrics-insert/http: metrics, disk-queue, 333/s',
    'vmagent → vmauth/http: metrics, disk-queue, 1200/s',
  ]);
});

test('kafka-first: the entry writes to Kafka alone, and the replay collector feeds the processor', () => {
  const platform = built({
    ...HYPERION_DEV,
    signalModes: { ...HYPERION_DEV.signalModes, logs: 'kafka-first' },
  });
  const logs = flows(platform).filter(
    (flow) => flow.includes('logs') && /otel-ingress|otel-replay/.test(flow),
  );
  expect(logs).toEqual([
    'otel-ingress → kafka/clients#failover-logs: logs, synchronous, 1000/s',
    'otel-replay → kafka/clients#failover-logs: logs, synchronous, 1000/s',
    'otel-replay → otel-logs/otlp-http: logs, synchronous, 1000/s',
  ]);
});

test('Strimzi takes the place of our own Kafka, and nobody else changes', () => {
  const ours = flows(built(HYPERION_DEV));
  const theirs = flows(
    built({
      ...HYPERION_DEV,
      kafka: { ...HYPERION_DEV.kafka, runBy: { kind: 'strimzi', operatorNamespace: 'strimzi' } },
    }),
  );
  const withoutKafka = (all: string[]): string[] => all.filter((flow) => !flow.includes('kafka'));
  expect(withoutKafka(theirs)).toEqual(withoutKafka(ours));
});

test('without consumers there is no egress collector', () => {
  const platform = built({ ...HYPERION_DEV, consumers: [] });
  expect(platform.components.map(({ node }) => node.id)).not.toContain('otel-egress');
});

test('production carries 400,000 events a second', () => {
  const { traces, logs, metrics } = HYPERION_PROD.workload;
  expect(traces.perSecond + logs.perSecond + metrics.perSecond).toBe(400_000);
});
