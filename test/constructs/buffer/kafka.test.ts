import { Kafka, type KafkaProps } from '../../../constructs/buffer/kafka';
import { KafkaExporter } from '../../../constructs/buffer/kafka-exporter';
import { complete } from '../../../constructs/core/complete';
import type { Platform, Tier } from '../../../constructs/core/platform';
import { problemsOf } from '../core/fixture';
import {
  CLUSTER_ID,
  CLUSTER_PROPS,
  DEAD_LETTERS,
  FAILOVER_LOGS,
  INGRESS,
  object,
  REPLAY,
  SampleClients,
  samplePlatform,
  TEMPO_INGEST,
} from './sample';

function make(tier: Tier, props: Partial<KafkaProps> = {}): { platform: Platform; kafka: Kafka } {
  const platform = samplePlatform(tier);
  const kafka = new Kafka(platform, 'kafka', { ...CLUSTER_PROPS, clusterId: CLUSTER_ID, ...props });
  return { platform, kafka };
}

function file(kafka: Kafka, name: string): string[] {
  const found = kafka.configs.flatMap(({ files }) => files).find((candidate) => candidate.name === name);
  return (found?.text ?? '').trimEnd().split('\n');
}

function template(kafka: Kafka): Record<string, unknown> {
  const statefulSet = object(kafka, 'StatefulSet', 'kafka') as {
    spec: { template: { spec: Record<string, unknown> } };
  };
  return statefulSet.spec.template.spec;
}

interface ContainerObject {
  readonly command: string[];
  readonly args: string[];
  readonly env: { name: string; value?: string; valueFrom?: object }[];
  readonly volumeMounts: { mountPath: string; name: string }[];
  readonly readinessProbe: object;
}

function container(kafka: Kafka): ContainerObject {
  const [only] = template(kafka).containers as [ContainerObject];
  return only;
}

