/**
 * Readers outside the cluster: a listener with names and addresses of its own, which lets in them and nobody else.
 */
import { Kafka, type KafkaProps } from '../../../constructs/buffer/kafka';
import { KafkaExporter } from '../../../constructs/buffer/kafka-exporter';
import { complete } from '../../../constructs/core/complete';
import type { Platform, Tier } from '../../../constructs/core/platform';
import { problemsOf } from '../core/fixture';
import {
  CLUSTER_ID,
  CLUSTER_PROPS,
  connectConsumer,
  CONSUMER,
  EGRESS_LOGS,
  EXTERNAL,
  FAILOVER_LOGS,
  object,
  SampleClients,
  samplePlatform,
} from './sample';

const TOPICS = [...CLUSTER_PROPS.topics, EGRESS_LOGS];

function make(tier: Tier, props: Partial<KafkaProps> = {}): { platform: Platform; kafka: Kafka } {
  const platform = samplePlatform(tier);
  const kafka = new Kafka(platform, 'kafka', {
    ...CLUSTER_PROPS,
    topics: TOPICS,
    external: EXTERNAL,
    clusterId: CLUSTER_ID,
    ...props,
  });
  return { platform, kafka };
}

function names(kafka: Kafka, kind: string): string[] {
  return (kafka.toJson() as { kind: string; metadata: { name: string } }[])
    .filter((candidate) => candidate.kind === kind)
    .map(({ metadata }) => metadata.name);
}

it('is one more listener, which says the names outside and knows the readers outside alone', () => {
  const { kafka } = make('prod');
  const properties = kafka.configs
    .flatMap(({ files }) => files)
    .find(({ name }) => name === 'server.properties')?.text;
  const lines = (properties ?? '').split('\n');
  const value = (key: string): string | undefined =>
    lines.find((line) => line.startsWith(`${key}=`))?.slice(key.length + 1);
  expect(value('listeners')?.split(',')).toContain('EXTERNAL://:9095');
  expect(value('advertised.listeners')?.split(',')).toContain(
    'EXTERNAL://${env:POD_NAME}.kafka.sample.example.com:9095',
  );
  expect(value('listener.security.protocol.map')?.split(',')).toContain('EXTERNAL:SASL_SSL');
  expect(value('listener.name.external.sasl.enabled.mechanisms')).toBe('PLAIN');
  expect(value('listener.name.external.plain.sasl.jaas.config')).toBe(
    'org.apache.kafka.common.security.plain.PlainLoginModule required ' +
      'user_checkpoint-logging="${directory:/etc/hyperion/passwords:kafka-checkpoint-logging}";',
  );
  for (const inside of ['clients', 'plain-clients']) {
    expect(value(`listener.name.${inside}.plain.sasl.jaas.config`)).not.toContain('checkpoint-logging');
  }
});

it('leads to each broker by an internal load balancer of its own, which keeps the reader’s address', () => {
  const { kafka } = make('prod');
  expect(names(kafka, 'Service')).toEqual([
    'kafka',
    'kafka-headless',
    'kafka-external-0',
    'kafka-external-1',
    'kafka-external-2',
  ]);
  expect(object(kafka, 'Service', 'kafka-external-1')).toEqual({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'kafka-external-1',
      namespace: 'hyperion-pipeline',
      labels: {
        'app.kubernetes.io/name': 'kafka',
        'app.kubernetes.io/component': 'kafka',
        'app.kubernetes.io/part-of': 'sample',
        'app.kubernetes.io/managed-by': 'hyperion',
      },
      annotations: {
        'service.beta.kubernetes.io/azure-load-balancer-internal': 'true',
        'service.beta.kubernetes.io/azure-load-balancer-internal-subnet': 'load-balancers',
        'service.beta.kubernetes.io/azure-load-balancer-ipv4': '10.40.16.22',
      },
    },
    spec: {
      type: 'LoadBalancer',
      externalTrafficPolicy: 'Local',
      selector: { 'statefulset.kubernetes.io/pod-name': 'kafka-1' },
      ports: [{ name: 'external', port: 9095, protocol: 'TCP', targetPort: 9095 }],
    },
  });
});

it('is on no Service inside the cluster', () => {
  const { kafka } = make('prod');
  for (const name of ['kafka', 'kafka-headless']) {
    const { spec } = object(kafka, 'Service', name) as { spec: { ports: { port: number }[] } };
    expect(spec.ports.map(({ port }) => port)).toContain(9093);
    expect(spec.ports.map(({ port }) => port)).not.toContain(9095);
  }
});

