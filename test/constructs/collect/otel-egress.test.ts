import { parse } from 'yaml';
import type { EgressConsumer } from '../../../constructs/collect/otel-egress';
import { complete } from '../../../constructs/core/complete';
import { manifest, problemsOf, testPlatform } from '../core/fixture';
import { Surroundings, configText, egress } from './pipeline-fixture';

interface Config {
  readonly processors: Record<string, object>;
  readonly exporters: Record<string, Record<string, unknown>>;
  readonly service: { readonly pipelines: Record<string, object> };
}

function configOf(): Config {
  return parse(configText(egress(testPlatform()))) as Config;
}

test('each consumer has a pipeline of its own, behind a batch that swallows errors', () => {
  expect(configOf().service.pipelines).toEqual({
    'logs/checkpoint-logging': {
      receivers: ['otlp'],
      processors: [
        'memory_limiter',
        'filter/checkpoint-logging',
        'transform/checkpoint-logging-key',
        'probabilistic_sampler/checkpoint-logging',
        'transform/checkpoint-logging-no-key',
        'transform/checkpoint-logging-redact',
        'batch',
      ],
      exporters: ['kafka/checkpoint-logging'],
    },
    'traces/poseidon': {
      receivers: ['otlp'],
      processors: ['memory_limiter', 'filter/poseidon', 'probabilistic_sampler/poseidon', 'batch'],
      exporters: ['kafka/poseidon'],
    },
    'metrics/poseidon-metrics': {
      receivers: ['otlp'],
      processors: ['memory_limiter', 'filter/poseidon-metrics', 'batch'],
      exporters: ['kafka/poseidon-metrics'],
    },
  });
});

test('what a consumer may not have is dropped by one condition for each thing that must hold', () => {
  const { processors } = configOf();
  expect(processors['filter/checkpoint-logging']).toEqual({
    error_mode: 'propagate',
    log_conditions: [
      'not (resource.attributes["service.name"] == "gateway" or resource.attributes["service.name"] == "sign-in")',
      'log.severity_number < SEVERITY_NUMBER_WARN',
    ],
  });
  expect(processors['filter/poseidon']).toEqual({
    error_mode: 'propagate',
    trace_conditions: ['span.attributes["brand"] != "poseidon"'],
  });
  expect(processors['filter/poseidon-metrics']).toEqual({
    error_mode: 'propagate',
    metric_conditions: ['resource.attributes["deployment.environment.name"] != "production"'],
  });
});

test('samples by trace, and a log record without one by chance', () => {
  const { processors } = configOf();
  expect(processors['probabilistic_sampler/poseidon']).toEqual({
    mode: 'hash_seed',
    hash_seed: 15_485_863,
    sampling_percentage: 10,
    fail_closed: true,
  });
  expect(processors['probabilistic_sampler/checkpoint-logging']).toEqual({
    mode: 'hash_seed',
    hash_seed: 15_485_863,
    sampling_percentage: 25,
    fail_closed: true,
    from_attribute: 'hyperion.sampling.key',
  });
  expect(processors['transform/checkpoint-logging-key']).toEqual({
    error_mode: 'propagate',
    log_statements: [
      {
        context: 'log',
        statements: [
          'set(log.attributes["hyperion.sampling.key"], UUID()) where log.trace_id == TraceID(0x00000000000000000000000000000000)',
        ],
      },
    ],
  });
});

test('writes to the consumer’s own topic with its own login, from a queue that drops when full', () => {
  expect(configOf().exporters['kafka/poseidon']).toEqual({
    brokers: ['kafka.hyperion-pipeline.svc.cluster.local:9093'],
    client_id: 'egress-poseidon',
    tls: { ca_file: '/etc/kafka-ca/ca.crt' },
    auth: {
      sasl: {
        mechanism: 'PLAIN',
        username: 'egress-poseidon',
        password: '${env:KAFKA_PASSWORD_EGRESS_POSEIDON}',
      },
    },
    timeout: '5s',
    producer: {
      required_acks: -1,
      max_message_bytes: 1_000_000,
      compression: 'lz4',
      allow_auto_topic_creation: false,
    },
    traces: { topic: 'egress-poseidon', encoding: 'otlp_proto' },
    partition_traces_by_id: true,
    sending_queue: {
      enabled: true,
      sizer: 'bytes',
      queue_size: 67_108_864,
      block_on_overflow: false,
      batch: { flush_timeout: '1s', sizer: 'bytes', min_size: 0, max_size: 900_000 },
    },
    retry_on_failure: {
      enabled: true,
      initial_interval: '1s',
      max_interval: '5s',
      max_elapsed_time: '60s',
    },
  });
});