describe('server.properties', () => {
  const HOST = 'kafka-headless.hyperion-pipeline.svc.cluster.local';
  const JAAS = 'org.apache.kafka.common.security.plain.PlainLoginModule required';
  const from = (name: string): string => `"\${directory:/etc/hyperion/passwords:${name}}"`;

  it('makes three pods one cluster that loses no acknowledged record with one of them', () => {
    expect(file(make('prod').kafka, 'server.properties')).toEqual([
      `advertised.listeners=${[
        `BROKERS://\${env:POD_NAME}.${HOST}:9091`,
        `CONTROLLERS://\${env:POD_NAME}.${HOST}:9094`,
        `CLIENTS://\${env:POD_NAME}.${HOST}:9093`,
        `PLAIN-CLIENTS://\${env:POD_NAME}.${HOST}:9092`,
      ].join(',')}`,
      'allow.everyone.if.no.acl.found=false',
      'authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'auto.create.topics.enable=false',
      'config.providers=env,directory',
      'config.providers.directory.class=org.apache.kafka.common.config.provider.DirectoryConfigProvider',
      'config.providers.directory.param.allowed.paths=/etc/hyperion/passwords',
      'config.providers.env.class=org.apache.kafka.common.config.provider.EnvVarConfigProvider',
      'config.providers.env.param.allowlist.pattern=NODE_ID|POD_NAME',
      'controller.listener.names=CONTROLLERS',
      `controller.quorum.voters=0@kafka-0.${HOST}:9094,1@kafka-1.${HOST}:9094,2@kafka-2.${HOST}:9094`,
      'default.replication.factor=3',
      'inter.broker.listener.name=BROKERS',
      'listener.name.brokers.ssl.client.auth=required',
      `listener.name.clients.plain.sasl.jaas.config=${JAAS} user_kafka-admin=${from('kafka-admin')} ` +
        `user_kafka-exporter=${from('kafka-exporter')} user_otel-ingress=${from('kafka-otel-ingress')} ` +
        `user_otel-replay=${from('kafka-otel-replay')};`,
      'listener.name.clients.sasl.enabled.mechanisms=PLAIN',
      'listener.name.controllers.ssl.client.auth=required',
      `listener.name.plain-clients.plain.sasl.jaas.config=${JAAS} user_tempo=${from('kafka-tempo')};`,
      'listener.name.plain-clients.sasl.enabled.mechanisms=PLAIN',
      'listener.security.protocol.map=BROKERS:SSL,CONTROLLERS:SSL,CLIENTS:SASL_SSL,PLAIN-CLIENTS:SASL_PLAINTEXT',
      'listeners=BROKERS://:9091,CONTROLLERS://:9094,CLIENTS://:9093,PLAIN-CLIENTS://:9092',
      'log.dirs=/var/lib/kafka/data/log',
      'log.retention.check.interval.ms=300000',
      'log.segment.delete.delay.ms=60000',
      'min.insync.replicas=2',
      'node.id=${env:NODE_ID}',
      'offsets.topic.replication.factor=3',
      'process.roles=broker,controller',
      'share.coordinator.state.topic.min.isr=2',
      'share.coordinator.state.topic.replication.factor=3',
      'ssl.enabled.protocols=TLSv1.3',
      'ssl.keystore.location=/etc/hyperion/tls/tls-combined.pem',
      'ssl.keystore.type=PEM',
      'ssl.protocol=TLSv1.3',
      'ssl.truststore.location=/etc/hyperion/tls/ca.crt',
      'ssl.truststore.type=PEM',
      'super.users=User:kafka-admin;User:CN=kafka-brokers',
      'transaction.state.log.min.isr=2',
      'transaction.state.log.replication.factor=3',
      'unclean.leader.election.enable=false',
    ]);
  });

  it('is a cluster of one in development, without a listener that nobody needs', () => {
    const lines = file(make('dev', { topics: [FAILOVER_LOGS, DEAD_LETTERS] }).kafka, 'server.properties');
    expect(lines).toEqual(
      expect.arrayContaining([
        `controller.quorum.voters=0@kafka-0.${HOST}:9094`,
        'listeners=BROKERS://:9091,CONTROLLERS://:9094,CLIENTS://:9093',
        'default.replication.factor=1',
        'min.insync.replicas=1',
        'offsets.topic.replication.factor=1',
      ]),
    );
    expect(lines.join('\n')).not.toContain('PLAINTEXT');
  });
});

describe('what the administration is told', () => {
  const { kafka } = make('prod');

  it('topics', () => {
    expect(file(kafka, 'topics.txt')).toEqual([
      'failover-logs 3 3 cleanup.policy=delete,max.message.bytes=1048576,min.insync.replicas=2,' +
        'retention.bytes=7500376747,retention.ms=4500000,segment.bytes=937547093',
      'dead-letters 3 3 cleanup.policy=delete,max.message.bytes=1048576,min.insync.replicas=2,' +
        'retention.bytes=252095147,retention.ms=756000000,segment.bytes=67108864',
      'tempo-ingest 3 3 cleanup.policy=delete,max.message.bytes=16777216,min.insync.replicas=2,' +
        'retention.bytes=9000277334,retention.ms=4500000,segment.bytes=1073741824',
    ]);
  });

  it('rules', () => {
    expect(file(kafka, 'acls.txt')).toEqual([
      'TOPIC * LITERAL kafka-exporter DESCRIBE',
      'GROUP * LITERAL kafka-exporter DESCRIBE',
      'TOPIC failover-logs LITERAL otel-ingress WRITE',
      'TOPIC failover-logs LITERAL otel-replay READ',
      'GROUP replay-logs LITERAL otel-replay READ',
      'TOPIC dead-letters LITERAL otel-replay WRITE',
      'TOPIC tempo-ingest LITERAL tempo WRITE',
      'TOPIC tempo-ingest LITERAL tempo READ',
      'GROUP block-builder LITERAL tempo READ',
      'GROUP tempo-live-store PREFIXED tempo READ',
    ]);
  });

  it('how to log in', () => {
    expect(file(kafka, 'admin.properties')).toEqual([
      'config.providers=directory',
      'config.providers.directory.class=org.apache.kafka.common.config.provider.DirectoryConfigProvider',
      'config.providers.directory.param.allowed.paths=/etc/hyperion/passwords',
      'sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="kafka-admin" ' +
        'password="${directory:/etc/hyperion/passwords:kafka-admin}";',
      'sasl.mechanism=PLAIN',
      'security.protocol=SASL_SSL',
      'ssl.truststore.location=/etc/hyperion/tls/ca.crt',
      'ssl.truststore.type=PEM',
    ]);
  });

  it('sees only its own password, and of the authority only the certificate', () => {
    const job = kafka.toJson().find(({ kind }: { kind: string }) => kind === 'Job') as {
      spec: { template: { spec: object } };
    };
    expect(job.spec.template.spec).toMatchObject({
      volumes: expect.arrayContaining([
        {
          name: 'secret-kafka-secrets',
          secret: {
            secretName: 'kafka-secrets',
            defaultMode: 0o440,
            items: [{ key: 'kafka-admin', path: 'kafka-admin' }],
          },
        },
        {
          name: 'secret-kafka-trust',
          secret: {
            secretName: 'kafka-trust',
            defaultMode: 0o440,
            items: [{ key: 'ca.crt', path: 'ca.crt' }],
          },
        },
      ]) as unknown,
    });
  });

  it('reads renewed certificates every day, broker by broker', () => {
    expect(object(kafka, 'CronJob', 'kafka-certificates')).toMatchObject({
      spec: {
        schedule: '17 4 * * *',
        jobTemplate: {
          spec: {
            template: {
              spec: {
                containers: [
                  {
                    args: ['reload-certificates'],
                    env: expect.arrayContaining([
                      { name: 'KAFKA_BROKER_IDS', value: '0 1 2' },
                      { name: 'KAFKA_LISTENERS', value: 'brokers controllers clients' },
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

describe('the pods', () => {
  const { kafka } = make('prod');

  it('format their volume once, with the cluster they belong to', () => {
    expect(template(kafka).initContainers).toMatchObject([
      {
        name: 'format',
        command: ['/opt/kafka/bin/kafka-storage.sh'],
        args: [
          'format',
          '--ignore-formatted',
          `--cluster-id=${CLUSTER_ID}`,
          '--config=/etc/hyperion/kafka/server.properties',
        ],
      },
    ]);
  });

  it('know who they are from Kubernetes, and write nowhere but to their volume and /tmp', () => {
    const { command, args, env, volumeMounts } = container(kafka);
    expect([...command, ...args]).toEqual([
      '/opt/kafka/bin/kafka-server-start.sh',
      '/etc/hyperion/kafka/server.properties',
    ]);
    expect(env).toEqual([
      {
        name: 'NODE_ID',
        valueFrom: { fieldRef: { fieldPath: "metadata.labels['apps.kubernetes.io/pod-index']" } },
      },
      { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      { name: 'LOG_DIR', value: '/tmp/logs' },
      { name: 'KAFKA_HEAP_OPTS', value: '-Xms2048m -Xmx2048m' },
      { name: 'KAFKA_LOG4J_OPTS', value: '-Dlog4j2.configurationFile=/etc/hyperion/kafka/log4j2.yaml' },
      { name: 'KAFKA_OPTS', value: '-XX:+ExitOnOutOfMemoryError' },
      { name: 'EXTRA_ARGS', value: '-name kafkaServer' },
    ]);
    expect(volumeMounts.map(({ mountPath }) => mountPath)).toEqual([
      '/etc/hyperion/kafka',
      '/etc/hyperion/tls',
      '/etc/hyperion/passwords',
      '/tmp',
      '/var/lib/kafka/data',
    ]);
  });

  it('start together, find each other before they are ready, and stop in their own time', () => {
    expect(object(kafka, 'StatefulSet', 'kafka')).toMatchObject({
      spec: { replicas: 3, podManagementPolicy: 'Parallel', serviceName: 'kafka-headless' },
    });
    expect(object(kafka, 'Service', 'kafka-headless')).toMatchObject({
      spec: { clusterIP: 'None', publishNotReadyAddresses: true },
    });
    expect(template(kafka)).toMatchObject({
      terminationGracePeriodSeconds: 120,
      securityContext: { runAsUser: 1000 },
    });
    expect(container(kafka).readinessProbe).toMatchObject({ tcpSocket: { port: 9093 } });
  });

  it('carry a certificate with the names of the Services and of every pod', () => {
    expect(object(kafka, 'Certificate', 'kafka-brokers')).toMatchObject({
      spec: {
        commonName: 'kafka-brokers',
        dnsNames: [
          'kafka.hyperion-pipeline.svc.cluster.local',
          'kafka-headless.hyperion-pipeline.svc.cluster.local',
          '*.kafka-headless.hyperion-pipeline.svc.cluster.local',
        ],
        issuerRef: { kind: 'Issuer', name: 'pipeline-ca' },
        usages: ['digital signature', 'server auth', 'client auth'],
        additionalOutputFormats: [{ type: 'CombinedPEM' }],
        privateKey: { encoding: 'PKCS8' },
      },
    });
    expect(kafka.trust).toEqual({ secretName: 'kafka-trust' });
  });

  it('keep the passwords out of every object', () => {
    expect(object(kafka, 'ExternalSecret', 'kafka-secrets')).toMatchObject({
      spec: {
        data: ['kafka-admin', 'kafka-exporter', 'kafka-otel-ingress', 'kafka-otel-replay', 'kafka-tempo'].map(
          (name) => ({ secretKey: name, remoteRef: { key: name } }),
        ),
      },
    });
  });
});

describe('endpoints', () => {
  it('one to write and one to read each topic, over one port, for exactly its users', () => {
    const { kafka } = make('prod');
    const [write, read] = [kafka.writeTo(FAILOVER_LOGS), kafka.readFrom(FAILOVER_LOGS)];
    expect(write).not.toBe(read);
    expect(kafka.writeTo(FAILOVER_LOGS)).toBe(write);
    expect(
      [write, read].map(({ hostPort, access, topic, tls }) => ({ hostPort, access, topic, tls })),
    ).toEqual([
      {
        hostPort: 'kafka.hyperion-pipeline.svc.cluster.local:9093',
        access: 'write',
        topic: 'failover-logs',
        tls: true,
      },
      {
        hostPort: 'kafka.hyperion-pipeline.svc.cluster.local:9093',
        access: 'read',
        topic: 'failover-logs',
        tls: true,
      },
    ]);
    expect(write.auth).toMatchObject({ kind: 'sasl-plain', accepted: [INGRESS.password] });
    expect(write.queue?.capacity.toMebibytes()).toBe(17_167);
    expect(write.queue?.retentionSeconds).toBe(4500);
    expect(kafka.writeTo(TEMPO_INGEST)).toMatchObject({ port: 9092, tls: false, name: 'plain-clients' });
  });

  it('fit together in an environment, with the exporter', () => {
    const { platform, kafka } = make('prod');
    const exporter = new KafkaExporter(platform, 'kafka-exporter', { namespace: 'hyperion-pipeline', kafka });
    new SampleClients(platform, kafka, [exporter.metrics]);
    expect(() => {
      complete(platform);
    }).not.toThrow();
    expect(object(kafka, 'NetworkPolicy', 'kafka')).toMatchObject({
      spec: {
        ingress: expect.arrayContaining([
          {
            from: [
              {
                namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'hyperion-pipeline' } },
                podSelector: {
                  matchLabels: {
                    'app.kubernetes.io/name': 'clients',
                    'app.kubernetes.io/component': 'tempo',
                  },
                },
              },
            ],
            ports: [{ port: 9092, protocol: 'TCP' }],
          },
        ]) as unknown,
      },
    });
  });

  it('refuse a topic that was not declared', () => {
    const { kafka } = make('dev', { topics: [FAILOVER_LOGS] });
    expect(() => kafka.writeTo(DEAD_LETTERS)).toThrow(
      'kafka: nobody may write topic "dead-letters"; give the topic to kafka, with its writers',
    );
    expect(() => make('dev').kafka.readFrom(DEAD_LETTERS)).toThrow(
      'kafka: nobody may read topic "dead-letters"; give the topic to kafka, with its readers',
    );
  });

  it('refuse a client with somebody else’s password', () => {
    const { platform, kafka } = make('dev');
    new SampleClients(platform, kafka, []).replay.connect(kafka.writeTo(FAILOVER_LOGS), {
      signals: ['logs'],
      purpose: 'a mistake',
      credential: { kind: 'sasl-plain', secret: REPLAY.password },
    });
    expect(problemsOf(platform)).toContain(
      'sample-dev/otel-replay: credential for kafka/clients#failover-logs = "kafka-otel-replay"\n' +
        '  rule:   kafka/clients#failover-logs knows kafka-otel-ingress',
    );
  });
});

describe('mistakes', () => {
  it.each(['', 'kafka', 'MkU3OEVBNTcwNTJENDM2Q', '-kU3OEVBNTcwNTJENDM2Qg', 'MkU3OEVBNTcwNTJENDM2+g'])(
    'a cluster ID that Kafka would refuse: %p',
    (clusterId) => {
      expect(problemsOf(make('dev', { clusterId }).platform)).toContain(
        `sample-dev/kafka: clusterId = ${JSON.stringify(clusterId)}\n` +
          '  rule:   a cluster ID is 16 bytes in URL-safe base64: 22 characters of A-Z, a-z, 0-9, - and _, the first no -\n' +
          '  remedy: make one with `kafka-storage.sh random-uuid` and never change it again',
      );
    },
  );

  it('one broker in production', () => {
    expect(problemsOf(make('prod', { brokers: 1 }).platform)).toContain(
      'sample-prod/kafka: brokers = 1\n' +
        '  rule:   in production a broker may be lost without losing data or refusing writes: that takes 3\n' +
        '  remedy: use at least 3',
    );
  });

  it('all of them at once: of the topics, of the users, of the volume', () => {
    const text = problemsOf(
      make('prod', { replicationFactor: 5, topics: [FAILOVER_LOGS, { ...DEAD_LETTERS, writers: [] }] })
        .platform,
    );
    expect(text).toContain('sample-prod/kafka: replicationFactor = 5');
    expect(text).toContain('sample-prod/kafka: topics.dead-letters.writers = []');
  });
});
