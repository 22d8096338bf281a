import { Duration, Size } from 'cdk8s';
import { parse } from 'yaml';
import { complete } from '../../../constructs/core/complete';
import { AuthScheme } from '../../../constructs/core/credential';
import type { Endpoint } from '../../../constructs/core/endpoint';
import type { ObjectBucket } from '../../../constructs/core/object-store';
import { External } from '../../../constructs/core/party';
import type { Platform } from '../../../constructs/core/platform';
import { SecretRef } from '../../../constructs/core/secrets';
import { TempoDistributed, type TempoDistributedProps } from '../../../constructs/store/tempo-distributed';
import { tempoPartitions, tempoSizes } from '../../../constructs/store/tempo-sizing';
import { tempoTopic } from '../../../constructs/store/tempo-topic';
import { manifest, problemsOf, testPlatform } from '../core/fixture';
import {
  argsOf,
  blobContainer,
  configText,
  gossipMembers,
  innerConnections,
  objectStoreUsers,
  useAll,
} from './log-and-trace-fixture';
import { cephBucket, outwardConnections, workloadsWithKeys } from './s3-fixture';

const LOAD = { eventsPerSecond: 100_000, bytesPerSecond: 50_000_000 };
const TOPIC = tempoTopic({
  tempo: 'tempo',
  load: LOAD,
  user: { name: 'tempo', password: SecretRef.named('kafka-tempo') },
});

function kafkaEndpoint(
  kafka: External,
  access: 'write' | 'read',
  props: { readonly topic?: string; readonly tls?: boolean } = {},
): Endpoint<'traces', 'kafka'> {
  return kafka.listen({
    name: 'plain-clients',
    port: 9094,
    protocol: 'kafka',
    signals: ['traces'],
    access,
    topic: TOPIC.name,
    auth: AuthScheme.secret('sasl-plain', [TOPIC.writers[0].password]),
    queue: { capacity: Size.gibibytes(1000), retentionSeconds: 14_400 },
    ...props,
  });
}

function made(
  props: Partial<TempoDistributedProps> = {},
  kafkaProps: { readonly topic?: string; readonly tls?: boolean } = {},
  blocks = (on: Platform): ObjectBucket => blobContainer(on, 'tempo-blocks'),
): { platform: Platform; tempo: TempoDistributed } {
  const platform = testPlatform({ zones: 3, tier: 'prod' });
  const kafka = new External(platform, 'kafka', {
    description: 'Kafka',
    cidrs: ['10.7.0.0/28'],
    host: 'kafka.example.com',
  });
  const tempo = new TempoDistributed(platform, 'tempo', {
    namespace: 'store',
    retention: Duration.days(14),
    blocks: blocks(platform),
    volumes: {
      storageClass: 'managed',
      liveStore: Size.gibibytes(20),
      backendScheduler: Size.gibibytes(1),
    },
    topic: TOPIC,
    kafka: {
      write: kafkaEndpoint(kafka, 'write', kafkaProps),
      read: kafkaEndpoint(kafka, 'read', kafkaProps),
    },
    ...props,
  });
  useAll(platform, [tempo.otlp, tempo.query, ...tempo.metrics]);
  return { platform, tempo };
}

