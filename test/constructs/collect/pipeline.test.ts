/**
 * The collectors together: what the flow graph says about an outage, and what it may not count on.
 */
import { Duration, Size } from 'cdk8s';
import { parse } from 'yaml';
import type { Component } from '../../../constructs/core/component';
import { complete } from '../../../constructs/core/complete';
import { connectionName } from '../../../constructs/core/flow-graph';
import { coverOf, isExposed } from '../../../constructs/core/outage-budget';
import type { Platform } from '../../../constructs/core/platform';
import { problemsOf, testPlatform } from '../core/fixture';
import {
  DISK_QUEUE,
  Surroundings,
  configText,
  egress,
  ingress,
  ingressProps,
  loadBalancer,
  logsProcessor,
  metricsProcessor,
  replay,
  traceProcessor,
} from './pipeline-fixture';

function pipeline(platform: Platform): readonly Component[] {
  const around = Surroundings.of(platform);
  const external = egress(platform);
  const logs = logsProcessor(platform, { queue: DISK_QUEUE, egress: external.otlp });
  const metrics = metricsProcessor(platform, { egress: external.otlp });
  const traces = traceProcessor(platform, { egress: external.otlp });
  const balancer = loadBalancer(platform, traces.otlp);
  const { routes } = ingressProps(around);
  const entry = ingress(platform, {
    routes: {
      logs: { ...routes.logs, mode: 'failover', to: logs.otlp },
      metrics: { ...routes.metrics, mode: 'failover', to: metrics.otlp },
      traces: { ...routes.traces, mode: 'failover', to: balancer.otlp },
    },
  });
  return [external, logs, metrics, traces, balancer, entry, replay(platform)];
}

test('survives an outage of any processor: the topics cover what the ingress cannot deliver', () => {
  const platform = testPlatform({ survivesOutage: Duration.minutes(55) });
  pipeline(platform);
  Surroundings.of(platform).useTheRest();
  complete(platform);
  const toProcessor = platform.graph.connections.find(
    (connection) => connectionName(connection) === 'otel-trace-lb → otel-trace-processor/otlp-grpc',
  );
  if (toProcessor === undefined) throw new Error('no such connection');
  // The balancer keeps nothing; what its refusal sends to the topic is kept for an hour.
  expect(coverOf(platform.graph, toProcessor)).toEqual({
    seconds: 3600,
    terms: [
      'kafka/clients#failover-traces: kept for 60 min',
      'otel-ingress: nothing waits before it; its senders are refused and retry',
    ],
  });
});

test('an outage longer than the topics keep is reported', () => {
  const platform = testPlatform({ survivesOutage: Duration.hours(2) });
  pipeline(platform);
  Surroundings.of(platform).useTheRest();
  expect(problemsOf(platform)).toContain(
    'delivery to otel-trace-processor/otlp-grpc (traces) = "survives 60 min: kafka/clients#failover-traces: kept for 60 min',
  );
});

test('copies for external consumers are no part of the guarantee', () => {
  const platform = testPlatform();
  pipeline(platform);
  const copies = platform.graph.connections.filter(({ to }) => to.owner.id === 'otel-egress');
  expect(copies.map(connectionName)).toEqual([
    'otel-logs-processor → otel-egress/otlp-http',
    'otel-metrics-processor → otel-egress/otlp-http',
    'otel-trace-processor → otel-egress/otlp-http',
  ]);
  for (const copy of copies) {
    expect(copy.delivery).toEqual({ kind: 'memory-queue', size: Size.mebibytes(64), mayDrop: true });
    expect(copy.load?.bytesPerSecond).toBeGreaterThan(0);
    expect(isExposed(copy)).toBe(false);
  }
});

interface Pipelines {
  readonly receivers: object;
  readonly connectors?: object;
  readonly exporters: object;
  readonly processors: object;
  readonly service: {
    readonly pipelines: Record<string, { receivers: string[]; processors?: string[]; exporters: string[] }>;
  };
}

test('in every collector: what a pipeline names exists, what exists is used, and the memory limiter comes first', () => {
  for (const component of pipeline(testPlatform())) {
    const config = parse(configText(component)) as Pipelines;
    const pipelines = Object.values(config.service.pipelines);
    const connectors = Object.keys(config.connectors ?? {}).sort();
    const used = (pick: (pipeline: (typeof pipelines)[number]) => string[]): string[] =>
      [...new Set(pipelines.flatMap(pick))].sort();
    const isConnector = (id: string): boolean => connectors.includes(id);
    expect(used(({ receivers }) => receivers.filter(isConnector))).toEqual(connectors);
    expect(used(({ exporters }) => exporters.filter(isConnector))).toEqual(connectors);
    expect(used(({ receivers }) => receivers.filter((id) => !isConnector(id)))).toEqual(
      Object.keys(config.receivers).sort(),
    );
    expect(used(({ exporters }) => exporters.filter((id) => !isConnector(id)))).toEqual(
      Object.keys(config.exporters).sort(),
    );
    expect(used(({ processors }) => processors ?? [])).toEqual(Object.keys(config.processors).sort());
    for (const { receivers, processors } of pipelines) {
      const fromOutside = receivers.some((id) => !isConnector(id));
      expect(processors?.[0] === 'memory_limiter').toBe(fromOutside);
    }
  }
});

test('no batch processor, which swallows errors, but where data may be dropped', () => {
  for (const component of pipeline(testPlatform())) {
    const config = parse(configText(component)) as Pipelines;
    const batching = Object.entries(config.service.pipelines)
      .filter(([, { processors }]) => (processors ?? []).some((id) => id.startsWith('batch')))
      .map(([id]) => id);
    const mayDrop = Object.keys(config.service.pipelines).filter(
      (id) => component.node.id === 'otel-egress' || id.endsWith('/egress'),
    );
    expect(batching).toEqual(mayDrop);
  }
});
