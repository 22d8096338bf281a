/**
 * ZooKeeper, which keeps the metadata of a Kafka that has not moved to KRaft: three servers agree, so one may be away.
 * Clients and servers show each other certificates of one authority; nothing crosses the network without TLS.
 */
import { Size } from 'cdk8s';
import { CATALOG } from '../core/catalog';
import { addCertificate, type CertificateIssuer } from '../core/certificate';
import { Component, type ComponentProps } from '../core/component';
import { ConfigFile } from '../core/config-file';
import type { ContainerSpec, Resources } from '../core/container-spec';
import type { Endpoint } from '../core/endpoint';
import type { Platform } from '../core/platform';
import { Workload } from '../core/workload';
import { jmxAgent, ZOOKEEPER_JMX_RULES } from './jmx-exporter';
import { heapMebibytes } from './kafka-sizing';
import { renderZookeeper, ZOOKEEPER_DIRS, ZOOKEEPER_LOGGING, ZOOKEEPER_PORTS } from './zookeeper-config';

export interface ZookeeperProps extends ComponentProps {
  /** Snapshots and log of what the servers agreed on: an operator's decision; a few gibibytes. */
  readonly volume: { readonly size: Size; readonly storageClass: string };
  /** Signs the servers' certificate; the same as that of the Kafka that comes here. */
  readonly issuer: CertificateIssuer;
  /** An odd number. @default 3 in prod, 1 in dev */
  readonly replicas?: number;
  /** Whether an agent reads its JMX figures as well (port 9404). @default false: it has metrics of its own */
  readonly jmx?: boolean;
  /** @default ZOOKEEPER_DEFAULTS.resources */
  readonly resources?: Resources;
}

const ZOOKEEPER_DEFAULTS = {
  replicas: { prod: 3, dev: 1 },
  // All of it lies in memory: a few megabytes for hundreds of topics. Half of this is heap.
  resources: { cpuMillis: 250, memory: Size.gibibytes(1) },
} as const;

/** User `zookeeper` of the image. */
const UID = 1000;
/** Ending the sessions and handing over leadership. */
const DRAIN_SECONDS = 30;
/** Reading the last snapshot and the log since. */
const STARTUP_SECONDS = 300;
const COMMON_NAME = 'zookeeper';

export class Zookeeper extends Component {
  /** All servers under one name; the client takes one after the other. */
  public readonly clients: Endpoint<'coordination', 'zookeeper'>;
  /** Its own metrics (Prometheus provider). */
  public readonly metrics: Endpoint<'metrics', 'prometheus-scrape'>;
  /** Its JMX figures, where `jmx` asks for them. */
  public readonly jmx: Endpoint<'metrics', 'prometheus-scrape'> | undefined;

  public constructor(scope: Platform, id: string, props: ZookeeperProps) {
    super(scope, id, props, {
      layer: 'buffer',
      summary: 'Metadata of the legacy Kafka (ZooKeeper ensemble)',
    });
    const replicas = props.replicas ?? ZOOKEEPER_DEFAULTS.replicas[scope.tier];
    this.checkReplicas(replicas);
    const agent = props.jmx === true ? jmxAgent(this, ZOOKEEPER_JMX_RULES) : undefined;
    const workload = new Workload(this, id, {
      kind: 'StatefulSet',
      replicas,
      uid: UID,
      drainSeconds: DRAIN_SECONDS,
      // None is ready before a majority has found each other by name.
      publishNotReadyAddresses: true,
      claims: [{ name: 'data', ...props.volume }],
      initContainers: [writeServerId(), ...(agent === undefined ? [] : [agent.initContainer])],
      container: this.server(props, replicas, agent),
    });
    this.connectPeers(workload, replicas);
    this.clients = workload.listen({
      name: 'clients',
      port: ZOOKEEPER_PORTS.clients,
      protocol: 'zookeeper',
      signals: ['coordination'],
      access: 'control',
      via: 'headless',
      tls: true,
    });
    this.metrics = workload.listenForScrapes({
      name: 'metrics',
      port: ZOOKEEPER_PORTS.metrics,
    });
    this.jmx = agent?.listen(workload);
  }