test('the configuration says where the parts find each other and Kafka', () => {
  const { platform, tempo } = made();
  complete(platform);
  expect(parse(configText(tempo, 'tempo.yaml'))).toMatchObject({
    ingest: {
      kafka: {
        address: 'kafka.example.com:9094',
        topic: 'tempo-ingest',
        sasl_username: 'tempo',
        sasl_password: '${TEMPO_KAFKA_PASSWORD}',
        auto_create_topic_enabled: false,
      },
    },
    memberlist: {
      bind_port: 7946,
      join_members: [
        'dns+tempo-live-store-a-headless.store.svc.cluster.local:7946',
        'dns+tempo-live-store-b-headless.store.svc.cluster.local:7946',
      ],
      abort_if_cluster_join_fails: false,
      rejoin_interval: '1m',
    },
    block_builder: {
      partitions_per_instance: 1,
      max_consuming_bytes: 5_000_000_000,
      wal: { path: '/var/tempo/block-builder/traces' },
    },
    live_store: { readiness_target_lag: '5s', readiness_max_wait: '5m' },
    backend_worker: {
      backend_scheduler_addr: 'tempo-backend-scheduler-headless.store.svc.cluster.local:9095',
      compaction: { block_retention: '336h' },
      ring: { kvstore: { store: 'memberlist' } },
    },
    backend_scheduler: { provider: { compaction: { compaction: { block_retention: '336h' } } } },
    querier: {
      frontend_worker: {
        frontend_address: 'tempo-query-frontend-headless.store.svc.cluster.local:9095',
      },
    },
    overrides: {
      defaults: {
        ingestion: {
          rate_strategy: 'global',
          rate_limit_bytes: 100_000_000,
          burst_size_bytes: 30_000_000,
          max_traces_per_user: 428_572,
        },
      },
    },
  });
});

test('the names in the configuration are those of the Services', () => {
  const { platform, tempo } = made();
  const hosts = configText(tempo, 'tempo.yaml').match(/tempo-[a-z-]+(?=\.store\.svc)/g) ?? [];
  expect(hosts.map((name) => manifest(platform, 'Service', name).spec?.clusterIP)).toEqual([
    'None',
    'None',
    'None',
    'None',
  ]);
});

test('who talks to whom, and to nobody else', () => {
  const { platform } = made();
  // The same as real processes of Tempo 3.0.3 were seen to open with this configuration.
  expect(innerConnections(platform, 'tempo')).toEqual([
    'tempo-backend-worker → tempo-backend-scheduler:9095',
    'tempo-querier → tempo-live-store-a:9095',
    'tempo-querier → tempo-live-store-b:9095',
    'tempo-querier → tempo-query-frontend:9095',
  ]);
  expect(gossipMembers(platform)).toEqual([
    'tempo-backend-worker',
    'tempo-block-builder',
    'tempo-distributor',
    'tempo-live-store-a',
    'tempo-live-store-b',
    'tempo-querier',
  ]);
  expect(objectStoreUsers(platform)).toEqual([
    'tempo-backend-scheduler',
    'tempo-backend-worker',
    'tempo-block-builder',
    'tempo-querier',
    'tempo-query-frontend',
  ]);
  const kafka = platform.graph.connections.filter(({ to }) => to.protocol === 'kafka');
  expect(kafka.map(({ from, to, credential, load }) => [from.id, to.access, credential?.kind, load])).toEqual(
    [
      ['tempo-distributor', 'write', 'sasl-plain', LOAD],
      ['tempo-block-builder', 'read', 'sasl-plain', LOAD],
      ['tempo-live-store-a', 'read', 'sasl-plain', LOAD],
      ['tempo-live-store-b', 'read', 'sasl-plain', LOAD],
    ],
  );
});

test('the password for Kafka reaches only the parts that speak with it', () => {
  const { platform } = made();
  const withPassword = [
    ['Deployment', 'tempo-distributor'],
    ['StatefulSet', 'tempo-block-builder'],
    ['StatefulSet', 'tempo-live-store-a'],
    ['Deployment', 'tempo-querier'],
    ['Deployment', 'tempo-query-frontend'],
    ['StatefulSet', 'tempo-backend-scheduler'],
    ['Deployment', 'tempo-backend-worker'],
  ].filter(([kind = '', name = '']) => {
    const object = manifest(platform, kind, name);
    const inEnvironment = JSON.stringify(object.spec).includes('TEMPO_KAFKA_PASSWORD');
    expect(argsOf(object).includes('-config.expand-env=true')).toBe(inEnvironment);
    return inEnvironment;
  });
  expect(withPassword.map(([, name]) => name)).toEqual([
    'tempo-distributor',
    'tempo-block-builder',
    'tempo-live-store-a',
  ]);
  expect(manifest(platform, 'Deployment', 'tempo-distributor').spec).toMatchObject({
    template: {
      spec: {
        containers: [
          {
            env: [
              {
                name: 'TEMPO_KAFKA_PASSWORD',
                valueFrom: { secretKeyRef: { name: 'tempo-secrets', key: 'kafka-tempo' } },
              },
            ],
          },
        ],
      },
    },
  });
});

