/**
 * One real Kafka on loopback for the broker's engine: a listener that asks nobody, and one with TLS and passwords.
 */
import { tool } from '../../tools/obtain';
import { LoopbackBroker } from './broker';

export const KAFKA_LOGIN = { username: 'msg-queue', password: 'word4msg-queue' } as const;

const CLUSTER_ID = 'bXNnLXF1ZXVlLXByb29mLQ';

/** Paths and ports are rewritten by `LoopbackBroker`. */
const SERVER_PROPERTIES = `
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:9094
listeners=CONTROLLERS://127.0.0.1:9094,PLAIN-CLIENTS://127.0.0.1:9092,CLIENTS://127.0.0.1:9093
advertised.listeners=PLAIN-CLIENTS://127.0.0.1:9092,CLIENTS://127.0.0.1:9093
listener.security.protocol.map=CONTROLLERS:PLAINTEXT,PLAIN-CLIENTS:PLAINTEXT,CLIENTS:SASL_SSL
controller.listener.names=CONTROLLERS
inter.broker.listener.name=PLAIN-CLIENTS
sasl.enabled.mechanisms=SCRAM-SHA-512,PLAIN
listener.name.clients.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_${KAFKA_LOGIN.username}="${KAFKA_LOGIN.password}";
listener.name.clients.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.clients.ssl.keystore.type=PEM
listener.name.clients.ssl.keystore.location=/etc/hyperion/tls/tls-combined.pem
log.dirs=/var/lib/kafka/data
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=5
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=100
group.min.session.timeout.ms=1000
`;

const LOG4J = `
Configuration:
  Appenders:
    Console:
      name: out
      PatternLayout:
        pattern: "%d %p %m (%c)%n"
  Loggers:
    Root:
      level: INFO
      AppenderRef:
        - ref: out
`;

export async function prepareOpenBroker(): Promise<LoopbackBroker> {
  return LoopbackBroker.prepare(
    await tool('kafka'),
    new Map([
      ['server.properties', SERVER_PROPERTIES],
      ['log4j2.yaml', LOG4J],
    ]),
    'telemetry.example.com',
  );
}

/** Also after a kill: a formatted folder is left as it is. */
export async function startOpenBroker(kafka: LoopbackBroker): Promise<void> {
  const { username, password } = KAFKA_LOGIN;
  await kafka.start([
    'format',
    '--ignore-formatted',
    `--cluster-id=${CLUSTER_ID}`,
    '--config=/etc/hyperion/kafka/server.properties',
    `--add-scram=SCRAM-SHA-512=[name=${username},password=${password}]`,
  ]);
}
