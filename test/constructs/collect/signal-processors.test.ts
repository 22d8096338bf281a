import { Duration, Size } from 'cdk8s';
import { parse } from 'yaml';
import { complete } from '../../../constructs/core/complete';
import { connectionName } from '../../../constructs/core/flow-graph';
import { manifest, problemsOf, testPlatform } from '../core/fixture';
import { DISK_QUEUE, Surroundings, configText, logsProcessor, metricsProcessor } from './pipeline-fixture';

interface Config {
  readonly extensions: object;
  readonly receivers: object;
  readonly processors: Record<string, object>;
  readonly exporters: Record<string, object>;
  readonly connectors?: object;
  readonly service: { readonly extensions: string[]; readonly pipelines: Record<string, object> };
}

test('synchronous: the store answers before the sender does, and before the sender gives up', () => {
  const config = parse(configText(logsProcessor(testPlatform()))) as Config;
  expect(config.receivers).toEqual({
    otlp: { protocols: { http: { endpoint: '${env:POD_IP}:4318', max_request_body_size: 33_554_432 } } },
  });
  expect(config.exporters).toEqual({
    'otlp_http/store': {
      endpoint: 'http://stores.hyperion-store.svc.cluster.local:3100/otlp',
      compression: 'gzip',
      timeout: '4s',
      max_idle_conns_per_host: 100,
      sending_queue: { enabled: false },
      retry_on_failure: { enabled: false },
    },
  });
  expect(config.service.pipelines).toEqual({
    logs: { receivers: ['otlp'], processors: ['memory_limiter'], exporters: ['otlp_http/store'] },
  });
  expect(config.service.extensions).toEqual(['health_check']);
});

test('disk: acknowledged once it is on the volume, kept until the store is back, batched behind the queue', () => {
  const config = parse(configText(metricsProcessor(testPlatform()))) as Config;
  expect(config.extensions).toEqual({
    health_check: { endpoint: '${env:POD_IP}:13133' },
    'file_storage/queue': { directory: '/var/lib/otelcol/queue', create_directory: true, fsync: true },
  });
  expect(config.service.extensions).toEqual(['health_check', 'file_storage/queue']);
  expect(config.exporters['otlp_http/store']).toEqual({
    endpoint: 'http://stores.hyperion-store.svc.cluster.local:8480/insert/0/opentelemetry',
    compression: 'gzip',
    timeout: '30s',
    max_idle_conns_per_host: 100,
    sending_queue: {
      enabled: true,
      storage: 'file_storage/queue',
      sizer: 'bytes',
      queue_size: 7_516_192_768,
      block_on_overflow: false,
      batch: { flush_timeout: '1s', sizer: 'bytes', min_size: 1_000_000, max_size: 4_000_000 },
    },
    retry_on_failure: {
      enabled: true,
      initial_interval: '1s',
      max_interval: '30s',
      max_elapsed_time: '0s',
    },
  });
  expect(config.processors.batch).toBeUndefined();
});

test('a disk queue makes a StatefulSet with a volume that holds it, and its delivery says how much', () => {
  const platform = testPlatform({ tier: 'prod', zones: 3 });
  metricsProcessor(platform);
  // 7 GiB ÷ 0.7: the database needs room to move.
  expect(manifest(platform, 'StatefulSet', 'otel-metrics-processor').spec).toMatchObject({
    replicas: 2,
    volumeClaimTemplates: [
      {
        metadata: { name: 'queue' },
        spec: { storageClassName: 'fast', resources: { requests: { storage: '10Gi' } } },
      },
    ],
  });
  const [connection] = platform.graph.connections;
  expect(connection?.delivery).toEqual({
    kind: 'disk-queue',
    size: DISK_QUEUE.size,
    replicas: 2,
    whenFull: 'refuses',
  });
  expect(connection?.load).toEqual({ eventsPerSecond: 40_000, bytesPerSecond: 4_000_000 });
});

test('synchronous makes a Deployment that scales', () => {
  const platform = testPlatform({ tier: 'prod', zones: 3 });
  logsProcessor(platform);
  expect(manifest(platform, 'HorizontalPodAutoscaler', 'otel-logs-processor').spec).toMatchObject({
    minReplicas: 2,
    maxReplicas: 4,
    scaleTargetRef: { kind: 'Deployment' },
  });
});

