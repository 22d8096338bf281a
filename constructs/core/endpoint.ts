/**
 * Where a component can be reached, as a value: who listens, on which port, in which protocol, for which signals,
 * and which credential it asks for. A consumer takes an `Endpoint` as a prop and never a host name.
 */
import { AuthScheme } from './credential';
import type { Queue } from './delivery';
import type { Party } from './party';

/**
 * What flows over a connection: telemetry, what applications tell each other (`messages`), and what the platform itself
 * exchanges.
 */
export type Telemetry = 'logs' | 'metrics' | 'traces';
export type Signal =
  Telemetry | 'messages' | 'queries' | 'alerts' | 'state' | 'objects' | 'web' | 'coordination';

export const TELEMETRY: readonly Telemetry[] = ['logs', 'metrics', 'traces'];

/** How each protocol is spoken: the transport that a NetworkPolicy must admit and the scheme of a URL. */
const PROTOCOLS = {
  'otlp-grpc': { transport: 'TCP', scheme: '' },
  'otlp-http': { transport: 'TCP', scheme: 'http' },
  kafka: { transport: 'TCP', scheme: '' },
  'kafka-raft': { transport: 'TCP', scheme: '' },
  'prometheus-scrape': { transport: 'TCP', scheme: 'http' },
  'prometheus-remote-write': { transport: 'TCP', scheme: 'http' },
  'prometheus-query': { transport: 'TCP', scheme: 'http' },
  'alertmanager-api': { transport: 'TCP', scheme: 'http' },
  'vm-insert': { transport: 'TCP', scheme: '' },
  'vm-select': { transport: 'TCP', scheme: '' },
  'loki-http': { transport: 'TCP', scheme: 'http' },
  'tempo-http': { transport: 'TCP', scheme: 'http' },
  grpc: { transport: 'TCP', scheme: '' },
  'clickhouse-native': { transport: 'TCP', scheme: 'clickhouse' },
  'clickhouse-http': { transport: 'TCP', scheme: 'http' },
  'clickhouse-keeper': { transport: 'TCP', scheme: '' },
  'clickhouse-raft': { transport: 'TCP', scheme: '' },
  /** The broker's own interface, which the proxy before several brokers has too. */
  'queue-http': { transport: 'TCP', scheme: 'http' },
  'influx-write': { transport: 'TCP', scheme: 'http' },
  flux: { transport: 'TCP', scheme: 'http' },
  postgresql: { transport: 'TCP', scheme: 'postgresql' },
  'azure-blob': { transport: 'TCP', scheme: 'https' },
  s3: { transport: 'TCP', scheme: 'http' },
  /** The agent of EKS on each node that hands out credentials. */
  'pod-identity': { transport: 'TCP', scheme: 'http' },
  elasticsearch: { transport: 'TCP', scheme: 'http' },
  'elasticsearch-peer': { transport: 'TCP', scheme: '' },
  zookeeper: { transport: 'TCP', scheme: '' },
  'zookeeper-peer': { transport: 'TCP', scheme: '' },
  'kubernetes-api': { transport: 'TCP', scheme: 'https' },
  'gossip-tcp': { transport: 'TCP', scheme: '' },
  'gossip-udp': { transport: 'UDP', scheme: '' },
  smtp: { transport: 'TCP', scheme: 'smtp' },
  http: { transport: 'TCP', scheme: 'http' },
  https: { transport: 'TCP', scheme: 'https' },
} as const satisfies Record<string, { transport: 'TCP' | 'UDP'; scheme: string }>;

export type Protocol = keyof typeof PROTOCOLS;

/** What a connection to the endpoint does with the component's data. Peers are replicas of the same component. */
export type Access = 'write' | 'read' | 'peer' | 'control';

