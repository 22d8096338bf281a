/** Kafka 3.9 with its ZooKeepers: what differs from the modern one, and that nothing else does. */
import { Size } from 'cdk8s';
import { Kafka } from '../../../constructs/buffer/kafka';
import { KafkaExporter } from '../../../constructs/buffer/kafka-exporter';
import { KafkaLegacy, type KafkaLegacyProps } from '../../../constructs/buffer/kafka-legacy';
import { Zookeeper, type ZookeeperProps } from '../../../constructs/buffer/zookeeper';
import { checkCatalog } from '../../../constructs/core/catalog-checks';
import { complete } from '../../../constructs/core/complete';
import type { Component } from '../../../constructs/core/component';
import type { Platform, Tier } from '../../../constructs/core/platform';
import { problemsOf } from '../core/fixture';
import { CLUSTER_ID, CLUSTER_PROPS, object, SampleClients, samplePlatform } from './sample';

interface Made {
  readonly platform: Platform;
  readonly zookeeper: Zookeeper;
  readonly kafka: KafkaLegacy;
}

function made(
  tier: Tier,
  ensemble: Partial<ZookeeperProps> = {},
  props: Partial<KafkaLegacyProps> = {},
): Made {
  const platform = samplePlatform(tier);
  const zookeeper = new Zookeeper(platform, 'zookeeper', {
    namespace: CLUSTER_PROPS.namespace,
    issuer: CLUSTER_PROPS.issuer,
    volume: { size: Size.gibibytes(8), storageClass: 'managed-premium' },
    ...ensemble,
  });
  const kafka = new KafkaLegacy(platform, 'kafka', { ...CLUSTER_PROPS, zookeeper, ...props });
  return { platform, zookeeper, kafka };
}

function file(component: Component, name: string): string[] {
  const found = component.configs.flatMap(({ files }) => files).find((candidate) => candidate.name === name);
  return (found?.text ?? '').trimEnd().split('\n');
}

interface PodSpec {
  readonly containers: { readonly name: string; readonly env: { name: string; value?: string }[] }[];
  readonly initContainers?: { readonly name: string; readonly image: string; readonly command: string[] }[];
}

function pod(component: Component): PodSpec {
  const { spec } = object(component, 'StatefulSet', component.node.id) as unknown as {
    spec: { template: { spec: PodSpec } };
  };
  return spec.template.spec;
}

function variable(component: Component, name: string): string | undefined {
  return pod(component).containers[0]?.env.find((candidate) => candidate.name === name)?.value;
}

