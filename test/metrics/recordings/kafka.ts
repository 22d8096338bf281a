/**
 * Kafka both ways, three brokers each, as the JMX exporter shows it by our rules, while somebody writes and somebody reads;
 * and the three ZooKeepers of the older one.
 */
import { Size } from 'cdk8s';
import { Kafka } from '../../../constructs/buffer/kafka';
import { KafkaLegacy } from '../../../constructs/buffer/kafka-legacy';
import type { StatefulKafka } from '../../../constructs/buffer/stateful-kafka';
import { Zookeeper } from '../../../constructs/buffer/zookeeper';
import { ZOOKEEPER_PORTS } from '../../../constructs/buffer/zookeeper-config';
import { CATALOG } from '../../../constructs/core/catalog';
import { SecretRef } from '../../../constructs/core/secrets';
import {
  CLUSTER_ID,
  CLUSTER_PROPS,
  FAILOVER_LOGS,
  INGRESS,
  REPLAY,
  samplePlatform,
} from '../../constructs/buffer/sample';
import { KafkaProfile, podsOf } from '../../proof/kafka/profile';
import { tool } from '../../tools/obtain';
import { jmxExporter } from '../../tools/jmx-exporter';
import { merged } from '../exposition';
import type { Metric } from '../inventory';
import { metricsAt, type Recorded, type Recording } from './recording';

const JMX_PORT = 9404;
const MESSAGES = 500;
const ADMIN = { name: 'kafka-admin', password: SecretRef.named('kafka-admin') };
const PROPS = { ...CLUSTER_PROPS, topics: [FAILOVER_LOGS], jmx: true } as const;
/** The agent's own, which it gives of every program. */
const OF_THE_AGENT = /^(jmx|jvm|process)_/;
const UNDER = 'three of them with our rules, one topic written and read';

export const kafkaRecording: Recording = {
  name: 'kafka',
  record: async () => {
    const jmx = await tool('jmx-exporter');
    const modern = new Kafka(samplePlatform('prod'), 'kafka', { ...PROPS, clusterId: CLUSTER_ID });
    const first = await recordProfile(
      new KafkaProfile({ kafka: await tool('kafka'), jmx }, modern, undefined, [
        ADMIN,
        modern.monitor,
        INGRESS,
        REPLAY,
      ]),
      modern,
      'kafka',
    );
    const platform = samplePlatform('prod');
    const zookeeper = new Zookeeper(platform, 'zookeeper', {
      namespace: CLUSTER_PROPS.namespace,
      issuer: CLUSTER_PROPS.issuer,
      volume: { size: Size.gibibytes(8), storageClass: 'managed-premium' },
      jmx: true,
    });
    const legacy = new KafkaLegacy(platform, 'kafka', { ...PROPS, zookeeper });
    const tools = { kafka: await tool('kafka-3.9'), zookeeper: await tool('zookeeper'), jmx };
    const second = await recordProfile(
      new KafkaProfile(tools, legacy, zookeeper, [ADMIN, legacy.monitor, INGRESS, REPLAY]),
      legacy,
      'kafka-legacy',
      zookeeper,
    );
    return [...first, ...second];
  },
};

async function recordProfile(
  profile: KafkaProfile,
  kafka: StatefulKafka,
  program: 'kafka' | 'kafka-legacy',
  zookeeper?: Zookeeper,
): Promise<readonly Recorded[]> {
  try {
    await profile.start();
    await profile.admin('apply');
    await writeAndRead(profile);
    const brokers = await answersOf(profile, podsOf(kafka), [JMX_PORT]);
    const keepers =
      zookeeper === undefined
        ? {}
        : await answersOf(profile, podsOf(zookeeper), [JMX_PORT, ZOOKEEPER_PORTS.metrics]);
    return [
      {
        program,
        version: CATALOG[program].version,
        from: UNDER,
        metrics: pick(brokers, (name) => !OF_THE_AGENT.test(name)),
      },
      agent(pick(brokers, (name) => OF_THE_AGENT.test(name))),
      ...(zookeeper === undefined
        ? []
        : [
            {
              program: 'zookeeper',
              version: CATALOG.zookeeper.version,
              from: `${UNDER}; both of its ports`,
              metrics: keepers,
            },
          ]),
    ];
  } finally {
    await profile.pods.stop();
  }
}

function agent(metrics: Readonly<Record<string, Metric>>): Recorded {
  const version: string = jmxExporter.version;
  return {
    program: 'jmx-exporter',
    version,
    from: 'in the brokers of Kafka',
    ...(version === CATALOG['jmx-exporter'].version
      ? {}
      : { standIn: `${version}, the last that Maven Central has, for ${CATALOG['jmx-exporter'].version}` }),
    metrics,
  };
}

async function writeAndRead(profile: KafkaProfile): Promise<void> {
  const topic = ['--bootstrap-server', profile.bootstrap, '--topic', FAILOVER_LOGS.name];
  await profile.client(
    'org.apache.kafka.tools.VerifiableProducer',
    [
      ...topic,
      profile.configFlag('producer'),
      profile.login(INGRESS),
      '--max-messages',
      `${MESSAGES}`,
      '--acks',
      '-1',
    ],
    () => false,
  );
  await profile.client(
    'org.apache.kafka.tools.VerifiableConsumer',
    [
      ...topic,
      ...['--group-id', 'replay-logs', '--reset-policy', 'earliest', '--max-messages', `${MESSAGES}`],
      ...[profile.configFlag('consumer'), profile.login(REPLAY)],
    ],
    (heard) => heard.includes('"offsets_committed"'),
  );
}

async function answersOf(
  profile: KafkaProfile,
  pods: readonly string[],
  ports: readonly number[],
): Promise<Readonly<Record<string, Metric>>> {
  const addresses = pods.flatMap((pod) =>
    ports.map((port) => `http://${profile.pods.address(pod)}:${port}/metrics`),
  );
  return merged(await Promise.all(addresses.map((address) => metricsAt(address))));
}

function pick(
  metrics: Readonly<Record<string, Metric>>,
  wanted: (name: string) => boolean,
): Readonly<Record<string, Metric>> {
  return Object.fromEntries(Object.entries(metrics).filter(([name]) => wanted(name)));
}
