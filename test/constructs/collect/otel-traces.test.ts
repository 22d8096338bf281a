import { Duration, Size } from 'cdk8s';
import { parse } from 'yaml';
import type { Telemetry } from '../../../constructs/core/endpoint';
import { manifest, problemsOf, testPlatform } from '../core/fixture';
import {
  DISK_QUEUE,
  Surroundings,
  WORKLOAD,
  configText,
  loadBalancer,
  traceProcessor,
} from './pipeline-fixture';

interface Config {
  readonly receivers: object;
  readonly processors: Record<string, object>;
  readonly exporters: Record<string, Record<string, unknown>>;
  readonly connectors: Record<string, object>;
  readonly service: { readonly pipelines: Record<string, object> };
}

const RETRY_FOREVER = {
  enabled: true,
  initial_interval: '1s',
  max_interval: '30s',
  max_elapsed_time: '0s',
};

describe('load balancer', () => {
  test('routes by trace to the pods of the headless Service, and waits for each of them', () => {
    const config = parse(configText(loadBalancer(testPlatform()))) as Config;
    expect(config.exporters).toEqual({
      load_balancing: {
        routing_key: 'traceID',
        protocol: {
          otlp: {
            timeout: '4s',
            tls: { insecure: true },
            sending_queue: { enabled: false },
            retry_on_failure: { enabled: false },
          },
        },
        resolver: {
          dns: {
            hostname: 'otel-trace-processor-headless.hyperion-pipeline.svc.cluster.local',
            port: '4317',
            interval: '5s',
            timeout: '1s',
          },
        },
      },
    });
    expect(config.service.pipelines).toEqual({
      traces: { receivers: ['otlp'], processors: ['memory_limiter'], exporters: ['load_balancing'] },
    });
  });

  test('connects synchronously, with the load of all spans', () => {
    const platform = testPlatform();
    const balancer = loadBalancer(platform);
    const connection = platform.graph.connections.find(({ from }) => from.id === balancer.node.id);
    expect(connection?.to.id).toBe('otel-trace-processor/otlp-grpc');
    expect(connection?.delivery).toEqual({ kind: 'synchronous' });
    expect(connection?.load).toEqual({ eventsPerSecond: 30_000, bytesPerSecond: 15_000_000 });
  });

  test('a name that resolves to one address is refused', () => {
    const platform = testPlatform();
    const processor = traceProcessor(platform);
    const owner = processor.otlp.owner as unknown as {
      listen: (props: object) => Parameters<typeof loadBalancer>[1];
    };
    const service = owner.listen({
      name: 'other',
      port: 4319,
      protocol: 'otlp-grpc',
      signals: ['traces'] satisfies Telemetry[],
      access: 'write',
    });
    loadBalancer(platform, service);
    expect(problemsOf(platform))
      .toContain(`test/otel-trace-lb: to = "otel-trace-processor.hyperion-pipeline.svc.cluster.local"
  rule:   the load balancer chooses among pods, so it needs a name that resolves to each of them
  remedy: give it an endpoint with via: 'headless'`);
  });
});

