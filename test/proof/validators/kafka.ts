/**
 * Kafka's files, judged by Kafka's own classes: what the broker, the tools' client, the topics' settings, the access
 * rules and the logging are made of when the real programs start. That a broker runs with them is `kafka.test.ts`.
 */
import { kafkaJudge, type KafkaFile } from './kafka/kafka-judge';
import type { Mistake, Validator } from './validator';

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
  kafka('admin.properties', 'client', 'AdminClient', [
    {
      what: 'a mechanism without its log-in',
      spoil: (text) => text.replace('PlainLoginModule', 'PlainLogin'),
      says: /No LoginModule found for org\.apache\.kafka\.common\.security\.plain\.PlainLogin/,
    },
  ]),
  kafka('topics.txt', 'topics', 'LogConfig', [
    {
      what: 'a setting that topics do not have',
      spoil: (text) => text.replace('retention.ms=', 'retention.milliseconds='),
      says: /line 1: Unknown topic config name: retention\.milliseconds/,
    },
  ]),
  kafka('acls.txt', 'acls', 'AclBinding', [
    {
      what: 'an operation that a topic does not have',
      spoil: (text) => text.replace(/^(TOPIC .*) WRITE$/m, '$1 RENEW'),
      says: /line \d+: Kafka knows no such rule: .*operation=UNKNOWN/,
    },
  ]),
  kafka('log4j2.yaml', 'logging', 'Log4j', [
    {
      what: 'an appender under another name',
      spoil: (text) => text.replace('ref: STDOUT', 'ref: CONSOLE'),
      says: /Unable to locate appender "CONSOLE"/,
    },
  ]),
];

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