export interface EndpointProps<S extends Signal, P extends Protocol> {
  /** Port name, unique in the party; at most 15 characters of a-z, 0-9 and '-' (a Kubernetes port name). */
  readonly name: string;
  readonly port: number;
  readonly protocol: P;
  readonly signals: readonly S[];
  readonly access: Access;
  /**
   * Path that clients append to the host, beginning with a slash.
   * @default none
   */
  readonly path?: string;
  /**
   * What a client has to present.
   * @default no authentication: the NetworkPolicy alone decides who may connect
   */
  readonly auth?: AuthScheme;
  /**
   * Whether the listener speaks TLS.
   * @default false: inside the cluster, plain text between pods that a NetworkPolicy admits
   */
  readonly tls?: boolean;
  /**
   * Queue or topic inside the server, where one listener serves several destinations (Kafka).
   * @default none
   */
  readonly topic?: string;
  /**
   * What the server keeps for consumers that are away.
   * @default nothing
   */
  readonly queue?: Queue;
  /**
   * Service through which clients come; or the host name by which those outside the cluster know it, whose Service the
   * component makes.
   * @default the owner's own Service
   */
  readonly via?: 'service' | 'headless' | { readonly host: string };
  /**
   * For metrics: what a scraper has to know beside address and path.
   * @default the pods of the owner are scraped, and the metrics are about themselves
   */
  readonly scrape?: ScrapeHints;
}

export interface ScrapeHints {
  /**
   * How the targets are found where they are none of the platform's pods: the kubelet of each node, each API server, or
   * pods that say by annotation that they want to be scraped on the endpoint's port.
   * @default the owner's pods
   */
  readonly targets?: 'nodes' | 'api-servers' | 'annotated-pods';
  /** Whether the metrics are about other things and name them (`namespace`, `pod`). @default false */
  readonly aboutOthers?: boolean;
}

/**
 * An endpoint that accepts the signals `S` over the protocol `P`.
 *
 * `S` is contravariant (an endpoint that takes logs and traces can be given to whoever wants to send traces), `P` is
 * covariant (a consumer that can speak both OTLP flavours takes either), so handing a metrics endpoint to a traces
 * consumer does not compile.
 */
export class Endpoint<in S extends Signal = never, out P extends Protocol = Protocol> {
  declare private readonly acceptsSignal: (signal: S) => void;

  public readonly name: string;
  public readonly port: number;
  public readonly protocol: P;
  public readonly signals: readonly Signal[];
  public readonly access: Access;
  public readonly path: string;
  public readonly auth: AuthScheme;
  public readonly tls: boolean;
  public readonly topic: string | undefined;
  public readonly queue: Queue | undefined;
  public readonly via: NonNullable<EndpointProps<S, P>['via']>;
  public readonly scrape: ScrapeHints;

  public constructor(
    public readonly owner: Party,
    props: EndpointProps<S, P>,
  ) {
    this.name = props.name;
    this.port = props.port;
    this.protocol = props.protocol;
    this.signals = props.signals;
    this.access = props.access;
    this.path = props.path ?? '';
    this.auth = props.auth ?? AuthScheme.none();
    this.tls = props.tls ?? false;
    this.topic = props.topic;
    this.queue = props.queue;
    this.via = props.via ?? 'service';
    this.scrape = props.scrape ?? {};
  }

  /** Identifier within an environment, e.g. `loki/otlp` or `kafka/clients#failover-logs`. */
  public get id(): string {
    return `${this.owner.id}/${this.name}${this.topic === undefined ? '' : `#${this.topic}`}`;
  }

  public get transport(): 'TCP' | 'UDP' {
    return PROTOCOLS[this.protocol].transport;
  }

  /** DNS name by which clients reach it. */
  public get host(): string {
    if (typeof this.via === 'object') return this.via.host;
    return this.via === 'headless' ? (this.owner.headlessHost ?? this.owner.host) : this.owner.host;
  }

  public get hostPort(): string {
    return `${this.host}:${this.port}`;
  }

  /** URL without a trailing slash, e.g. `http://loki.hyperion-store.svc.cluster.local:3100/otlp`. */
  public get url(): string {
    const scheme: string = PROTOCOLS[this.protocol].scheme;
    const secure = scheme === 'http' && this.tls ? 'https' : scheme;
    return `${secure === '' ? '' : `${secure}://`}${this.hostPort}${this.path}`;
  }
}

/** Any endpoint, whatever it accepts: for the code that lists and checks them. */
export type AnyEndpoint = Endpoint;
