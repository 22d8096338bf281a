/**
 * Kafka's files, judged by Kafka's own classes: what the broker, the tools' client, the topics' settings, the access
 * rules and the logging are made of when the real programs start. That a broker runs with them is `kafka.test.ts`.
 */
import { jmxJudge, kafkaJudge, legacyJudge, zookeeperJudge, type KafkaFile } from './kafka/kafka-judge';
import { CATALOG } from '../../../constructs/core/catalog';
import { jmxExporter } from '../../tools/jmx-exporter';
import type { Mistake, Validator } from './validator';

const LOGIN: readonly [Mistake] = [
  {
    what: 'a mechanism without its log-in',
    spoil: (text) => text.replace('PlainLoginModule', 'PlainLogin'),
    says: /No LoginModule found for org\.apache\.kafka\.common\.security\.plain\.PlainLogin/,
  },
];
const TOPICS: readonly [Mistake] = [
  {
    what: 'a setting that topics do not have',
    spoil: (text) => text.replace('retention.ms=', 'retention.milliseconds='),
    says: /line 1: Unknown topic config name: retention\.milliseconds/,
  },
];
const ACLS: readonly [Mistake] = [
  {
    what: 'an operation that a topic does not have',
    spoil: (text) => text.replace(/^(TOPIC .*) WRITE$/m, '$1 RENEW'),
    says: /line \d+: Kafka knows no such rule: .*operation=UNKNOWN/,
  },
];

export const KAFKA_VALIDATORS: readonly Validator[] = [
  kafka('server.properties', 'broker', 'KafkaConfig', [
    {
      what: 'a listener that is not there',
      spoil: (text) =>
        text.replace('inter.broker.listener.name=BROKERS', 'inter.broker.listener.name=BROKER'),
      says: /name BROKER defined in inter\.broker\.listener\.name not found in listener\.security\.protocol\.map/,
    },
    {
      what: 'a misspelt setting, of which Kafka would only warn',
      spoil: (text) => text.replace('min.insync.replicas=', 'min.insync.replica='),
      says: /Kafka knows no setting min\.insync\.replica$/,
    },
  ]),
  kafka('admin.properties', 'client', 'AdminClient', LOGIN),
  kafka('topics.txt', 'topics', 'LogConfig', TOPICS),
  kafka('acls.txt', 'acls', 'AclBinding', ACLS),
  kafka('log4j2.yaml', 'logging', 'Log4j', [
    {
      what: 'an appender under another name',
      spoil: (text) => text.replace('ref: STDOUT', 'ref: CONSOLE'),
      says: /Unable to locate appender "CONSOLE"/,
    },
  ]),
  {
    files: 'kafka-legacy/server.properties',
    reads: 'kafka-legacy',
    judgedBy: "Kafka 3.9's KafkaConfig",
    tools: ['kafka-3.9'],
    judge: async (path) => (await legacyJudge()).judge('broker', path),
    mistakes: [
      {
        what: 'a setting of Kafka 4, of which 3.9 would only warn',
        spoil: (text) => `${text}share.coordinator.state.topic.min.isr=2\n`,
        says: /Kafka knows no setting share\.coordinator\.state\.topic\.min\.isr$/,
      },
      {
        what: 'no ZooKeeper at all',
        spoil: (text) => text.replace(/^zookeeper\.connect=.*\n/m, ''),
        says: /zookeeper\.connect/,
      },
    ],
  },
  {
    files: 'kafka-legacy/log4j.properties',
    reads: 'kafka-legacy',
    judgedBy: "Kafka 3.9's Log4j 1",
    tools: ['kafka-3.9'],
    judge: async (path) => (await legacyJudge()).judge('logging', path),
    mistakes: [
      {
        what: 'an appender under another name',
        spoil: (text) => text.replace('INFO, stdout', 'INFO, console'),
        says: /Could not find value for key log4j\.appender\.console/,
      },
    ],
  },
  newer('admin.properties', 'client', 'AdminClient', LOGIN),
  newer('topics.txt', 'topics', 'LogConfig', TOPICS),
  newer('acls.txt', 'acls', 'AclBinding', ACLS),
  {
    files: 'zookeeper/zoo.cfg',
    reads: 'zookeeper',
    judgedBy: "ZooKeeper's QuorumPeerConfig and X509Util",
    tools: ['zookeeper'],
    judge: async (path) => (await zookeeperJudge()).judge('server', path),
    mistakes: [
      {
        what: 'a misspelt setting, which ZooKeeper would take for a system property',
        spoil: (text) => text.replace('ssl.clientAuth=', 'ssl.client.auth='),
        says: /ZooKeeper knows no setting ssl\.client\.auth$/,
      },
      {
        what: 'a key store of another form',
        spoil: (text) => text.replace('ssl.keyStore.type=PEM', 'ssl.keyStore.type=JKS'),
        says: /Failed to create KeyManager|Invalid keystore format/,
      },
    ],
  },
  {
    files: 'zookeeper/logback.xml',
    reads: 'zookeeper',
    judgedBy: 'Logback',
    tools: ['zookeeper'],
    judge: async (path) => (await zookeeperJudge()).judge('logging', path),
    mistakes: [
      {
        what: 'an appender under another name',
        spoil: (text) => text.replace('appender-ref ref="CONSOLE"', 'appender-ref ref="STDOUT"'),
        says: /Appender named \[CONSOLE\] not referenced/,
      },
    ],
  },
  {
    files: '*/jmx.yaml',
    reads: 'jmx-exporter',
    judgedBy: 'the JMX exporter',
    substitute: `older version ${jmxExporter.version} for ${CATALOG['jmx-exporter'].version}`,
    tools: ['jmx-exporter'],
    judge: async (path) => (await jmxJudge()).judge('rules', path),
    mistakes: [
      {
        what: 'a pattern that does not end',
        spoil: (text) => text.replace('<>', '<>('),
        says: /Unclosed group/,
      },
    ],
  },
];

/** What the tools of 3.9 are told is judged by those of 4.3: they read the same. */
function newer(
  file: string,
  kind: KafkaFile,
  judgedBy: string,
  mistakes: readonly [Mistake, ...Mistake[]],
): Validator {
  return {
    ...kafka(file, kind, judgedBy, mistakes),
    files: `kafka-legacy/${file}`,
    reads: 'kafka-legacy',
    substitute: `newer version ${CATALOG.kafka.version} for ${CATALOG['kafka-legacy'].version}`,
  };
}

function kafka(
  file: string,
  kind: KafkaFile,
  judgedBy: string,
  mistakes: readonly [Mistake, ...Mistake[]],
): Validator {
  return {
    files: `kafka/${file}`,
    reads: 'kafka',
    judgedBy: `Kafka's ${judgedBy}`,
    tools: ['kafka'],
    judge: async (path) => (await kafkaJudge()).judge(kind, path),
    mistakes,
  };
}
