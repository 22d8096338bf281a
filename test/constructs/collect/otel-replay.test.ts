import { parse } from 'yaml';
import { complete } from '../../../constructs/core/complete';
import { manifest, testPlatform } from '../core/fixture';
import { Surroundings, configText, replay } from './pipeline-fixture';

interface Config {
  readonly receivers: Record<string, object>;
  readonly exporters: Record<string, object>;
  readonly connectors: Record<string, object>;
  readonly service: { readonly pipelines: Record<string, object> };
}

function configOf(): Config {
  return parse(configText(replay(testPlatform()))) as Config;
}

const CLIENT = {
  brokers: ['kafka.hyperion-pipeline.svc.cluster.local:9093'],
  client_id: 'otel',
  tls: { ca_file: '/etc/kafka-ca/ca.crt' },
  auth: { sasl: { mechanism: 'PLAIN', username: 'otel', password: '${env:KAFKA_PASSWORD_OTEL}' } },
};

test('reads from the beginning, commits after delivery only, and tries a failed record again without end', () => {
  expect(configOf().receivers['kafka/logs']).toEqual({
    ...CLIENT,
    group_id: 'otel-replay-logs',
    initial_offset: 'earliest',
    autocommit: { enable: false },
    message_marking: { after: true, on_error: false, on_permanent_error: true },
    error_backoff: {
      enabled: true,
      initial_interval: '1s',
      max_interval: '5s',
      max_elapsed_time: '0s',
    },
    logs: { topics: ['failover-logs'], encoding: 'otlp_proto' },
  });
});

test('only a permanent refusal gets out of the first level, and goes to the dead letters', () => {
  const config = configOf();
  expect(config.exporters['otlp_http/logs']).toEqual({
    endpoint: 'http://stores.hyperion-store.svc.cluster.local:4001',
    compression: 'zstd',
    timeout: '5s',
    max_idle_conns_per_host: 100,
    sending_queue: { enabled: false },
    retry_on_failure: {
      enabled: true,
      initial_interval: '1s',
      max_interval: '5s',
      max_elapsed_time: '0s',
    },
  });
  expect(config.connectors['failover/logs']).toEqual({
    sending_queue: { enabled: false },
    priority_levels: [['logs/processor'], ['logs/dead-letters']],
    retry_interval: '1ms',
  });
  expect(config.exporters['kafka/logs-dead-letters']).toEqual({
    ...CLIENT,
    timeout: '5s',
    producer: {
      required_acks: -1,
      max_message_bytes: 1_000_000,
      compression: 'lz4',
      allow_auto_topic_creation: false,
    },
    logs: { topic: 'dead-letters', encoding: 'otlp_proto' },
    record_headers: [{ name: 'hyperion.signal', value: 'logs' }],
    sending_queue: { enabled: false },
    retry_on_failure: { enabled: false },
  });
});

test('one such chain for each signal', () => {
  const { pipelines } = configOf().service;
  for (const signal of ['logs', 'metrics', 'traces']) {
    expect(pipelines[signal]).toEqual({
      receivers: [`kafka/${signal}`],
      processors: ['memory_limiter'],
      exporters: [`failover/${signal}`],
    });
    expect(pipelines[`${signal}/processor`]).toEqual({
      receivers: [`failover/${signal}`],
      exporters: [`otlp_http/${signal}`],
    });
    expect(pipelines[`${signal}/dead-letters`]).toEqual({
      receivers: [`failover/${signal}`],
      exporters: [`kafka/${signal}-dead-letters`],
    });
  }
  expect(Object.keys(pipelines)).toHaveLength(9);
});

test.each([
  ['failover', undefined],
  ['kafka-first', 8_000_000],
] as const)('in %s mode its connections carry %s bytes/s in normal operation', (mode, bytesPerSecond) => {
  const platform = testPlatform();
  replay(platform, mode);
  const logs = platform.graph.connections.filter(({ signals }) => signals.includes('logs'));
  expect(logs.map(({ to, load, credential }) => [to.id, load?.bytesPerSecond, credential?.kind])).toEqual([
    ['kafka/consumers#failover-logs', bytesPerSecond, 'sasl-plain'],
    ['stores/logs-processor', bytesPerSecond, undefined],
    ['kafka/clients#dead-letters', undefined, 'sasl-plain'],
  ]);
});

test('runs as a Deployment without autoscaling: partitions bound how many can work', () => {
  const platform = testPlatform({ tier: 'prod', zones: 3 });
  replay(platform);
  expect(manifest(platform, 'Deployment', 'otel-replay').spec).toMatchObject({ replicas: 2 });
});

test('a platform of it completes', () => {
  const platform = testPlatform();
  replay(platform, 'kafka-first');
  Surroundings.of(platform).useTheRest();
  expect(() => {
    complete(platform);
  }).not.toThrow();
});