it('has its names in the certificate, which is reloaded there too', () => {
  const { kafka } = make('prod');
  expect(object(kafka, 'Certificate', 'kafka-brokers')).toMatchObject({
    spec: {
      dnsNames: [
        'kafka.hyperion-pipeline.svc.cluster.local',
        'kafka-headless.hyperion-pipeline.svc.cluster.local',
        '*.kafka-headless.hyperion-pipeline.svc.cluster.local',
        'kafka.sample.example.com',
        'kafka-0.kafka.sample.example.com',
        'kafka-1.kafka.sample.example.com',
        'kafka-2.kafka.sample.example.com',
      ],
    },
  });
  expect(JSON.stringify(object(kafka, 'CronJob', 'kafka-certificates'))).toContain(
    '{"name":"KAFKA_LISTENERS","value":"brokers controllers clients external"}',
  );
});

it('gives readers the name outside, writers the one inside, and each its own port', () => {
  const { kafka } = make('prod');
  expect(kafka.readFrom(EGRESS_LOGS)).toMatchObject({
    id: 'kafka/external#egress-checkpoint-logging',
    hostPort: 'kafka.sample.example.com:9095',
    tls: true,
    auth: { kind: 'sasl-plain', accepted: [CONSUMER.password] },
  });
  expect(kafka.writeTo(EGRESS_LOGS)).toMatchObject({
    id: 'kafka/clients#egress-checkpoint-logging',
    hostPort: 'kafka.hyperion-pipeline.svc.cluster.local:9093',
  });
});

it('opens 9095 to the readers’ networks, and nothing else to them', () => {
  const { platform, kafka } = make('prod');
  const exporter = new KafkaExporter(platform, 'kafka-exporter', { namespace: 'hyperion-pipeline', kafka });
  connectConsumer(platform, new SampleClients(platform, kafka, [exporter.metrics]), kafka);
  complete(platform);
  const { spec } = object(kafka, 'NetworkPolicy', 'kafka') as {
    spec: { ingress: { from: { ipBlock?: object }[]; ports: { port: number }[] }[] };
  };
  const external = [
    { from: [{ ipBlock: { cidr: '10.60.0.0/24' } }], ports: [{ port: 9095, protocol: 'TCP' }] },
  ];
  expect(spec.ingress.filter(({ from }) => from.some(({ ipBlock }) => ipBlock !== undefined))).toEqual(
    external,
  );
  expect(spec.ingress.filter(({ ports }) => ports.some(({ port }) => port === 9095))).toEqual(external);
});

it('tells the infrastructure which DNS records to make', () => {
  const { platform } = make('prod');
  expect(
    platform.derivations
      .filter(({ what }) => what.startsWith('DNS record'))
      .map(({ what, value }) => `${what}: ${value}`),
  ).toEqual([
    'DNS record kafka.sample.example.com: 10.40.16.21, 10.40.16.22, 10.40.16.23',
    'DNS record kafka-0.kafka.sample.example.com: 10.40.16.21',
    'DNS record kafka-1.kafka.sample.example.com: 10.40.16.22',
    'DNS record kafka-2.kafka.sample.example.com: 10.40.16.23',
  ]);
});

it('is not made when nobody reads from outside', () => {
  const { platform, kafka } = make('prod', { topics: [FAILOVER_LOGS] });
  expect(names(kafka, 'Service')).toEqual(['kafka', 'kafka-headless']);
  expect(JSON.stringify(kafka.toJson())).not.toMatch(/EXTERNAL|9095|kafka\.sample\.example\.com/);
  expect(platform.derivations.filter(({ what }) => what.startsWith('DNS'))).toEqual([]);
});

describe('mistakes', () => {
  it('readers outside, and no way for them', () => {
    const platform = samplePlatform('prod');
    new Kafka(platform, 'kafka', { ...CLUSTER_PROPS, topics: TOPICS, clusterId: CLUSTER_ID });
    expect(problemsOf(platform)).toContain(
      'sample-prod/kafka: topics.egress-checkpoint-logging.readersOutside = true\n' +
        '  rule:   brokers send each client to a name of theirs, and without `external` they have none outside the cluster\n' +
        '  remedy: give Kafka `external`: an internal address for each broker and the domain of their names',
    );
  });

  it.each([
    ['fewer addresses than brokers', ['10.40.16.21']],
    ['one address for two brokers', ['10.40.16.21', '10.40.16.22', '10.40.16.21']],
    ['what is no address', ['10.40.16.21', '10.40.16.22', 'kafka-2']],
  ])('%s', (_what, addresses) => {
    expect(problemsOf(make('prod', { external: { ...EXTERNAL, addresses } }).platform)).toContain(
      `sample-prod/kafka: external.addresses = ${JSON.stringify(addresses)}\n` +
        '  rule:   each broker has a static IPv4 address of its own for readers outside, and there are 3\n' +
        "  remedy: give 3 different addresses of the cluster's subnet, e.g. 10.40.16.21",
    );
  });
});