test('each partition has a live-store in two zones and one block-builder', () => {
  const { platform } = made();
  const liveStore = manifest(platform, 'StatefulSet', 'tempo-live-store-a');
  expect(argsOf(liveStore)).toEqual([
    '-config.file=/etc/tempo/tempo.yaml',
    '-target=live-store',
    '-config.expand-env=true',
    '-live-store.instance-availability-zone=zone-a',
  ]);
  expect(liveStore.spec).toMatchObject({
    replicas: 7,
    volumeClaimTemplates: [{ spec: { resources: { requests: { storage: '20Gi' } } } }],
    template: {
      metadata: { labels: { 'hyperion.example.com/zone-set': 'tempo-live-store' } },
      spec: { terminationGracePeriodSeconds: 1200 },
    },
  });
  expect(manifest(platform, 'StatefulSet', 'tempo-live-store-b').spec).toMatchObject({ replicas: 7 });
  const blockBuilder = manifest(platform, 'StatefulSet', 'tempo-block-builder').spec;
  expect(blockBuilder).toMatchObject({
    replicas: 7,
    // Two cycles of 5 GB: as they come, and as blocks.
    template: { spec: { volumes: [{}, {}, { emptyDir: { sizeLimit: '10240Mi' } }] } },
  });
  expect(blockBuilder).not.toHaveProperty('volumeClaimTemplates');
  expect(manifest(platform, 'StatefulSet', 'tempo-backend-scheduler').spec).toMatchObject({ replicas: 1 });
});

test('names of parts that are not ready yet resolve where somebody waits for them', () => {
  const { platform } = made();
  const published = ['tempo-live-store-a', 'tempo-query-frontend', 'tempo-backend-scheduler'].map(
    (name) => manifest(platform, 'Service', `${name}-headless`).spec?.publishNotReadyAddresses,
  );
  expect(published).toEqual([true, true, false]);
});

test('what it gives', () => {
  const { tempo } = made();
  expect(tempo.otlp.url).toBe('http://tempo-distributor.store.svc.cluster.local:4318');
  expect(tempo.otlpGrpc.hostPort).toBe('tempo-distributor.store.svc.cluster.local:4317');
  expect(tempo.query.url).toBe('http://tempo-query-frontend.store.svc.cluster.local:3200');
  expect(tempo.metrics.map(({ owner }) => owner.id)).toEqual([
    'tempo-distributor',
    'tempo-block-builder',
    'tempo-live-store-a',
    'tempo-live-store-b',
    'tempo-query-frontend',
    'tempo-querier',
    'tempo-backend-scheduler',
    'tempo-backend-worker',
  ]);
});

test('the topic, as Kafka is to make it', () => {
  expect(TOPIC).toEqual({
    name: 'tempo-ingest',
    signals: ['traces'],
    load: LOAD,
    writers: [{ name: 'tempo', password: SecretRef.named('kafka-tempo') }],
    readers: [
      {
        user: { name: 'tempo', password: SecretRef.named('kafka-tempo') },
        groups: [{ name: 'block-builder' }, { name: 'tempo-live-store-a' }, { name: 'tempo-live-store-b' }],
      },
    ],
    partitions: 7,
    maxMessage: Size.mebibytes(16),
    plainText: 'the Kafka client of Tempo 3.0 has no TLS settings (ingest.kafka)',
  });
});