  private server(
    props: ZookeeperProps,
    replicas: number,
    agent: ReturnType<typeof jmxAgent> | undefined,
  ): ContainerSpec {
    const id = this.node.id;
    const resources = props.resources ?? ZOOKEEPER_DEFAULTS.resources;
    const headless = this.serviceHost(`${id}-headless`);
    const certificate = addCertificate(this, 'certificate', {
      name: `${id}-servers`,
      commonName: COMMON_NAME,
      dnsNames: [headless, `*.${headless}`],
      issuer: props.issuer,
      usages: ['server auth', 'client auth'],
      combinedPem: true,
    });
    const config = this.configMap(`${id}-config`, [
      ConfigFile.properties('zoo.cfg', renderZookeeper({ podHosts: this.podHosts(id, replicas) })),
      ConfigFile.lines('logback.xml', ZOOKEEPER_LOGGING),
    ]);
    return {
      image: CATALOG.zookeeper,
      command: ['zkServer.sh', 'start-foreground', `${ZOOKEEPER_DIRS.config}/zoo.cfg`],
      env: {
        // Its start script puts this folder before its own on the class path: logback finds its file there.
        ZOOCFGDIR: ZOOKEEPER_DIRS.config,
        ZOO_LOG_DIR: '/tmp/logs',
        ZK_SERVER_HEAP: String(heapMebibytes(resources)),
        // No remote JMX: its script opens it otherwise.
        JMXDISABLE: 'true',
        SERVER_JVMFLAGS: [
          '-XX:+ExitOnOutOfMemoryError',
          ...(agent === undefined ? [] : [agent.javaOption]),
        ].join(' '),
      },
      resources,
      probes: {
        readiness: { exec: ['bash', '-c', HAS_QUORUM] },
        // Not the same: a server without a quorum is not ready, and a restart would not help it.
        liveness: { tcp: ZOOKEEPER_PORTS.clients },
        startupSeconds: STARTUP_SECONDS,
      },
      configs: [{ mountPath: ZOOKEEPER_DIRS.config, config }, ...(agent?.configs ?? [])],
      secretFiles: [
        {
          mountPath: ZOOKEEPER_DIRS.tls,
          secretName: certificate.secretName,
          keys: ['ca.crt', 'tls-combined.pem'],
        },
      ],
      volumes: [{ claim: 'data', mountPath: ZOOKEEPER_DIRS.data }],
      scratch: [{ mountPath: '/tmp', size: Size.mebibytes(128) }, ...(agent?.scratch ?? [])],
    };
  }

  private connectPeers(workload: Workload, replicas: number): void {
    if (replicas === 1) return;
    const peer = {
      protocol: 'zookeeper-peer',
      signals: ['coordination'],
      access: 'peer',
      via: 'headless',
      tls: true,
    } as const;
    const followers = workload.listen({ ...peer, name: 'followers', port: ZOOKEEPER_PORTS.followers });
    const election = workload.listen({ ...peer, name: 'election', port: ZOOKEEPER_PORTS.election });
    workload.connect(followers, { signals: ['coordination'], purpose: 'the leader’s log (mutual TLS)' });
    workload.connect(election, { signals: ['coordination'], purpose: 'election of the leader (mutual TLS)' });
  }

  private checkReplicas(replicas: number): void {
    if (replicas % 2 === 0) {
      this.problem({
        property: 'replicas',
        value: replicas,
        rule: 'a majority decides: an even number survives no more losses than the odd one below it',
        remedy: 'use 1 (development), 3 or 5',
      });
    }
    if (this.platform.tier === 'prod' && replicas < ZOOKEEPER_DEFAULTS.replicas.prod) {
      this.problem({
        property: 'replicas',
        value: replicas,
        rule: `in production a server may be lost without stopping Kafka: that takes ${ZOOKEEPER_DEFAULTS.replicas.prod}`,
        remedy: `use at least ${ZOOKEEPER_DEFAULTS.replicas.prod}`,
      });
    }
  }
}

/** `srvr` answers with its mode (leader, follower, standalone), or that it serves no requests. */
const HAS_QUORUM = `exec 3<>/dev/tcp/127.0.0.1/${ZOOKEEPER_PORTS.probe} && echo srvr >&3 && grep -q ^Mode <&3`;

/** A server finds its number in a file on its volume; the pod's index counts from 0, ZooKeeper's servers from 1. */
function writeServerId(): ContainerSpec & { readonly name: string } {
  return {
    name: 'server-id',
    image: CATALOG.zookeeper,
    command: ['bash', '-c', `echo $((POD_INDEX + 1)) >${ZOOKEEPER_DIRS.data}/myid`],
    env: { POD_INDEX: { field: "metadata.labels['apps.kubernetes.io/pod-index']" } },
    resources: { cpuMillis: 50, memory: Size.mebibytes(32) },
    volumes: [{ claim: 'data', mountPath: ZOOKEEPER_DIRS.data }],
  };
}
