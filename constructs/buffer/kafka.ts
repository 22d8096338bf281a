/**
 * Kafka, the failover and replay buffer, in a StatefulSet of its own: every pod is broker and controller (KRaft).
 * Takes topics with their writers and readers; gives an endpoint to write and one to read each of them.
 * `kafka-strimzi.ts` gives the same, run by the Strimzi operator.
 */
import { Size } from 'cdk8s';
import { CATALOG } from '../core/catalog';
import type { CertificateSecret } from '../core/certificate';
import { Component } from '../core/component';
import { ConfigFile } from '../core/config-file';
import type { ContainerSpec, Resources } from '../core/container-spec';
import { AuthScheme } from '../core/credential';
import type { Endpoint, Telemetry } from '../core/endpoint';
import type { Platform } from '../core/platform';
import { Workload } from '../core/workload';
import { addKafkaAdmin } from './kafka-admin';
import { everyUser } from './kafka-access';
import type { KafkaBuffer, KafkaTopic, KafkaUser } from './kafka-buffer';
import { addKafkaCertificates } from './kafka-certificates';
import { explainKafka, resolveKafka, type KafkaClusterProps, type ResolvedKafka } from './kafka-cluster';
import {
  CLIENT_LISTENERS,
  KAFKA_DIRS,
  KAFKA_PORTS,
  KAFKA_UID,
  renderKafka,
  renderKafkaLogging,
} from './kafka-config';
import { TopicEndpoints } from './kafka-endpoints';
import { addExternalServices, externalHosts } from './kafka-external';
import { passwordFiles } from './kafka-passwords';
import { heapMebibytes, KAFKA_SIZING } from './kafka-sizing';

export interface KafkaProps extends KafkaClusterProps {
  /**
   * Names this cluster's data, so that a broker never joins another cluster with it: 16 random bytes in URL-safe
   * base64, 22 characters (`kafka-storage.sh random-uuid`). Not a secret; never changed once data was written.
   */
  readonly clusterId: string;
  /** @default KAFKA_SIZING.resources */
  readonly resources?: Resources;
}

/** After a crash a broker first reads the open segments of all its partitions. */
const STARTUP_SECONDS = 900;
export class Kafka extends Component implements KafkaBuffer {
  public readonly monitoring: Endpoint<'state', 'kafka'>;
  public readonly monitor: KafkaUser;
  public readonly trust: CertificateSecret;
  private readonly topics: TopicEndpoints;

  public constructor(scope: Platform, id: string, props: KafkaProps) {
    super(scope, id, props, {
      layer: 'buffer',
      summary: 'Failover and replay buffer (Kafka, KRaft, plain StatefulSet)',
      store: true,
    });
    const resolved = resolveKafka(scope, props);
    for (const mistake of resolved.mistakes) this.problem(mistake);
    this.checkClusterId(props.clusterId);
    explainKafka(this, props.topics, resolved);

    const { external } = resolved;
    const headless = this.serviceHost(`${id}-headless`);
    const certificates = addKafkaCertificates(this, props.issuer, [
      this.serviceHost(id),
      headless,
      `*.${headless}`,
      ...externalHosts(id, external),
    ]);
    const workload = this.addBrokers(props, resolved, certificates.brokers);
    if (external !== undefined) addExternalServices(this, external);
    const { admin, monitor } = resolved.builtIn;
    this.monitor = monitor;
    this.trust = certificates.trust;
    this.topics = new TopicEndpoints(id, workload, resolved.plans, external?.domain);
    this.topics.listen(props.topics);
    const clients = { ...CLIENT_LISTENERS.clients, protocol: 'kafka' } as const;
    this.monitoring = workload.listen({
      ...clients,
      signals: ['state'],
      access: 'read',
      auth: AuthScheme.secret('sasl-plain', [monitor.password]),
    });
    const administration = workload.listen({
      ...clients,
      signals: ['coordination'],
      access: 'control',
      auth: AuthScheme.secret('sasl-plain', [admin.password]),
    });
    addKafkaAdmin(this, {
      admin,
      cluster: resolved.cluster,
      plans: resolved.plans,
      access: resolved.access,
      endpoint: administration,
      trust: certificates.trust,
    });
  }

  public writeTo<S extends Telemetry>(topic: KafkaTopic<S>): Endpoint<S, 'kafka'> {
    return this.topics.of(topic, 'write');
  }

  public readFrom<S extends Telemetry>(topic: KafkaTopic<S>): Endpoint<S, 'kafka'> {
    return this.topics.of(topic, 'read');
  }

  private checkClusterId(clusterId: string): void {
    if (isClusterId(clusterId)) return;
    this.problem({
      property: 'clusterId',
      value: clusterId,
      rule: 'a cluster ID is 16 bytes in URL-safe base64: 22 characters of A-Z, a-z, 0-9, - and _, the first no -',
      remedy: 'make one with `kafka-storage.sh random-uuid` and never change it again',
    });
  }

