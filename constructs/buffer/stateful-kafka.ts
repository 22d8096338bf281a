/**
 * Kafka in a StatefulSet of our own: brokers, topics, users, access rules and certificates, the same whether the pods
 * keep their metadata themselves (`kafka.ts`) or ZooKeeper does (`kafka-legacy.ts`).
 */
import { Size } from 'cdk8s';
import type { CatalogEntry } from '../core/catalog';
import type { CertificateSecret } from '../core/certificate';
import { Component } from '../core/component';
import { ConfigFile } from '../core/config-file';
import type { ContainerSpec, Resources } from '../core/container-spec';
import { AuthScheme } from '../core/credential';
import type { Endpoint } from '../core/endpoint';
import type { Platform } from '../core/platform';
import { Workload } from '../core/workload';
import { jmxAgent, KAFKA_JMX_RULES, type JmxAgent } from './jmx-exporter';
import { addKafkaAdmin } from './kafka-admin';
import { everyUser, usedListeners } from './kafka-access';
import type { Carried, KafkaBuffer, KafkaTopic, KafkaUser } from './kafka-buffer';
import { addKafkaCertificates } from './kafka-certificates';
import { explainKafka, resolveKafka, type KafkaClusterProps, type ResolvedKafka } from './kafka-cluster';
import {
  CLIENT_LISTENERS,
  KAFKA_DIRS,
  KAFKA_PORTS,
  KAFKA_UID,
  type KafkaConfigProps,
  type PeerListener,
  type Properties,
} from './kafka-config';
import { TopicEndpoints } from './kafka-endpoints';
import { addExternalServices, externalHosts } from './kafka-external';
import { passwordFiles } from './kafka-passwords';
import { heapMebibytes, KAFKA_SIZING } from './kafka-sizing';

export interface StatefulKafkaProps extends KafkaClusterProps {
  /** @default KAFKA_SIZING.resources */
  readonly resources?: Resources;
  /** Whether the brokers' JMX metrics are read by an agent in each of them (port 9404). @default false */
  readonly jmx?: boolean;
}

/** In what one Kafka differs from another. */
export interface KafkaEdition {
  readonly summary: string;
  readonly image: CatalogEntry;
  /** On which the pods meet. */
  readonly peers: readonly PeerListener[];
  /** `server.properties`. */
  readonly properties: (props: KafkaConfigProps & { readonly podHosts: readonly string[] }) => Properties;
  /** Its logging's file, and the Java option that names its folder's file. */
  readonly logging: { readonly file: (platform: Platform) => ConfigFile; readonly option: string };
  /** What has to be done to a volume before the first start. @default nothing */
  readonly format?: Pick<ContainerSpec, 'command' | 'args' | 'resources'>;
}

/** After a crash a broker first reads the open segments of all its partitions. */
const STARTUP_SECONDS = 900;

export abstract class StatefulKafka extends Component implements KafkaBuffer {
  public readonly monitoring: Endpoint<'state', 'kafka'>;
  public readonly monitor: KafkaUser;
  public readonly trust: CertificateSecret;
  /** The brokers' own figures, where `jmx` asks for them. */
  public readonly jmx: Endpoint<'metrics', 'prometheus-scrape'> | undefined;
  protected readonly brokers: Workload;
  private readonly topics: TopicEndpoints;

  protected constructor(scope: Platform, id: string, props: StatefulKafkaProps, edition: KafkaEdition) {
    super(scope, id, props, { layer: 'buffer', summary: edition.summary, store: true });
    const resolved = resolveKafka(scope, props);
    for (const mistake of resolved.mistakes) this.problem(mistake);
    explainKafka(this, props.topics, resolved);

    const { external } = resolved;
    const headless = this.serviceHost(`${id}-headless`);
    const certificates = addKafkaCertificates(this, props.issuer, [
      this.serviceHost(id),
      headless,
      `*.${headless}`,
      ...externalHosts(id, external),
    ]);
    const agent = props.jmx === true ? jmxAgent(this, KAFKA_JMX_RULES) : undefined;
    const workload = this.addBrokers(props, edition, resolved, certificates.brokers, agent);
    this.brokers = workload;
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
    this.jmx = agent?.listen(workload);
    const clientListeners = usedListeners(resolved.access)
      .map((listener) => CLIENT_LISTENERS[listener])
      .filter(({ tls }) => tls);
    addKafkaAdmin(this, {
      image: edition.image,
      admin,
      cluster: resolved.cluster,
      plans: resolved.plans,
      access: resolved.access,
      tlsListeners: [...edition.peers, ...clientListeners].map(({ name }) => name),
      endpoint: administration,
      trust: certificates.trust,
    });
  }

