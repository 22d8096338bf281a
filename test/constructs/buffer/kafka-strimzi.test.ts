import { Kafka } from '../../../constructs/buffer/kafka';
import type { KafkaBuffer } from '../../../constructs/buffer/kafka-buffer';
import { KafkaExporter } from '../../../constructs/buffer/kafka-exporter';
import { KafkaStrimzi } from '../../../constructs/buffer/kafka-strimzi';
import { complete } from '../../../constructs/core/complete';
import { AuthScheme } from '../../../constructs/core/credential';
import { External } from '../../../constructs/core/party';
import type { Platform, Tier } from '../../../constructs/core/platform';
import {
  CLUSTER_ID,
  CLUSTER_PROPS,
  DEAD_LETTERS,
  FAILOVER_LOGS,
  object,
  SampleClients,
  samplePlatform,
  TEMPO_INGEST,
} from './sample';

function make(tier: Tier): { platform: Platform; kafka: KafkaStrimzi } {
  const platform = samplePlatform(tier);
  const kubernetesApi = new External(platform, 'kubernetes-api', {
    description: 'the Kubernetes API',
    cidrs: ['10.0.0.1/32'],
  }).listen({
    name: 'https',
    port: 443,
    protocol: 'kubernetes-api',
    signals: ['coordination'],
    access: 'control',
    auth: AuthScheme.serviceAccountToken(),
  });
  const kafka = new KafkaStrimzi(platform, 'kafka', {
    ...CLUSTER_PROPS,
    operatorNamespace: 'strimzi',
    kubernetesApi,
  });
  return { platform, kafka };
}

function completed(): { platform: Platform; kafka: KafkaStrimzi } {
  const made = make('prod');
  const exporter = new KafkaExporter(made.platform, 'kafka-exporter', {
    namespace: 'hyperion-pipeline',
    kafka: made.kafka,
  });
  new SampleClients(made.platform, made.kafka, [exporter.metrics]);
  complete(made.platform);
  return made;
}

it('asks for the same cluster: brokers, volumes, durability', () => {
  const { kafka } = make('prod');
  expect(object(kafka, 'KafkaNodePool', 'brokers')).toMatchObject({
    apiVersion: 'kafka.strimzi.io/v1',
    metadata: { labels: { 'strimzi.io/cluster': 'kafka' } },
    spec: {
      replicas: 3,
      roles: ['controller', 'broker'],
      storage: { type: 'persistent-claim', size: '128Gi', class: 'managed-premium', deleteClaim: false },
      resources: { requests: { cpu: '1000m', memory: '4Gi' }, limits: { cpu: '2000m', memory: '4Gi' } },
      jvmOptions: { '-Xms': '2048m', '-Xmx': '2048m' },
    },
  });
  expect(object(kafka, 'Kafka', 'kafka')).toMatchObject({
    spec: {
      kafka: {
        version: '4.3.1',
        authorization: { type: 'simple', superUsers: ['kafka-admin'] },
        config: {
          'auto.create.topics.enable': false,
          'default.replication.factor': 3,
          'min.insync.replicas': 2,
          'unclean.leader.election.enable': false,
        },
      },
    },
  });
});

it('lets the same users in over the same ports, with the certificate of the same authority', () => {
  const { spec } = object(make('prod').kafka, 'Kafka', 'kafka') as {
    spec: { kafka: { listeners: object[] } };
  };
  expect(spec.kafka.listeners).toMatchObject([
    {
      name: 'clients',
      port: 9093,
      tls: true,
      authentication: {
        type: 'custom',
        sasl: true,
        listenerConfig: {
          'sasl.enabled.mechanisms': 'PLAIN',
          'plain.sasl.jaas.config': expect.stringContaining(
            'user_otel-ingress="${directory:/mnt/passwords:kafka-otel-ingress}"',
          ) as string,
        },
      },
      configuration: {
        brokerCertChainAndKey: { secretName: 'kafka-brokers', certificate: 'tls.crt', key: 'tls.key' },
      },
    },
    { name: 'plain', port: 9092, tls: false },
  ]);
});

