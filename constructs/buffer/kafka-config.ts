/**
 * What every broker's `server.properties` says, with KRaft (`kraft-config.ts`) and with ZooKeeper
 * (`kafka-legacy-config.ts`). Source: Kafka 4.3 and 3.9 broker configuration references. Real brokers read exactly
 * these files in `test/proof/kafka.test.ts` and `test/proof/kafka-profiles.test.ts`.
 */
import {
  directoryProvider,
  serverJaas,
  usedListeners,
  type ClientListener,
  type KafkaAccess,
} from './kafka-access';
import { DELETE_DELAY_SECONDS, RETENTION_CHECK_SECONDS, type KafkaCluster } from './kafka-topics';

/** Brokers among themselves, clients that speak no TLS, clients with TLS, controllers among themselves, readers outside. */
export const KAFKA_PORTS = {
  brokers: 9091,
  plainClients: 9092,
  clients: 9093,
  controllers: 9094,
  external: 9095,
} as const;

/** The listeners on which a password is asked for. */
export const CLIENT_LISTENERS = {
  clients: { name: 'clients', port: KAFKA_PORTS.clients, tls: true },
  plainClients: { name: 'plain-clients', port: KAFKA_PORTS.plainClients, tls: false },
  external: { name: 'external', port: KAFKA_PORTS.external, tls: true },
} as const satisfies Record<ClientListener, object>;

/** Name in the brokers' certificate: whoever holds its key is a broker. */
export const BROKER_COMMON_NAME = 'kafka-brokers';

/** `appuser` of the image. */
export const KAFKA_UID = 1000;

/** Where the pod finds what. Not below a volume that the image declares: the runtime mounts an empty one over it. */
export const KAFKA_DIRS = {
  config: '/etc/hyperion/kafka',
  tls: '/etc/hyperion/tls',
  passwords: '/etc/hyperion/passwords',
  /** Exactly the image's own volume, for the same reason. */
  data: '/var/lib/kafka/data',
} as const;

/** Key and certificate chain of the brokers, renewed in place by cert-manager. */
export const KAFKA_KEY_STORE = `${KAFKA_DIRS.tls}/tls-combined.pem`;

export interface KafkaConfigProps {
  readonly cluster: KafkaCluster;
  readonly access: KafkaAccess;
  readonly adminName: string;
  /** DNS name of the headless Service, which follows a pod's name. */
  readonly headlessHost: string;
  /** Domain that follows a pod's name for readers outside; undefined where there are none. */
  readonly externalDomain: string | undefined;
}

export type Properties = Readonly<Record<string, string | number | boolean>>;

/** A listener on which the pods of one Kafka meet, with their certificates. */
export interface PeerListener {
  readonly name: string;
  readonly port: number;
  readonly protocol: 'kafka' | 'kafka-raft';
  readonly purpose: string;
}

/** Copies of partitions, in every Kafka. */
export const BROKER_LISTENER = {
  name: 'brokers',
  port: KAFKA_PORTS.brokers,
  protocol: 'kafka',
  purpose: 'copies of partitions (mutual TLS)',
} as const satisfies PeerListener;

/** What each broker is told, whoever keeps the metadata. */
export function renderBroker(props: KafkaConfigProps, peers: readonly PeerListener[]): Properties {
  const { cluster, access } = props;
  const inside = props.headlessHost;
  const listeners = [
    ...peers.map(({ name, port }) => ({
      name: name.toUpperCase(),
      port,
      protocol: 'SSL',
      domain: inside,
    })),
    ...usedListeners(access).map((listener) => {
      const { name, port, tls } = CLIENT_LISTENERS[listener];
      return {
        name: name.toUpperCase(),
        port,
        protocol: tls ? 'SASL_SSL' : 'SASL_PLAINTEXT',
        domain: (listener === 'external' ? props.externalDomain : undefined) ?? inside,
      };
    }),
  ];
  return {
    'inter.broker.listener.name': 'BROKERS',
    listeners: listeners.map(({ name, port }) => `${name}://:${port}`).join(','),
    'advertised.listeners': listeners
      .map(({ name, port, domain }) => `${name}://\${env:POD_NAME}.${domain}:${port}`)
      .join(','),
    'listener.security.protocol.map': listeners.map(({ name, protocol }) => `${name}:${protocol}`).join(','),
    ...tlsProperties(peers),
    ...loginProperties(access),
    'config.providers': 'env,directory',
    'config.providers.env.class': 'org.apache.kafka.common.config.provider.EnvVarConfigProvider',
    'config.providers.env.param.allowlist.pattern': 'NODE_ID|POD_NAME',
    ...directoryProvider(KAFKA_DIRS.passwords),
    'allow.everyone.if.no.acl.found': false,
    'super.users': `User:${props.adminName};User:CN=${BROKER_COMMON_NAME}`,
    // A folder of its own: on a fresh volume stands `lost+found`, which Kafka takes for a broken partition.
    'log.dirs': `${KAFKA_DIRS.data}/log`,
    ...durabilityProperties(cluster),
  };
}

/** Brokers and controllers prove themselves to each other with their certificates, so no password is shared. */
function tlsProperties(peers: readonly PeerListener[]): Properties {
  return {
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': KAFKA_KEY_STORE,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': `${KAFKA_DIRS.tls}/ca.crt`,
    // What connects inside is ours and speaks it (the JVM, Go's crypto/tls), and of readers outside it is asked.
    'ssl.protocol': 'TLSv1.3',
    'ssl.enabled.protocols': 'TLSv1.3',
    ...Object.fromEntries(peers.map(({ name }) => [`listener.name.${name}.ssl.client.auth`, 'required'])),
  };
}

/**
 * PLAIN and not SCRAM: it is the one mechanism that every client here speaks (Tempo 3.0 knows no other), users follow
 * from the declaration instead of from state in the cluster, and under TLS the password is as safe. The price: a new
 * user or password takes a rolling restart of the brokers.
 */
function loginProperties(access: KafkaAccess): Properties {
  return Object.fromEntries(
    usedListeners(access).flatMap((listener) => {
      const property = `listener.name.${CLIENT_LISTENERS[listener].name}`;
      return [
        [`${property}.sasl.enabled.mechanisms`, 'PLAIN'],
        [`${property}.plain.sasl.jaas.config`, serverJaas(access.users[listener], KAFKA_DIRS.passwords)],
      ];
    }),
  );
}

/** What an acknowledged record rests on; the same in every Kafka, Strimzi's too. */
export function durabilityProperties(cluster: KafkaCluster): Properties {
  return {
    // A misspelt topic is an error, not a new topic with one copy.
    'auto.create.topics.enable': false,
    'unclean.leader.election.enable': false,
    'default.replication.factor': cluster.replicationFactor,
    'min.insync.replicas': cluster.minInSyncReplicas,
    'offsets.topic.replication.factor': cluster.replicationFactor,
    'transaction.state.log.replication.factor': cluster.replicationFactor,
    'transaction.state.log.min.isr': cluster.minInSyncReplicas,
    // The arithmetic of the volumes counts on these.
    'log.retention.check.interval.ms': RETENTION_CHECK_SECONDS * 1000,
    'log.segment.delete.delay.ms': DELETE_DELAY_SECONDS * 1000,
  };
}