test('redaction runs in each context by itself, and in structured bodies', () => {
  const config = parse(
    configText(
      logsProcessor(testPlatform(), { redact: { delete: ['user.email'], mask: ['client.address'] } }),
    ),
  ) as Config;
  const of = (map: string): string[] => [
    `delete_key(${map}, "user.email")`,
    `set(${map}["client.address"], "****") where ${map}["client.address"] != nil`,
  ];
  expect(config.processors['transform/redact']).toEqual({
    error_mode: 'propagate',
    log_statements: [
      { context: 'resource', statements: of('resource.attributes') },
      { context: 'scope', statements: of('scope.attributes') },
      {
        context: 'log',
        statements: [
          ...of('log.attributes'),
          'delete_key(log.body, "user.email") where IsMap(log.body)',
          'set(log.body["client.address"], "****") where IsMap(log.body) and log.body["client.address"] != nil',
        ],
      },
    ],
  });
  expect(config.service.pipelines.logs).toEqual({
    receivers: ['otlp'],
    processors: ['memory_limiter', 'transform/redact'],
    exporters: ['otlp_http/store'],
  });
});

test('a key with a dollar sign is not taken for a variable', () => {
  const text = configText(metricsProcessor(testPlatform(), { redact: { delete: ['price$'], mask: [] } }));
  expect(text).toContain('delete_key(datapoint.attributes, "price$$")');
});

test('the copy for external consumers never holds up the store: in memory, dropped when full, errors swallowed', () => {
  const platform = testPlatform();
  const egress = Surroundings.of(platform).otlp('egress', 4318, 'logs');
  const config = parse(configText(logsProcessor(platform, { egress }))) as Config;
  expect(config.connectors).toEqual({ 'forward/egress': {} });
  expect(config.exporters['otlp_http/egress']).toEqual({
    endpoint: 'http://stores.hyperion-store.svc.cluster.local:4318',
    compression: 'zstd',
    timeout: '10s',
    max_idle_conns_per_host: 100,
    sending_queue: {
      enabled: true,
      sizer: 'bytes',
      queue_size: 67_108_864,
      block_on_overflow: false,
      batch: { flush_timeout: '1s', sizer: 'bytes', min_size: 0, max_size: 4_000_000 },
    },
    retry_on_failure: {
      enabled: true,
      initial_interval: '1s',
      max_interval: '5s',
      max_elapsed_time: '60s',
    },
  });
  expect(config.service.pipelines).toEqual({
    logs: {
      receivers: ['otlp'],
      processors: ['memory_limiter'],
      exporters: ['otlp_http/store', 'forward/egress'],
    },
    'logs/egress': {
      receivers: ['forward/egress'],
      processors: ['batch/egress'],
      exporters: ['otlp_http/egress'],
    },
  });
  const copy = platform.graph.connections.find(({ to }) => to === egress);
  expect(copy?.delivery).toEqual({ kind: 'memory-queue', size: Size.mebibytes(64), mayDrop: true });
});

test('a platform of it completes', () => {
  // Nothing waits before the processor here, which in the systems the ingress collector's failover does.
  const platform = testPlatform({ survivesOutage: Duration.seconds(0) });
  logsProcessor(platform, { egress: Surroundings.of(platform).otlp('egress', 4318, 'logs') });
  metricsProcessor(platform);
  Surroundings.of(platform).useTheRest();
  complete(platform);
  expect(platform.graph.connections.map(connectionName)).toContain('outside → otel-logs-processor/otlp-http');
});

describe('mistakes', () => {
  test('a volume that its queue does not fit on', () => {
    const platform = testPlatform();
    metricsProcessor(platform, { queue: { ...DISK_QUEUE, volume: Size.gibibytes(8) } });
    expect(problemsOf(platform)).toContain(`test/otel-metrics-processor: queue.volume = "8Gi"
  rule:   the queues of a replica fit on its volume: (7Gi) ÷ 0.7 = 10Gi
  remedy: enlarge the volume, shrink queue.size, or leave the volume out to have it computed`);
  });

  test('an attribute that is deleted and masked', () => {
    const platform = testPlatform();
    logsProcessor(platform, { redact: { delete: ['user.email'], mask: ['user.email'] } });
    expect(problemsOf(platform)).toContain(
      'rule:   an attribute is deleted or masked, and once: "user.email" stands twice',
    );
  });

  test('an attribute without a name', () => {
    const platform = testPlatform();
    logsProcessor(platform, { redact: { delete: [' '], mask: [] } });
    expect(problemsOf(platform)).toContain(`test/otel-logs-processor: redact = {"delete":[" "],"mask":[]}
  rule:   an attribute has a name`);
  });
});