it('gives topics the same arithmetic, and users the same rules', () => {
  const { kafka } = make('prod');
  expect(object(kafka, 'KafkaTopic', 'failover-logs')).toMatchObject({
    spec: {
      partitions: 3,
      replicas: 3,
      config: { 'retention.bytes': 7_500_376_747, 'retention.ms': 4_500_000, 'min.insync.replicas': 2 },
    },
  });
  expect(object(kafka, 'KafkaUser', 'tempo')).toMatchObject({
    spec: {
      authorization: {
        type: 'simple',
        acls: [
          {
            resource: { type: 'topic', name: 'tempo-ingest', patternType: 'literal' },
            operations: ['Write'],
          },
          { resource: { type: 'topic', name: 'tempo-ingest', patternType: 'literal' }, operations: ['Read'] },
          {
            resource: { type: 'group', name: 'block-builder', patternType: 'literal' },
            operations: ['Read'],
          },
          {
            resource: { type: 'group', name: 'tempo-live-store', patternType: 'prefix' },
            operations: ['Read'],
          },
        ],
      },
    },
  });
});

it('gives consumers the endpoints of the plain Kafka, but for the host name', () => {
  const plain = new Kafka(samplePlatform('prod'), 'kafka', { ...CLUSTER_PROPS, clusterId: CLUSTER_ID });
  const shown = (kafka: KafkaBuffer): unknown =>
    [
      kafka.writeTo(FAILOVER_LOGS),
      kafka.readFrom(FAILOVER_LOGS),
      kafka.writeTo(DEAD_LETTERS),
      kafka.writeTo(TEMPO_INGEST),
      kafka.readFrom(TEMPO_INGEST),
      kafka.monitoring,
    ].map(({ id, port, protocol, signals, access, auth, tls, topic, queue }) => ({
      ...{ id, port, protocol, signals, access, auth, tls, topic },
      ...{ capacity: queue?.capacity.toMebibytes(), retentionSeconds: queue?.retentionSeconds },
    }));
  const strimzi = make('prod').kafka;
  expect(shown(strimzi)).toEqual(shown(plain));
  expect(strimzi.trust).toEqual(plain.trust);
  expect(strimzi.writeTo(FAILOVER_LOGS).host).toBe(
    'kafka-kafka-bootstrap.hyperion-pipeline.svc.cluster.local',
  );
});

describe('the network', () => {
  const pods = (namespace: string, labels: Record<string, string>): object => ({
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
    podSelector: { matchLabels: labels },
  });
  const client = (name: string, component = name): object =>
    pods('hyperion-pipeline', { 'app.kubernetes.io/name': name, 'app.kubernetes.io/component': component });
  const { kafka } = completed();

  it('each listener names its clients, for Strimzi’s own policies would let everybody in', () => {
    const { spec } = object(kafka, 'Kafka', 'kafka') as {
      spec: { kafka: { listeners: { networkPolicyPeers: object[] }[] } };
    };
    expect(spec.kafka.listeners.map(({ networkPolicyPeers }) => networkPolicyPeers)).toEqual([
      [client('clients', 'otel-ingress'), client('clients', 'otel-replay'), client('kafka-exporter')],
      [client('clients', 'tempo')],
    ]);
  });

  it('brokers reach each other and the API, and the operators reach them', () => {
    const brokers = { 'strimzi.io/cluster': 'kafka', 'strimzi.io/name': 'kafka-kafka' };
    const entityOperator = { 'strimzi.io/cluster': 'kafka', 'strimzi.io/name': 'kafka-entity-operator' };
    const clusterOperator = pods('strimzi', { 'strimzi.io/kind': 'cluster-operator' });
    const tcp = (port: number): object[] => [{ port, protocol: 'TCP' }];
    const policy = object(kafka, 'NetworkPolicy', 'kafka') as {
      spec: { ingress: object[]; egress: object[] };
    };
    expect(policy.spec.ingress).toEqual(
      expect.arrayContaining([
        { from: [pods('hyperion-pipeline', brokers)], ports: tcp(9090) },
        { from: [pods('hyperion-pipeline', brokers)], ports: tcp(9091) },
        { from: [pods('hyperion-pipeline', entityOperator)], ports: tcp(9091) },
        { from: [clusterOperator], ports: tcp(9090) },
        { from: [clusterOperator], ports: tcp(9091) },
        { from: [clusterOperator], ports: tcp(8443) },
      ]),
    );
    expect(policy.spec.egress).toEqual(
      expect.arrayContaining([{ to: [{ ipBlock: { cidr: '10.0.0.1/32' } }], ports: tcp(443) }]),
    );
    expect(object(kafka, 'NetworkPolicy', 'kafka-entity-operator')).toMatchObject({
      spec: { podSelector: { matchLabels: entityOperator }, ingress: [] },
    });
    const policies = kafka.toJson().filter(({ kind }: { kind: string }) => kind === 'NetworkPolicy') as {
      metadata: { name: string };
    }[];
    expect(policies.map(({ metadata }) => metadata.name)).toEqual(['kafka', 'kafka-entity-operator']);
  });
});
