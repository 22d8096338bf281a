import { Size } from 'cdk8s';
import { parse } from 'yaml';
import { complete } from '../../../constructs/core/complete';
import { connectionName } from '../../../constructs/core/flow-graph';
import { SecretRef } from '../../../constructs/core/secrets';
import { manifest, problemsOf, testPlatform } from '../core/fixture';
import { Surroundings, configText, ingress, ingressProps } from './pipeline-fixture';

const KAFKA_LOGS = {
  brokers: ['kafka.hyperion-pipeline.svc.cluster.local:9093'],
  client_id: 'otel',
  tls: { ca_file: '/etc/kafka-ca/ca.crt' },
  auth: { sasl: { mechanism: 'PLAIN', username: 'otel', password: '${env:KAFKA_PASSWORD_OTEL}' } },
  timeout: '5s',
  producer: {
    required_acks: -1,
    max_message_bytes: 1_000_000,
    compression: 'lz4',
    allow_auto_topic_creation: false,
  },
  logs: { topic: 'failover-logs', encoding: 'otlp_proto' },
  sending_queue: {
    enabled: true,
    sizer: 'bytes',
    queue_size: 67_108_864,
    num_consumers: 100,
    wait_for_result: true,
    block_on_overflow: true,
    batch: { flush_timeout: '200ms', sizer: 'bytes', min_size: 8192, max_size: 900_000 },
  },
  retry_on_failure: { enabled: false },
};

interface Config {
  readonly receivers: object;
  readonly processors: Record<string, object>;
  readonly exporters: Record<string, object>;
  readonly connectors?: Record<string, object>;
  readonly extensions: object;
  readonly service: { readonly pipelines: Record<string, object>; readonly telemetry: object };
}

function configOf(change: Parameters<typeof ingress>[1] = {}): Config {
  return parse(configText(ingress(testPlatform(), change))) as Config;
}

test('takes OTLP of authenticated tenants, with a limit on the body', () => {
  const config = configOf({ maxBody: Size.mebibytes(4) });
  expect(config.receivers).toEqual({
    otlp: {
      protocols: {
        grpc: {
          endpoint: '${env:POD_IP}:4317',
          max_recv_msg_size_mib: 4,
          auth: { authenticator: 'bearertokenauth/tenants' },
        },
        http: {
          endpoint: '${env:POD_IP}:4318',
          max_request_body_size: 4_194_304,
          auth: { authenticator: 'bearertokenauth/tenants' },
        },
      },
    },
  });
  expect(config.extensions).toEqual({
    health_check: { endpoint: '${env:POD_IP}:13133' },
    'bearertokenauth/tenants': {
      scheme: 'Bearer',
      tokens: ['${env:TENANT_TOKEN_SHOP}', '${env:TENANT_TOKEN_FIELD_SERVICE}'],
    },
  });
});

test('drops metrics that are not on the allow-list', () => {
  expect(configOf().processors).toEqual({
    memory_limiter: { check_interval: '1s', limit_percentage: 80, spike_limit_percentage: 25 },
    'filter/allowed-metrics': {
      error_mode: 'propagate',
      metric_conditions: [
        'not (metric.name == "up" or HasPrefix(metric.name, "http.server.") or HasPrefix(metric.name, "jvm."))',
      ],
    },
  });
});

test('failover: to the processor without queue or retry, then to Kafka, and no answer before either has the data', () => {
  const config = configOf();
  expect(config.connectors?.['failover/logs']).toEqual({
    sending_queue: { enabled: false },
    priority_levels: [['logs/processor'], ['logs/kafka']],
    retry_interval: '5s',
  });
  expect(config.exporters['otlp_http/logs']).toEqual({
    endpoint: 'http://stores.hyperion-store.svc.cluster.local:4001',
    compression: 'zstd',
    timeout: '5s',
    max_idle_conns_per_host: 100,
    sending_queue: { enabled: false },
    retry_on_failure: { enabled: false },
  });
  expect(config.exporters['kafka/logs']).toEqual(KAFKA_LOGS);
  expect(config.service.pipelines).toEqual({
    logs: { receivers: ['otlp'], processors: ['memory_limiter'], exporters: ['failover/logs'] },
    'logs/processor': { receivers: ['failover/logs'], exporters: ['otlp_http/logs'] },
    'logs/kafka': { receivers: ['failover/logs'], exporters: ['kafka/logs'] },
    metrics: {
      receivers: ['otlp'],
      processors: ['memory_limiter', 'filter/allowed-metrics'],
      exporters: ['failover/metrics'],
    },
    'metrics/processor': { receivers: ['failover/metrics'], exporters: ['otlp_http/metrics'] },
    'metrics/kafka': { receivers: ['failover/metrics'], exporters: ['kafka/metrics'] },
    traces: { receivers: ['otlp'], processors: ['memory_limiter'], exporters: ['failover/traces'] },
    'traces/processor': { receivers: ['failover/traces'], exporters: ['otlp_http/traces'] },
    'traces/kafka': { receivers: ['failover/traces'], exporters: ['kafka/traces'] },
  });
});