describe('server.properties', () => {
  const legacy = file(made('prod').kafka, 'server.properties');
  const modern = file(
    new Kafka(samplePlatform('prod'), 'kafka', { ...CLUSTER_PROPS, clusterId: CLUSTER_ID }),
    'server.properties',
  );
  const HOST = 'kafka-headless.hyperion-pipeline.svc.cluster.local';

  it('keeps its metadata in ZooKeeper, over TLS, and owns what it writes there', () => {
    expect(legacy.filter((line) => !modern.includes(line))).toEqual([
      `advertised.listeners=${[
        `BROKERS://\${env:POD_NAME}.${HOST}:9091`,
        `CLIENTS://\${env:POD_NAME}.${HOST}:9093`,
        `PLAIN-CLIENTS://\${env:POD_NAME}.${HOST}:9092`,
      ].join(',')}`,
      'authorizer.class.name=kafka.security.authorizer.AclAuthorizer',
      'broker.id=${env:NODE_ID}',
      'inter.broker.protocol.version=3.9',
      'listener.security.protocol.map=BROKERS:SSL,CLIENTS:SASL_SSL,PLAIN-CLIENTS:SASL_PLAINTEXT',
      'listeners=BROKERS://:9091,CLIENTS://:9093,PLAIN-CLIENTS://:9092',
      'zookeeper.clientCnxnSocket=org.apache.zookeeper.ClientCnxnSocketNetty',
      'zookeeper.connect=zookeeper-headless.hyperion-pipeline.svc.cluster.local:2281',
      'zookeeper.set.acl=true',
      'zookeeper.ssl.client.enable=true',
      'zookeeper.ssl.enabled.protocols=TLSv1.3',
      'zookeeper.ssl.keystore.location=/etc/hyperion/tls/tls-combined.pem',
      'zookeeper.ssl.keystore.type=PEM',
      'zookeeper.ssl.protocol=TLSv1.3',
      'zookeeper.ssl.truststore.location=/etc/hyperion/tls/ca.crt',
      'zookeeper.ssl.truststore.type=PEM',
    ]);
  });

  it('has nothing of KRaft, and every other line of the modern one', () => {
    expect(modern.filter((line) => !legacy.includes(line)).map((line) => line.split('=')[0])).toEqual([
      'advertised.listeners',
      'authorizer.class.name',
      'controller.listener.names',
      'controller.quorum.voters',
      'listener.name.controllers.ssl.client.auth',
      'listener.security.protocol.map',
      'listeners',
      'node.id',
      'process.roles',
      'share.coordinator.state.topic.min.isr',
      'share.coordinator.state.topic.replication.factor',
    ]);
  });
});

describe('zoo.cfg', () => {
  it('makes three pods one ensemble that speaks nothing but TLS', () => {
    const host = (n: number): string =>
      `zookeeper-${n}.zookeeper-headless.hyperion-pipeline.svc.cluster.local`;
    expect(file(made('prod').zookeeper, 'zoo.cfg')).toEqual([
      '4lw.commands.whitelist=srvr',
      'admin.enableServer=false',
      'authProvider.x509=org.apache.zookeeper.server.auth.X509AuthenticationProvider',
      'autopurge.purgeInterval=24',
      'autopurge.snapRetainCount=3',
      'client.certReload=true',
      'clientPort=2181',
      'clientPortAddress=127.0.0.1',
      'dataDir=/data',
      'initLimit=10',
      'metricsProvider.className=org.apache.zookeeper.metrics.prometheus.PrometheusMetricsProvider',
      'metricsProvider.exportJvmInfo=true',
      'metricsProvider.httpPort=7000',
      'secureClientPort=2281',
      `server.1=${host(0)}:2888:3888`,
      `server.2=${host(1)}:2888:3888`,
      `server.3=${host(2)}:2888:3888`,
      'serverCnxnFactory=org.apache.zookeeper.server.NettyServerCnxnFactory',
      'ssl.clientAuth=need',
      'ssl.enabledProtocols=TLSv1.3',
      'ssl.keyStore.location=/etc/hyperion/tls/tls-combined.pem',
      'ssl.keyStore.type=PEM',
      'ssl.protocol=TLSv1.3',
      'ssl.quorum.clientAuth=need',
      'ssl.quorum.enabledProtocols=TLSv1.3',
      'ssl.quorum.keyStore.location=/etc/hyperion/tls/tls-combined.pem',
      'ssl.quorum.keyStore.type=PEM',
      'ssl.quorum.protocol=TLSv1.3',
      'ssl.quorum.trustStore.location=/etc/hyperion/tls/ca.crt',
      'ssl.quorum.trustStore.type=PEM',
      'ssl.trustStore.location=/etc/hyperion/tls/ca.crt',
      'ssl.trustStore.type=PEM',
      'sslQuorum=true',
      'sslQuorumReloadCertFiles=true',
      'syncLimit=5',
      'tickTime=2000',
    ]);
  });

  it('is one server alone in development', () => {
    const lines = file(made('dev').zookeeper, 'zoo.cfg').join('\n');
    expect(lines).toContain('secureClientPort=2281');
    expect(lines).not.toMatch(/server\.1|uorum/);
  });
});

describe('the pods', () => {
  it('learn their number from Kubernetes, and are ready once they have a quorum', () => {
    const { zookeeper } = made('prod');
    expect(pod(zookeeper)).toMatchObject({
      initContainers: [
        {
          name: 'server-id',
          command: ['bash', '-c', 'echo $((POD_INDEX + 1)) >/data/myid'],
          env: [
            {
              name: 'POD_INDEX',
              valueFrom: { fieldRef: { fieldPath: "metadata.labels['apps.kubernetes.io/pod-index']" } },
            },
          ],
        },
      ],
      containers: [
        {
          image: 'docker.io/library/zookeeper:3.9.5',
          readinessProbe: {
            exec: {
              command: [
                'bash',
                '-c',
                'exec 3<>/dev/tcp/127.0.0.1/2181 && echo srvr >&3 && grep -q ^Mode <&3',
              ],
            },
          },
          livenessProbe: { tcpSocket: { port: 2281 } },
        },
      ],
    });
    expect(object(zookeeper, 'StatefulSet', 'zookeeper')).toMatchObject({
      spec: { replicas: 3, podManagementPolicy: 'Parallel' },
    });
    expect(object(zookeeper, 'Certificate', 'zookeeper-servers')).toMatchObject({
      spec: {
        dnsNames: [
          'zookeeper-headless.hyperion-pipeline.svc.cluster.local',
          '*.zookeeper-headless.hyperion-pipeline.svc.cluster.local',
        ],
        usages: ['digital signature', 'server auth', 'client auth'],
      },
    });
  });

  it('of Kafka need no formatting, and run and are administered by 3.9', () => {
    const { kafka } = made('prod');
    expect(pod(kafka).initContainers).toBeUndefined();
    expect(variable(kafka, 'KAFKA_LOG4J_OPTS')).toBe(
      '-Dlog4j.configuration=file:/etc/hyperion/kafka/log4j.properties',
    );
    const images = JSON.stringify(kafka.toJson()).match(/docker\.io\/apache\/kafka:[0-9.]+/g);
    expect(new Set(images)).toEqual(new Set(['docker.io/apache/kafka:3.9.2']));
    expect(object(kafka, 'CronJob', 'kafka-certificates')).toMatchObject({
      spec: {
        jobTemplate: {
          spec: {
            template: {
              spec: {
                containers: [
                  {
                    env: expect.arrayContaining([
                      { name: 'KAFKA_LISTENERS', value: 'brokers clients' },
                    ]) as unknown,
                  },
                ],
              },
            },
          },
        },
      },
    });
  });
});

describe('the JMX exporter', () => {
  const { kafka, zookeeper } = made('prod', { jmx: true }, { jmx: true });

  it('is copied out of an image that carries it, and runs inside the program', () => {
    for (const [component, option] of [
      [kafka, 'KAFKA_OPTS'],
      [zookeeper, 'SERVER_JVMFLAGS'],
    ] as const) {
      expect(variable(component, option)).toBe(
        '-XX:+ExitOnOutOfMemoryError ' +
          '-javaagent:/opt/hyperion/jmx/jmx_prometheus_javaagent.jar=9404:/etc/hyperion/jmx/jmx.yaml',
      );
      expect(pod(component).initContainers?.at(-1)).toMatchObject({
        name: 'jmx-agent',
        image: 'quay.io/strimzi/kafka:1.2.0-kafka-4.3.1',
        command: [
          '/bin/sh',
          '-c',
          'cp "$JMX_EXPORTER_HOME"/jmx_prometheus_javaagent*.jar /opt/hyperion/jmx/jmx_prometheus_javaagent.jar',
        ],
      });
    }
  });

  it('is another endpoint of each', () => {
    expect(kafka.jmx?.url).toBe('http://kafka.hyperion-pipeline.svc.cluster.local:9404/metrics');
    expect(zookeeper.jmx?.port).toBe(9404);
    expect(zookeeper.metrics.url).toBe('http://zookeeper.hyperion-pipeline.svc.cluster.local:7000/metrics');
  });

  it('is not there where nobody asks for it', () => {
    const without = made('prod');
    expect([without.kafka.jmx, without.zookeeper.jmx]).toEqual([undefined, undefined]);
    expect(variable(without.kafka, 'KAFKA_OPTS')).toBe('-XX:+ExitOnOutOfMemoryError');
  });
});

describe('together', () => {
  it('fit into an environment like the modern one; ZooKeeper is reached by Kafka and its own alone', () => {
    const { platform, kafka, zookeeper } = made('prod');
    const exporter = new KafkaExporter(platform, 'kafka-exporter', {
      namespace: CLUSTER_PROPS.namespace,
      kafka,
    });
    new SampleClients(platform, kafka, [exporter.metrics, zookeeper.metrics]);
    complete(platform);
    const { ingress } = object(zookeeper, 'NetworkPolicy', 'zookeeper').spec as {
      ingress: {
        from: { podSelector: { matchLabels: Record<string, string> } }[];
        ports: { port: number }[];
      }[];
    };
    expect(
      ingress.map(({ from, ports }) => [
        from[0]?.podSelector.matchLabels['app.kubernetes.io/component'],
        ports[0]?.port,
      ]),
    ).toEqual([
      ['vmagent', 7000],
      ['kafka', 2281],
      ['zookeeper', 2888],
      ['zookeeper', 3888],
    ]);
  });

  it('take a waiver, which ends', () => {
    const { platform } = made('prod');
    const waiver = {
      component: 'kafka-legacy',
      reason: 'not migrated',
      owner: 'messaging',
      expires: '2027-03-31',
    };
    const found = (asOf: string): string[] =>
      checkCatalog(platform, { asOf, waivers: [waiver] }).map(({ rule }) => rule);
    expect(checkCatalog(platform, { asOf: '2026-11-21', waivers: [] })).toMatchObject([
      {
        property: 'catalog["kafka-legacy"].endOfLife',
        rule: 'kafka-legacy 3.9.2 gets no security fixes after that day (today is 2026-11-21)',
        remedy:
          'move to kafka (KRaft), see docs/guides/kafka-migration.md, or add a waiver with reason, owner and expiry',
      },
    ]);
    expect(found('2026-11-21')).toEqual([]);
    expect(found('2027-03-31')).toEqual(['a waiver ends on its day (today is 2027-03-31)']);
  });
});

describe('what ZooKeeper refuses', () => {
  it('an even number of servers', () => {
    expect(problemsOf(made('prod', { replicas: 4 }).platform)).toContain(
      'replicas = 4\n  rule:   a majority decides: an even number survives no more losses than the odd one below it\n' +
        '  remedy: use 1 (development), 3 or 5',
    );
  });

  it('one server alone in production', () => {
    expect(problemsOf(made('prod', { replicas: 1 }).platform)).toContain(
      'replicas = 1\n  rule:   in production a server may be lost without stopping Kafka: that takes 3\n' +
        '  remedy: use at least 3',
    );
  });
});