  public writeTo<S extends Carried>(topic: KafkaTopic<S>): Endpoint<S, 'kafka'> {
    return this.topics.of(topic, 'write');
  }

  public readFrom<S extends Carried>(topic: KafkaTopic<S>): Endpoint<S, 'kafka'> {
    return this.topics.of(topic, 'read');
  }

  private addBrokers(
    props: StatefulKafkaProps,
    edition: KafkaEdition,
    resolved: ResolvedKafka,
    certificate: CertificateSecret,
    agent: JmxAgent | undefined,
  ): Workload {
    const id = this.node.id;
    const { cluster } = resolved;
    const resources = props.resources ?? KAFKA_SIZING.resources;
    const common = this.commonSpec(edition, resolved, certificate);
    const workload = new Workload(this, id, {
      kind: 'StatefulSet',
      replicas: cluster.brokers,
      uid: KAFKA_UID,
      drainSeconds: KAFKA_SIZING.drainSeconds,
      podManagement: 'Parallel',
      // A quorum forms before any of its members is ready.
      publishNotReadyAddresses: true,
      claims: [{ name: 'data', size: props.volume.size, storageClass: props.volume.storageClass }],
      initContainers: [
        ...(edition.format === undefined ? [] : [{ ...common, ...edition.format, name: 'format' }]),
        ...(agent === undefined ? [] : [agent.initContainer]),
      ],
      container: {
        ...common,
        configs: [...common.configs, ...(agent?.configs ?? [])],
        scratch: [...common.scratch, ...(agent?.scratch ?? [])],
        command: ['/opt/kafka/bin/kafka-server-start.sh'],
        args: [`${KAFKA_DIRS.config}/server.properties`],
        env: { ...common.env, ...javaOptions(resources, edition, agent) },
        resources,
        // The listener opens once the broker has joined and caught up with the cluster's metadata.
        probes: { readiness: { tcp: KAFKA_PORTS.clients }, startupSeconds: STARTUP_SECONDS },
      },
    });
    for (const { purpose, ...listener } of edition.peers) {
      const peers = workload.listen({
        ...listener,
        signals: ['coordination'],
        access: 'peer',
        via: 'headless',
        tls: true,
      });
      workload.connect(peers, { signals: ['coordination'], purpose });
    }
    return workload;
  }

  /** What the broker and the formatting of its volume have in common. */
  private commonSpec(edition: KafkaEdition, resolved: ResolvedKafka, certificate: CertificateSecret) {
    const id = this.node.id;
    const { cluster, access, builtIn, external } = resolved;
    const config = this.configMap(`${id}-config`, [
      ConfigFile.properties(
        'server.properties',
        edition.properties({
          cluster,
          access,
          adminName: builtIn.admin.name,
          podHosts: this.podHosts(id, cluster.brokers),
          headlessHost: this.serviceHost(`${id}-headless`),
          externalDomain: external?.domain,
        }),
      ),
      edition.logging.file(this.platform),
    ]);
    return {
      image: edition.image,
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
  }
}

function javaOptions(
  resources: Resources,
  edition: KafkaEdition,
  agent: JmxAgent | undefined,
): Record<string, string> {
  const heap = heapMebibytes(resources);
  return {
    KAFKA_HEAP_OPTS: `-Xms${heap}m -Xmx${heap}m`,
    KAFKA_LOG4J_OPTS: edition.logging.option,
    // Half a broker is worse than one that Kubernetes starts again.
    KAFKA_OPTS: ['-XX:+ExitOnOutOfMemoryError', ...(agent === undefined ? [] : [agent.javaOption])].join(' '),
    // Without the garbage collector's log, which would go to a file.
    EXTRA_ARGS: '-name kafkaServer',
  };
}
