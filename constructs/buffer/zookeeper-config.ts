/**
 * ZooKeeper's own configuration: `zoo.cfg`, the same for each server, and its logging.
 * Source: ZooKeeper 3.9 administrator's guide, "Configuration Parameters", "Encryption, Authentication, Authorization
 * Options", "Metrics Providers". Three real servers read exactly these files in `test/proof/kafka-profiles.test.ts`.
 */
import type { Properties } from './kafka-config';

export const ZOOKEEPER_PORTS = {
  /** TLS with a certificate on both ends; the port that ZooKeeper's documentation uses for it. */
  clients: 2281,
  /** For the readiness probe, inside the pod alone. */
  probe: 2181,
  followers: 2888,
  election: 3888,
  metrics: 7000,
} as const;

export const ZOOKEEPER_DIRS = {
  config: '/etc/hyperion/zookeeper',
  tls: '/etc/hyperion/tls',
  /** Exactly the image's own volume: the runtime mounts an empty one over anything below it. */
  data: '/data',
} as const;

/** Each beat; time-outs below are counted in it. */
const TICK_MS = 2000;

export interface ZookeeperConfigProps {
  /** DNS names of the servers, in order. */
  readonly podHosts: readonly string[];
}

export function renderZookeeper({ podHosts }: ZookeeperConfigProps): Properties {
  const { clients, probe, followers, election, metrics } = ZOOKEEPER_PORTS;
  return {
    tickTime: TICK_MS,
    // 20 s to join with everything that Kafka keeps here, 10 s to fall behind.
    initLimit: 10,
    syncLimit: 5,
    dataDir: ZOOKEEPER_DIRS.data,
    'autopurge.snapRetainCount': 3,
    'autopurge.purgeInterval': 24,
    // Clients come over TLS alone; the other port answers the probe and is reached from inside the pod alone.
    secureClientPort: clients,
    clientPort: probe,
    clientPortAddress: '127.0.0.1',
    serverCnxnFactory: 'org.apache.zookeeper.server.NettyServerCnxnFactory',
    ...tls('ssl.'),
    'ssl.clientAuth': 'need',
    'authProvider.x509': 'org.apache.zookeeper.server.auth.X509AuthenticationProvider',
    'client.certReload': true,
    ...(podHosts.length === 1 ? {} : quorum(podHosts, followers, election)),
    // One command, by which the probe learns whether this server has a quorum.
    '4lw.commands.whitelist': 'srvr',
    'admin.enableServer': false,
    'metricsProvider.className': 'org.apache.zookeeper.metrics.prometheus.PrometheusMetricsProvider',
    'metricsProvider.httpPort': metrics,
    'metricsProvider.exportJvmInfo': true,
  };
}

function quorum(podHosts: readonly string[], followers: number, election: number): Properties {
  return {
    sslQuorum: true,
    sslQuorumReloadCertFiles: true,
    ...tls('ssl.quorum.'),
    'ssl.quorum.clientAuth': 'need',
    ...Object.fromEntries(
      podHosts.map((host, index) => [`server.${serverId(index)}`, `${host}:${followers}:${election}`]),
    ),
  };
}

/** ZooKeeper counts its servers from 1, Kubernetes its pods from 0. */
function serverId(podIndex: number): number {
  return podIndex + 1;
}

function tls(prefix: 'ssl.' | 'ssl.quorum.'): Properties {
  return {
    [`${prefix}keyStore.type`]: 'PEM',
    [`${prefix}keyStore.location`]: `${ZOOKEEPER_DIRS.tls}/tls-combined.pem`,
    [`${prefix}trustStore.type`]: 'PEM',
    [`${prefix}trustStore.location`]: `${ZOOKEEPER_DIRS.tls}/ca.crt`,
    [`${prefix}protocol`]: 'TLSv1.3',
    [`${prefix}enabledProtocols`]: 'TLSv1.3',
  };
}

/** To the console only. */
export const ZOOKEEPER_LOGGING = [
  '<configuration>',
  '  <appender name="CONSOLE" class="ch.qos.logback.core.ConsoleAppender">',
  '    <encoder>',
  '      <pattern>%d{ISO8601} [myid:%X{myid}] - %-5p [%t:%C{1}@%L] - %m%n</pattern>',
  '    </encoder>',
  '  </appender>',
  '  <root level="INFO">',
  '    <appender-ref ref="CONSOLE" />',
  '  </root>',
  '</configuration>',
];