describe('trace processor', () => {
  test('all spans to one store, sampled ones to the other, metrics of all of them', () => {
    const config = parse(configText(traceProcessor(testPlatform()))) as Config;
    expect(config.receivers).toEqual({
      otlp: { protocols: { grpc: { endpoint: '${env:POD_IP}:4317', max_recv_msg_size_mib: 32 } } },
    });
    expect(config.service.pipelines).toEqual({
      traces: {
        receivers: ['otlp'],
        processors: ['memory_limiter'],
        exporters: ['clickhouse', 'span_metrics', 'service_graph', 'forward/sampling'],
      },
      'traces/sampled': {
        receivers: ['forward/sampling'],
        processors: ['tail_sampling'],
        exporters: ['otlp_http/tempo'],
      },
      'metrics/of-spans': {
        receivers: ['span_metrics', 'service_graph'],
        processors: ['transform/instance'],
        exporters: ['otlp_http/span-metrics'],
      },
    });
  });

  test('keeps errors, slow traces and a base rate, and waits instead of dropping the oldest', () => {
    const config = parse(configText(traceProcessor(testPlatform(), { replicas: 3 }))) as Config;
    // 30,000 spans/s ÷ 3 processors ÷ 10 spans × 10 s × 2 for bursts.
    expect(config.processors.tail_sampling).toEqual({
      decision_wait: '10s',
      num_traces: 20_000,
      expected_new_traces_per_sec: 1000,
      block_on_overflow: true,
      decision_cache: { sampled_cache_size: 200_000, non_sampled_cache_size: 200_000 },
      policies: [
        { name: 'errors', type: 'status_code', status_code: { status_codes: ['ERROR'] } },
        { name: 'slow', type: 'latency', latency: { threshold_ms: 2000 } },
        { name: 'base-rate', type: 'probabilistic', probabilistic: { sampling_percentage: 10 } },
      ],
    });
  });

  test('both stores have a queue on the disk; behind tail sampling a full one makes it wait', () => {
    const config = parse(configText(traceProcessor(testPlatform()))) as Config;
    expect(config.exporters.clickhouse).toEqual({
      endpoint: 'clickhouse://stores.hyperion-store.svc.cluster.local:9000',
      username: 'otel',
      password: '${env:CLICKHOUSE_PASSWORD}',
      database: 'telemetry',
      traces_table_name: 'otel_traces',
      create_schema: false,
      async_insert: false,
      timeout: '30s',
      sending_queue: {
        enabled: true,
        storage: 'file_storage/queue',
        sizer: 'bytes',
        queue_size: 7_516_192_768,
        block_on_overflow: false,
        batch: { flush_timeout: '5s', sizer: 'items', min_size: 5000, max_size: 50_000 },
      },
      retry_on_failure: RETRY_FOREVER,
    });
    expect(config.exporters['otlp_http/tempo']).toEqual({
      endpoint: 'http://stores.hyperion-store.svc.cluster.local:4318',
      compression: 'gzip',
      timeout: '30s',
      max_idle_conns_per_host: 100,
      sending_queue: {
        enabled: true,
        storage: 'file_storage/queue',
        sizer: 'bytes',
        queue_size: 7_516_192_768,
        block_on_overflow: true,
        batch: { flush_timeout: '1s', sizer: 'bytes', min_size: 1_000_000, max_size: 4_000_000 },
      },
      retry_on_failure: RETRY_FOREVER,
    });
  });

  test('span metrics and service graph, told apart by the processor that counted', () => {
    const config = parse(
      configText(traceProcessor(testPlatform(), { replicas: 3, dimensions: ['http.route'] })),
    ) as Config;
    const buckets = ['5ms', '10ms', '25ms', '50ms', '100ms', '250ms', '500ms', '1s', '2.5s', '5s', '10s'];
    expect(config.connectors.span_metrics).toEqual({
      histogram: { unit: 's', explicit: { buckets } },
      dimensions: [{ name: 'http.route' }],
      resource_metrics_key_attributes: ['service.name', 'service.namespace'],
      metrics_flush_interval: '30s',
      metrics_expiration: '15m',
      aggregation_cardinality_limit: 10_000,
    });
    expect(config.connectors.service_graph).toEqual({
      latency_histogram_buckets: buckets,
      store: { ttl: '10s', max_items: 100_000 },
      metrics_flush_interval: '30s',
    });
    expect(config.processors['transform/instance']).toEqual({
      error_mode: 'propagate',
      metric_statements: [
        {
          context: 'resource',
          statements: ['set(resource.attributes["collector.instance.id"], "${env:POD_NAME}")'],
        },
      ],
    });
  });

  test('redacts spans and their events each in their own context, before anything is made of them', () => {
    const config = parse(
      configText(traceProcessor(testPlatform(), { redact: { delete: ['user.email'], mask: [] } })),
    ) as Config;
    expect(config.processors['transform/redact']).toEqual({
      error_mode: 'propagate',
      trace_statements: ['resource', 'scope', 'span', 'spanevent'].map((context) => ({
        context,
        statements: [`delete_key(${context}.attributes, "user.email")`],
      })),
    });
    expect(config.service.pipelines.traces).toMatchObject({
      processors: ['memory_limiter', 'transform/redact'],
    });
  });

  test('without a store for sampled spans there is no tail sampling', () => {
    const platform = testPlatform();
    const to = Surroundings.of(platform).otlp('tempo-all', 4318, 'traces');
    const processor = traceProcessor(platform, { tempo: { to, spans: 'all' } });
    const config = parse(configText(processor)) as Config;
    expect(config.processors.tail_sampling).toBeUndefined();
    expect(Object.keys(config.service.pipelines)).toEqual(['traces', 'metrics/of-spans']);
    expect(platform.derivations.map(({ what }) => what)).not.toContain(
      'sampled spans that the death of a trace processor loses',
    );
  });

  test('says what the death of a processor loses', () => {
    const platform = testPlatform();
    traceProcessor(platform);
    expect(platform.derivations).toContainEqual({
      component: 'otel-trace-processor',
      what: 'sampled spans that the death of a trace processor loses',
      value: 'those of its last 10 s',
      from: 'tail sampling answers at once and decides after decisionWait, in memory',
    });
  });

  test('its connections carry what the stores get', () => {
    const platform = testPlatform();
    traceProcessor(platform, { replicas: 3 });
    expect(
      platform.graph.connections.map(({ to, delivery, load, credential }) => ({
        to: to.id,
        kind: delivery.kind,
        eventsPerSecond: Math.round(load?.eventsPerSecond ?? 0),
        credential: credential?.kind,
      })),
    ).toEqual([
      // The base rate of 10 % and 5 % for errors and slow ones.
      { to: 'stores/tempo', kind: 'disk-queue', eventsPerSecond: 4500, credential: undefined },
      { to: 'stores/clickhouse', kind: 'disk-queue', eventsPerSecond: 30_000, credential: 'password' },
      // 10,000 series each, twice a minute.
      { to: 'stores/vminsert', kind: 'disk-queue', eventsPerSecond: 1000, credential: undefined },
    ]);
  });

  test('the volume holds a queue for each trace store and a tenth of one for metrics', () => {
    const platform = testPlatform();
    traceProcessor(platform);
    expect(manifest(platform, 'StatefulSet', 'otel-trace-processor').spec).toMatchObject({
      volumeClaimTemplates: [{ spec: { resources: { requests: { storage: '22Gi' } } } }],
    });
  });

  test('memory grows with what waits for a decision', () => {
    const platform = testPlatform();
    const workload = { ...WORKLOAD, traces: { perSecond: 150_000, bytesEach: 1000 } };
    traceProcessor(platform, { workload, replicas: 1 });
    const { template } = manifest(platform, 'StatefulSet', 'otel-trace-processor').spec as {
      template: { spec: { containers: { resources: object }[] } };
    };
    expect(template.spec.containers[0]?.resources).toMatchObject({ limits: { memory: '8584Mi' } });
    expect(platform.derivations).toContainEqual({
      component: 'otel-trace-processor',
      what: 'memory',
      value: '8584Mi',
      from: '143.1 MiB/s × 10 s × 3 in memory ÷ 0.5',
    });
  });

  describe('mistakes', () => {
    function problems(change: Parameters<typeof traceProcessor>[1]): string {
      const platform = testPlatform();
      traceProcessor(platform, change);
      return problemsOf(platform);
    }
    const sampling = { slowerThan: Duration.seconds(2), baseRatePercent: 10 };

    test.each([-1, 101])('a base rate of %d percent', (baseRatePercent) => {
      expect(problems({ sampling: { ...sampling, baseRatePercent } }))
        .toContain(`test/otel-trace-processor: sampling.baseRatePercent = ${baseRatePercent}
  rule:   a share of traces lies between 0 and 100 percent
  remedy: give a value in that range`);
    });

    test('everything is slow', () => {
      expect(problems({ sampling: { ...sampling, slowerThan: Duration.millis(0) } })).toContain(
        'rule:   every trace takes longer than nothing, so every trace would be kept as slow',
      );
    });

    test('too little memory for what waits', () => {
      const workload = { ...WORKLOAD, traces: { perSecond: 150_000, bytesEach: 1000 } };
      const resources = { cpuMillis: 2000, memory: Size.gibibytes(4) };
      expect(problems({ workload, resources, replicas: 1 }))
        .toContain(`test/otel-trace-processor: resources.memory = "4Gi"
  rule:   spans wait in memory for their decision: 143.1 MiB/s × 10 s × 3 in memory ÷ 0.5 = 8584Mi
  remedy: give it that much, use more replicas, or decide sooner`);
    });

    test('a volume for one queue where there are three', () => {
      expect(problems({ queue: { ...DISK_QUEUE, volume: Size.gibibytes(10) } })).toContain(
        'rule:   the queues of a replica fit on its volume: (7Gi + 7Gi + 717Mi) ÷ 0.7 = 22Gi',
      );
    });
  });
});