test('kafka-first: straight to the topic, without the connector', () => {
  const platform = testPlatform();
  const { routes } = ingressProps(Surroundings.of(platform));
  const first = ingress(platform, {
    routes: { ...routes, logs: { mode: 'kafka-first', topic: routes.logs.topic } },
  });
  const config = parse(configText(first)) as Config;
  expect(Object.keys(config.connectors ?? {})).toEqual(['failover/metrics', 'failover/traces']);
  expect(config.exporters['otlp_http/logs']).toBeUndefined();
  expect(config.exporters['kafka/logs']).toEqual(KAFKA_LOGS);
  expect(config.service.pipelines.logs).toEqual({
    receivers: ['otlp'],
    processors: ['memory_limiter'],
    exporters: ['kafka/logs'],
  });
  expect(config.service.pipelines['logs/kafka']).toBeUndefined();
});

test('shows its own metrics on the address of the pod', () => {
  expect(configOf().service.telemetry).toEqual({
    logs: { level: 'info', encoding: 'json' },
    metrics: {
      level: 'normal',
      readers: [{ pull: { exporter: { prometheus: { host: '${env:POD_IP}', port: 8888 } } } }],
    },
  });
});

test('connects to the processor with its load and the topic as fallback, and to the topic without load', () => {
  const platform = testPlatform();
  ingress(platform);
  const logs = platform.graph.connections.filter((connection) => connection.signals.includes('logs'));
  expect(
    logs.map((connection) => ({
      name: connectionName(connection),
      delivery: connection.delivery.kind,
      fallback: connection.delivery.kind === 'synchronous' ? connection.delivery.fallback?.id : undefined,
      credential: connection.credential?.kind,
      load: connection.load,
    })),
  ).toEqual([
    {
      name: 'otel-ingress → stores/logs-processor',
      delivery: 'synchronous',
      fallback: 'kafka/clients#failover-logs',
      credential: undefined,
      load: { eventsPerSecond: 20_000, bytesPerSecond: 8_000_000 },
    },
    {
      name: 'otel-ingress → kafka/clients#failover-logs',
      delivery: 'synchronous',
      fallback: undefined,
      credential: 'sasl-plain',
      load: undefined,
    },
  ]);
});

test('in kafka-first mode the topic carries the load', () => {
  const platform = testPlatform();
  const { routes } = ingressProps(Surroundings.of(platform));
  ingress(platform, { routes: { ...routes, logs: { mode: 'kafka-first', topic: routes.logs.topic } } });
  const logs = platform.graph.connections.filter((connection) => connection.signals.includes('logs'));
  expect(logs.map(({ to, load }) => [to.id, load?.bytesPerSecond])).toEqual([
    ['kafka/clients#failover-logs', 8_000_000],
  ]);
});