test('replicas follow the sizing guide', () => {
  const sizes = (bytesPerSecond: number): Record<string, readonly (number | undefined)[]> =>
    Object.fromEntries(
      Object.entries(tempoSizes({ eventsPerSecond: 1, bytesPerSecond })).map(([part, size]) => [
        part,
        [size.replicas, size.maxReplicas],
      ]),
    );
  expect(sizes(1000)).toEqual({
    distributor: [3, 6],
    'live-store': [3, undefined],
    'block-builder': [3, undefined],
    querier: [2, 4],
    'query-frontend': [2, undefined],
    'backend-scheduler': [1, undefined],
    'backend-worker': [2, 4],
  });
  expect(sizes(50_000_000)).toEqual({
    distributor: [5, 10],
    'live-store': [7, undefined],
    'block-builder': [7, undefined],
    querier: [7, 25],
    'query-frontend': [2, undefined],
    'backend-scheduler': [1, undefined],
    'backend-worker': [5, 10],
  });
  expect(tempoPartitions({ eventsPerSecond: 1, bytesPerSecond: 50_000_000 })).toBe(7);
});

test('a topic with other partitions than there are readers', () => {
  const { platform } = made({ topic: { ...TOPIC, partitions: 4 } });
  expect(problemsOf(platform)).toBe(
    [
      'test/tempo: topic.partitions = 4',
      '  rule:   each partition is read by one live-store of each zone and one block-builder, and the load needs 7',
      '  remedy: make the topic with tempoTopic()',
    ].join('\n'),
  );
});

test('the endpoints of another topic', () => {
  const { platform } = made({}, { topic: 'failover-traces' });
  expect(problemsOf(platform)).toBe(
    [
      'test/tempo: kafka.write = "kafka/plain-clients#failover-traces"',
      "  rule:   Tempo's parts meet in the topic tempo-ingest",
      '  remedy: give the endpoint of that topic (kafka.writeTo)',
      'test/tempo: kafka.read = "kafka/plain-clients#failover-traces"',
      "  rule:   Tempo's parts meet in the topic tempo-ingest",
      '  remedy: give the endpoint of that topic (kafka.readFrom)',
    ].join('\n'),
  );
});

test('a listener with TLS, which Tempo cannot speak', () => {
  const { platform } = made({}, { tls: true });
  expect(problemsOf(platform)).toContain(
    [
      'test/tempo: kafka.write = "kafka/plain-clients#tempo-ingest"',
      '  rule:   the Kafka client of Tempo 3.0 has no TLS settings (ingest.kafka)',
      '  remedy: give an endpoint on a listener without TLS that only Tempo can reach',
    ].join('\n'),
  );
});

test('a volume too small for twenty minutes of one partition', () => {
  const { platform } = made({
    volumes: {
      storageClass: 'managed',
      liveStore: Size.gibibytes(5),
      backendScheduler: Size.gibibytes(1),
    },
  });
  expect(problemsOf(platform)).toBe(
    [
      'test/tempo: volumes.liveStore = "5Gi"',
      '  rule:   the volume of a live-store holds the spans of the last 20 minutes: 6.8 MiB/s × 1200 s + 50 % = 12 GiB',
      '  remedy: make it 12Gi or larger',
    ].join('\n'),
  );
});

test('on Ceph exactly the parts that use the bucket have its keys', () => {
  const { platform } = made({}, {}, (on) => cephBucket(on, 'tempo-blocks'));
  complete(platform);
  expect(workloadsWithKeys(platform)).toEqual([
    'tempo-backend-scheduler',
    'tempo-backend-worker',
    'tempo-block-builder',
    'tempo-querier',
    'tempo-query-frontend',
  ]);
  expect(outwardConnections(platform)).toEqual(
    workloadsWithKeys(platform).map((id) => `${id} → rgw.example.com:80 access-key`),
  );
});