  private addBrokers(props: KafkaProps, resolved: ResolvedKafka, certificate: CertificateSecret): Workload {
    const id = this.node.id;
    const { cluster, access, builtIn, external } = resolved;
    const config = this.configMap(`${id}-config`, [
      ConfigFile.properties(
        'server.properties',
        renderKafka({
          cluster,
          access,
          adminName: builtIn.admin.name,
          podHosts: this.podHosts(id, cluster.brokers),
          headlessHost: this.serviceHost(`${id}-headless`),
          externalDomain: external?.domain,
        }),
      ),
      ConfigFile.yaml(this.platform, 'log4j2.yaml', renderKafkaLogging()),
    ]);
    const common = {
      image: CATALOG.kafka,
      env: {
        NODE_ID: { field: "metadata.labels['apps.kubernetes.io/pod-index']" },
        POD_NAME: { field: 'metadata.name' },
        // Kafka's start script makes this folder.
        LOG_DIR: '/tmp/logs',
      },
      configs: [{ mountPath: KAFKA_DIRS.config, config }],
      secretFiles: [
        {
          mountPath: KAFKA_DIRS.tls,
          secretName: certificate.secretName,
          keys: ['ca.crt', 'tls-combined.pem'],
        },
        passwordFiles(this, everyUser(access, builtIn.admin)),
      ],
      volumes: [{ claim: 'data', mountPath: KAFKA_DIRS.data }],
      // Native parts of the compression libraries are unpacked here.
      scratch: [{ mountPath: '/tmp', size: Size.mebibytes(256) }],
    } as const satisfies Partial<ContainerSpec>;
    const resources = props.resources ?? KAFKA_SIZING.resources;
    const workload = new Workload(this, id, {
      kind: 'StatefulSet',
      replicas: cluster.brokers,
      uid: KAFKA_UID,
      drainSeconds: KAFKA_SIZING.drainSeconds,
      podManagement: 'Parallel',
      // A quorum forms before any of its members is ready.
      publishNotReadyAddresses: true,
      claims: [{ name: 'data', size: props.volume.size, storageClass: props.volume.storageClass }],
      initContainers: [{ ...common, ...formatCommand(props.clusterId), name: 'format' }],
      container: {
        ...common,
        command: ['/opt/kafka/bin/kafka-server-start.sh'],
        args: [`${KAFKA_DIRS.config}/server.properties`],
        env: { ...common.env, ...javaOptions(resources) },
        resources,
        // The listener opens once the broker has joined and caught up with the cluster's metadata.
        probes: { readiness: { tcp: KAFKA_PORTS.clients }, startupSeconds: STARTUP_SECONDS },
      },
    });
    connectPeers(workload);
    return workload;
  }
}

/** Refuses a volume of another cluster; leaves one alone that is formatted already. */
function formatCommand(clusterId: string): Pick<ContainerSpec, 'command' | 'args' | 'resources'> {
  return {
    command: ['/opt/kafka/bin/kafka-storage.sh'],
    args: [
      'format',
      '--ignore-formatted',
      `--cluster-id=${clusterId}`,
      `--config=${KAFKA_DIRS.config}/server.properties`,
    ],
    resources: { cpuMillis: 250, memory: Size.mebibytes(512) },
  };
}

function javaOptions(resources: Resources): Record<string, string> {
  const heap = heapMebibytes(resources);
  return {
    KAFKA_HEAP_OPTS: `-Xms${heap}m -Xmx${heap}m`,
    KAFKA_LOG4J_OPTS: `-Dlog4j2.configurationFile=${KAFKA_DIRS.config}/log4j2.yaml`,
    // Half a broker is worse than one that Kubernetes starts again.
    KAFKA_OPTS: '-XX:+ExitOnOutOfMemoryError',
    // Without the garbage collector's log, which would go to a file.
    EXTRA_ARGS: '-name kafkaServer',
  };
}

function connectPeers(workload: Workload): void {
  const peer = { signals: ['coordination'], access: 'peer', via: 'headless', tls: true } as const;
  const brokers = workload.listen({ ...peer, name: 'brokers', port: KAFKA_PORTS.brokers, protocol: 'kafka' });
  const controllers = workload.listen({
    ...peer,
    name: 'controllers',
    port: KAFKA_PORTS.controllers,
    protocol: 'kafka-raft',
  });
  workload.connect(brokers, { signals: ['coordination'], purpose: 'copies of partitions (mutual TLS)' });
  workload.connect(controllers, { signals: ['coordination'], purpose: 'metadata quorum (mutual TLS)' });
}

function isClusterId(text: string): boolean {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.length === 16 && bytes.toString('base64url') === text && !text.startsWith('-');
}
