import { Kafka } from '../../../constructs/buffer/kafka';
import type { KafkaBuffer } from '../../../constructs/buffer/kafka-buffer';
import { KafkaExporter } from '../../../constructs/buffer/kafka-exporter';
import { KafkaStrimzi, type KafkaStrimziProps } from '../../../constructs/buffer/kafka-strimzi';
import { complete } from '../../../constructs/core/complete';
import { connect } from '../../../constructs/core/connect';
import { AuthScheme } from '../../../constructs/core/credential';
import { External } from '../../../constructs/core/party';
import type { Platform, Tier } from '../../../constructs/core/platform';
import {
  CLUSTER_ID,
  CLUSTER_PROPS,
  connectConsumer,
  CONSUMER,
  DEAD_LETTERS,
  EGRESS_LOGS,
  EXTERNAL,
  FAILOVER_LOGS,
  object,
  SampleClients,
  samplePlatform,
  TEMPO_INGEST,
} from './sample';

function make(
  tier: Tier,
  props: Partial<KafkaStrimziProps> = {},
): { platform: Platform; kafka: KafkaStrimzi } {
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
    ...props,
  });
  return { platform, kafka };
}

const OUTSIDE = { topics: [...CLUSTER_PROPS.topics, EGRESS_LOGS], external: EXTERNAL };

function completed(props: Partial<KafkaStrimziProps> = {}): ReturnType<typeof make> {
  const made = make('prod', props);
  const exporter = new KafkaExporter(made.platform, 'kafka-exporter', {
    namespace: 'hyperion-pipeline',
    kafka: made.kafka,
  });
  const clients = new SampleClients(made.platform, made.kafka, [exporter.metrics]);
  if (props.external !== undefined) connectConsumer(made.platform, clients, made.kafka);
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

it('lets readers outside in by a load balancer for each broker, with names and addresses of their own', () => {
  const { kafka } = completed(OUTSIDE);
  const { spec } = object(kafka, 'Kafka', 'kafka') as { spec: { kafka: { listeners: object[] } } };
  const broker = (number: number): object => ({
    broker: number,
    advertisedHost: `kafka-${number}.kafka.sample.example.com`,
    annotations: {
      'service.beta.kubernetes.io/azure-load-balancer-internal': 'true',
      'service.beta.kubernetes.io/azure-load-balancer-internal-subnet': 'load-balancers',
      'service.beta.kubernetes.io/azure-load-balancer-ipv4': `10.40.16.2${number + 1}`,
    },
  });
  expect(spec.kafka.listeners[2]).toEqual({
    name: 'external',
    port: 9095,
    type: 'loadbalancer',
    tls: true,
    authentication: {
      type: 'custom',
      sasl: true,
      listenerConfig: {
        'sasl.enabled.mechanisms': 'PLAIN',
        'plain.sasl.jaas.config':
          'org.apache.kafka.common.security.plain.PlainLoginModule required ' +
          'user_checkpoint-logging="${directory:/mnt/passwords:kafka-checkpoint-logging}";',
      },
    },
    configuration: {
      brokerCertChainAndKey: { secretName: 'kafka-brokers', certificate: 'tls.crt', key: 'tls.key' },
      externalTrafficPolicy: 'Local',
      createBootstrapService: false,
      brokers: [broker(0), broker(1), broker(2)],
    },
    networkPolicyPeers: [{ ipBlock: { cidr: '10.60.0.0/24' } }],
  });
  expect(object(kafka, 'Certificate', 'kafka-brokers')).toMatchObject({
    spec: {
      dnsNames: expect.arrayContaining([
        'kafka.sample.example.com',
        'kafka-2.kafka.sample.example.com',
      ]) as unknown,
    },
  });
});

it('gives each listener its own clients when nobody needs the one without TLS', () => {
  const { platform, kafka } = make('prod', {
    topics: [FAILOVER_LOGS, DEAD_LETTERS, EGRESS_LOGS],
    external: EXTERNAL,
  });
  const reader = new External(platform, 'consumer', { description: 'consumer', cidrs: ['10.60.0.0/24'] });
  connect(reader, kafka.readFrom(EGRESS_LOGS), {
    signals: ['logs'],
    purpose: 'logs for the consumer',
    credential: { kind: 'sasl-plain', secret: CONSUMER.password },
  });
  platform.runDerivers();
  const { spec } = object(kafka, 'Kafka', 'kafka') as {
    spec: { kafka: { listeners: { name: string; networkPolicyPeers?: object[] }[] } };
  };
  expect(spec.kafka.listeners.map(({ name, networkPolicyPeers }) => ({ name, networkPolicyPeers }))).toEqual([
    { name: 'clients', networkPolicyPeers: undefined },
    { name: 'external', networkPolicyPeers: [{ ipBlock: { cidr: '10.60.0.0/24' } }] },
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
      spec: { podSelector: { matchLabels: entityOperator }, policyTypes: ['Ingress', 'Egress'] },
    });
    const policies = kafka.toJson().filter(({ kind }: { kind: string }) => kind === 'NetworkPolicy') as {
      metadata: { name: string };
    }[];
    expect(policies.map(({ metadata }) => metadata.name)).toEqual(['kafka', 'kafka-entity-operator']);
  });
});