test('one certificate for all consumers, one password each', () => {
  const platform = testPlatform();
  egress(platform);
  expect(manifest(platform, 'Certificate', 'otel-egress-kafka-client').spec).toMatchObject({
    secretName: 'otel-egress-kafka-client',
  });
  expect(manifest(platform, 'ExternalSecret', 'otel-egress-secrets').spec).toMatchObject({
    data: ['checkpoint-logging', 'poseidon-metrics', 'poseidon'].map((name) => ({
      secretKey: `kafka-egress-${name}-password`,
      remoteRef: { key: `kafka-egress-${name}-password` },
    })),
  });
});

test('replicas follow from what each consumer’s pipeline looks at', () => {
  const platform = testPlatform();
  egress(platform);
  expect(platform.derivations).toContainEqual({
    component: 'otel-egress',
    what: 'replicas',
    value: '1',
    from: '(20000/s ÷ 77000/s per core + 30000/s ÷ 77000/s per core + 40000/s ÷ 77000/s per core) ÷ (2 cores × 0.6 busy), at least 1',
  });
});

test('takes the signals that some consumer wants, and no others', () => {
  const component = egress(testPlatform(), (those) => those.filter(({ signal }) => signal !== 'metrics'));
  expect(component.otlp.signals).toEqual(['logs', 'traces']);
});

test('a platform of it completes', () => {
  const platform = testPlatform();
  egress(platform);
  Surroundings.of(platform).useTheRest();
  expect(() => {
    complete(platform);
  }).not.toThrow();
});

describe('mistakes', () => {
  function problems(change: (consumer: EgressConsumer) => EgressConsumer): string {
    const platform = testPlatform();
    egress(platform, (those) => those.slice(0, 1).map(change));
    return problemsOf(platform);
  }

  test.each([0, 100.5, -3, Number.NaN])('a sampling rate of %d percent', (samplingPercent) => {
    expect(problems((consumer) => ({ ...consumer, samplingPercent }) as EgressConsumer)).toContain(
      `test/otel-egress: consumers.checkpoint-logging.samplingPercent = ${JSON.stringify(samplingPercent)}
  rule:   a share of the data lies above 0 and at most at 100 percent
  remedy: give a value in that range, or leave the consumer out`,
    );
  });

  test('a consumer without a filter', () => {
    expect(problems((consumer) => ({ ...consumer, filter: { services: [] } })))
      .toContain(`test/otel-egress: consumers.checkpoint-logging.filter = {"services":[]}
  rule:   without a filter an external consumer gets everything
  remedy: say what the consumer may have: services, attributes or a severity`);
  });

  test('a name that makes no pipeline', () => {
    expect(problems((consumer) => ({ ...consumer, name: 'Check Point' }))).toContain(
      'rule:   the name of a consumer is lower-case words joined by hyphens',
    );
  });

  test('two consumers of one name', () => {
    const platform = testPlatform();
    egress(platform, (those) => [...those, ...those.slice(0, 1)]);
    expect(problemsOf(platform)).toContain(`test/otel-egress: consumers[].name = "checkpoint-logging"
  rule:   each consumer has a name of its own, which names its pipeline
  remedy: rename one of the two, e.g. by its signal`);
  });

  test('an attribute redacted twice', () => {
    expect(problems((consumer) => ({ ...consumer, redact: { delete: ['a', 'a'], mask: [] } }))).toContain(
      'rule:   an attribute is deleted or masked, and once: "a" stands twice',
    );
  });

  test('no consumers', () => {
    const platform = testPlatform();
    egress(platform, () => []);
    expect(problemsOf(platform)).toContain(
      'rule:   an egress collector without consumers sends nothing to nobody',
    );
  });
});