test('the workload: autoscaled, limits that fit, tokens and password from the secret, only the CA of the certificate', () => {
  const platform = testPlatform({ tier: 'prod', zones: 3 });
  ingress(platform);
  const autoscaler = manifest(platform, 'HorizontalPodAutoscaler', 'otel-ingress');
  expect(autoscaler.spec).toMatchObject({ minReplicas: 2, maxReplicas: 4 });
  const pod = (
    manifest(platform, 'Deployment', 'otel-ingress').spec as {
      template: { spec: { containers: Record<string, unknown>[]; volumes: unknown[] } };
    }
  ).template.spec;
  const container = pod.containers[0];
  expect(container?.args).toEqual(['--config=/etc/otelcol/config.yaml']);
  expect(container?.image).toBe('docker.io/otel/opentelemetry-collector-contrib:0.158.0');
  expect(container?.env).toEqual(
    expect.arrayContaining([
      // 80 % of 2 GiB.
      { name: 'GOMEMLIMIT', value: '1638MiB' },
      {
        name: 'TENANT_TOKEN_FIELD_SERVICE',
        valueFrom: { secretKeyRef: { name: 'otel-ingress-secrets', key: 'tenant-field-service-token' } },
      },
      {
        name: 'KAFKA_PASSWORD_OTEL',
        valueFrom: { secretKeyRef: { name: 'otel-ingress-secrets', key: 'kafka-otel-password' } },
      },
    ]),
  );
  expect(container?.readinessProbe).toMatchObject({ httpGet: { path: '/', port: 13133 } });
  expect(pod.volumes).toContainEqual(
    expect.objectContaining({
      secret: {
        secretName: 'otel-ingress-kafka-client',
        defaultMode: 0o440,
        items: [{ key: 'ca.crt', path: 'ca.crt' }],
      },
    }),
  );
  expect(manifest(platform, 'Certificate', 'otel-ingress-kafka-client').spec).toMatchObject({
    issuerRef: { kind: 'Issuer', name: 'kafka-ca' },
  });
});

test('asks senders for one of the tenants’ tokens', () => {
  const { otlpGrpc, otlpHttp } = ingress(testPlatform());
  for (const endpoint of [otlpGrpc, otlpHttp]) {
    expect(endpoint.auth.kind).toBe('bearer');
    expect(endpoint.auth.accepted.map(({ name }) => name)).toEqual([
      'tenant-shop-token',
      'tenant-field-service-token',
    ]);
  }
});

test('a whole platform of it completes', () => {
  const platform = testPlatform();
  ingress(platform);
  Surroundings.of(platform).useTheRest();
  expect(() => {
    complete(platform);
  }).not.toThrow();
});

test('replicas follow from the declared workload', () => {
  const platform = testPlatform();
  ingress(platform, {
    workload: {
      traces: { perSecond: 150_000, bytesEach: 500 },
      logs: { perSecond: 100_000, bytesEach: 400 },
      metrics: { perSecond: 150_000, bytesEach: 100 },
      activeSeries: 1,
    },
  });
  expect(platform.derivations).toContainEqual({
    component: 'otel-ingress',
    what: 'replicas',
    value: '5',
    from: '(100000/s ÷ 77000/s per core + 150000/s ÷ 77000/s per core + 150000/s ÷ 77000/s per core) ÷ (2 cores × 0.6 busy), at least 1',
  });
});

describe('mistakes', () => {
  function problems(change: Parameters<typeof ingress>[1]): string {
    const platform = testPlatform();
    ingress(platform, change);
    return problemsOf(platform);
  }

  test('no tenants', () => {
    expect(problems({ tenants: [] })).toContain(`test/otel-ingress: tenants = []
  rule:   an entry without tenants accepts nobody
  remedy: name at least one tenant with its secret`);
  });

  test('two tenants of one name', () => {
    expect(
      problems({
        tenants: [
          { name: 'shop', secret: SecretRef.named('a') },
          { name: 'shop', secret: SecretRef.named('b') },
        ],
      }),
    ).toContain(`test/otel-ingress: tenants[].name = "shop"
  rule:   every tenant has a name of its own, or taking one's access away takes another's
  remedy: give one of the two another name`);
  });

  test('two tenants with one secret', () => {
    expect(
      problems({
        tenants: [
          { name: 'shop', secret: SecretRef.named('a') },
          { name: 'field', secret: SecretRef.named('a') },
        ],
      }),
    ).toContain('test/otel-ingress: tenants[].secret = "a"');
  });

  test('a tenant whose name makes no variable', () => {
    expect(problems({ tenants: [{ name: 'Shop 1', secret: SecretRef.named('a') }] })).toContain(
      'rule:   the name of a tenant is lower-case words joined by hyphens',
    );
  });

  test('an empty allow-list', () => {
    expect(problems({ allowedMetrics: { names: [], prefixes: [] } }))
      .toContain(`test/otel-ingress: allowedMetrics = {"names":[],"prefixes":[]}
  rule:   an empty allow-list drops every metric
  remedy: name the metrics that may pass, e.g. prefixes: ['http.server.']`);
  });

  test('a pattern in the allow-list', () => {
    expect(problems({ allowedMetrics: { names: ['http.*'], prefixes: [] } }))
      .toContain(`test/otel-ingress: allowedMetrics = "http.*"
  rule:   an entry is an exact name or the literal beginning of one, without patterns`);
  });
});
