/**
 * What a Kafka without ZooKeeper adds to its brokers' configuration: every pod is broker and controller (KRaft).
 * Source: Kafka 4.3 broker configuration reference.
 */
import {
  BROKER_LISTENER,
  KAFKA_PORTS,
  renderBroker,
  type KafkaConfigProps,
  type Properties,
} from './kafka-config';
import type { PeerListener } from './kafka-config';
import type { KafkaCluster } from './kafka-topics';

export const KRAFT_PEERS = [
  BROKER_LISTENER,
  {
    name: 'controllers',
    port: KAFKA_PORTS.controllers,
    protocol: 'kafka-raft',
    purpose: 'metadata quorum (mutual TLS)',
  },
] as const satisfies readonly PeerListener[];

export interface KraftConfigProps extends KafkaConfigProps {
  /** DNS names of the pods, in order. */
  readonly podHosts: readonly string[];
}

export function renderKraft(props: KraftConfigProps): Properties {
  return {
    ...renderBroker(props, KRAFT_PEERS),
    'process.roles': 'broker,controller',
    'node.id': '${env:NODE_ID}',
    'controller.quorum.voters': props.podHosts
      .map((host, id) => `${id}@${host}:${KAFKA_PORTS.controllers}`)
      .join(','),
    'controller.listener.names': 'CONTROLLERS',
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    ...shareGroupProperties(props.cluster),
  };
}

/** Kafka 4's share groups keep their state in a topic of their own. Strimzi's brokers get the same. */
export function shareGroupProperties(cluster: KafkaCluster): Properties {
  return {
    'share.coordinator.state.topic.replication.factor': cluster.replicationFactor,
    'share.coordinator.state.topic.min.isr': cluster.minInSyncReplicas,
  };
}

/** To the console only: the image's own logs to files below a root file system that is read-only here. */
export function renderKraftLogging(): object {
  return {
    Configuration: {
      Appenders: { Console: { name: 'STDOUT', PatternLayout: { pattern: '[%d] %p %m (%c)%n' } } },
      Loggers: { Root: { level: 'INFO', AppenderRef: [{ ref: 'STDOUT' }] } },
    },
  };
}
