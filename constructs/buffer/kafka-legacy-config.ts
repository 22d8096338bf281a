/**
 * What Kafka 3.9 adds to its brokers' configuration where ZooKeeper keeps its metadata, and its logging (log4j 1).
 * Source: Kafka 3.9 broker configuration reference, "ZooKeeper authentication"; ZooKeeper is reached over TLS alone,
 * with the brokers' own certificate, which also owns what they write there (`zookeeper.set.acl`).
 */
import { BROKER_LISTENER, KAFKA_DIRS, KAFKA_KEY_STORE, renderBroker } from './kafka-config';
import type { KafkaConfigProps, PeerListener, Properties } from './kafka-config';

export const LEGACY_PEERS = [BROKER_LISTENER] as const satisfies readonly PeerListener[];

/** The protocol of the last version with ZooKeeper: with it alone can it be migrated to KRaft. */
const PROTOCOL_VERSION = '3.9';

/** @param zookeeper host and port of the ensemble */
export function renderKafkaLegacy(props: KafkaConfigProps, zookeeper: string): Properties {
  return {
    ...renderBroker(props, LEGACY_PEERS),
    'broker.id': '${env:NODE_ID}',
    'inter.broker.protocol.version': PROTOCOL_VERSION,
    'authorizer.class.name': 'kafka.security.authorizer.AclAuthorizer',
    ...zookeeperProperties(zookeeper),
  };
}

function zookeeperProperties(zookeeper: string): Properties {
  return {
    'zookeeper.connect': zookeeper,
    'zookeeper.set.acl': true,
    'zookeeper.ssl.client.enable': true,
    // The only one of its client's two sockets that speaks TLS.
    'zookeeper.clientCnxnSocket': 'org.apache.zookeeper.ClientCnxnSocketNetty',
    'zookeeper.ssl.keystore.type': 'PEM',
    'zookeeper.ssl.keystore.location': KAFKA_KEY_STORE,
    'zookeeper.ssl.truststore.type': 'PEM',
    'zookeeper.ssl.truststore.location': `${KAFKA_DIRS.tls}/ca.crt`,
    'zookeeper.ssl.protocol': 'TLSv1.3',
    'zookeeper.ssl.enabled.protocols': 'TLSv1.3',
  };
}

/** To the console only. */
export function renderKafkaLegacyLogging(): Properties {
  return {
    'log4j.rootLogger': 'INFO, stdout',
    'log4j.appender.stdout': 'org.apache.log4j.ConsoleAppender',
    'log4j.appender.stdout.layout': 'org.apache.log4j.PatternLayout',
    'log4j.appender.stdout.layout.ConversionPattern': '[%d] %p %m (%c)%n',
  };
}
