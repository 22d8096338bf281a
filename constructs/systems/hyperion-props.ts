/**
 * What an operator decides about a Hyperion environment: the values in `stacks/environments/hyperion-*.ts`.
 */
import type { Duration, Size } from 'cdk8s';
import type { AlertmanagerProps } from '../alert/alertmanager';
import type { KafkaExternal } from '../buffer/kafka-external';
import type { MetricAllowList } from '../collect/otel-ingress-config';
import type { Tenant } from '../collect/otel-ingress';
import type { TailSampling } from '../collect/otel-trace-processor';
import type { ConsumerFilter, LogFilter } from '../collect/otel/consumer-filter';
import type { DiskQueue, ProcessorQueue } from '../collect/otel/disk-queue';
import type { Redaction } from '../collect/otel/redaction';
import type { CertificateIssuer } from '../core/certificate';
import type { DeclaredWorkload } from '../core/declared-workload';
import type { Telemetry } from '../core/endpoint';
import type { PlatformProps } from '../core/platform';
import type { GrafanaDatabaseChoice } from './grafana-database';

export interface HyperionProps extends Omit<PlatformProps, 'system'> {
  /** Domain of `otlp.`, `otlp-grpc.` and `grafana.`, and of the brokers' names for consumers outside, `kafka.`. */
  readonly domain: string;
  /** What the platform has to carry at its peak; queues, topics, replicas and volumes follow from it. */
  readonly workload: DeclaredWorkload;
  readonly network: HyperionNetwork;
  /** Class of every volume: encrypted, and bound where its pod runs. */
  readonly storageClass: string;
  /** Signs the certificates of the public host names. */
  readonly publicIssuer: CertificateIssuer;
  readonly tenants: readonly Tenant[];
  /** Metrics that may pass the entry; every other is dropped and counted. */
  readonly allowedMetrics: MetricAllowList;
  /** For each signal: the processor first and Kafka when it fails, or always through Kafka. */
  readonly signalModes: Readonly<Record<Telemetry, 'failover' | 'kafka-first'>>;
  readonly redact: Redaction;
  /** `keptPercent` is the operator's estimate: queues and trace stores are sized by it. */
  readonly sampling: TailSampling & { readonly keptPercent: number };
  readonly queues: {
    readonly logs: ProcessorQueue;
    readonly metrics: ProcessorQueue;
    readonly traces: DiskQueue;
  };
  readonly kafka: HyperionKafka;
  readonly consumers: readonly ExternalConsumer[];
  readonly logs: LogStoreProps;
  readonly traces: TraceStoreProps;
  readonly metrics: {
    readonly retention: Duration;
    /** Volume of each vmstorage. */
    readonly volume: Size;
    /** Volume of the scrape agent's queue. */
    readonly agentVolume: Size;
  };
  readonly traceAnalytics: TraceAnalyticsProps;
  /** Where Grafana keeps its state. */
  readonly grafanaDatabase: GrafanaDatabaseChoice;
  readonly grafanaReplicas: number;
  readonly alerting: Pick<
    AlertmanagerProps,
    'receivers' | 'routing' | 'deadMan' | 'receiverCidrs' | 'silences'
  > & {
    /** Volume of each Alertmanager, for silences. */
    readonly volume: Size;
  };
}

export interface HyperionNetwork {
  /** Subnet of the Application Gateway, CIDR. */
  readonly gatewaySubnet: string;
  /** Static address of the ingress controller's internal load balancer. */
  readonly ingressAddress: string;
  /** Networks whose senders speak OTLP/gRPC past the gateway, CIDR blocks; none for nobody. */
  readonly grpcSenders: readonly string[];
  /** Subnet of the private endpoints of storage accounts, CIDR. */
  readonly privateEndpoints: string;
  /** Addresses of Entra ID's token service (service tag `AzureActiveDirectory`), CIDR blocks. */
  readonly entraId: readonly string[];
  /** Address of the Kubernetes API server, CIDR. */
  readonly kubernetesApi: string;
}

export interface HyperionKafka {
  /** Volume of each broker. */
  readonly volume: Size;
  /**
   * Where consumers outside reach each broker; see `KafkaExternal` for the DNS records that this needs.
   * @default none: there are no consumers
   */
  readonly external?: Pick<KafkaExternal, 'addresses'>;
  /** A StatefulSet of this repository, or the Strimzi operator. */
  readonly runBy:
    | {
        readonly kind: 'stateful-set';
        /** See `KafkaProps.clusterId`. */
        readonly clusterId: string;
      }
    | { readonly kind: 'strimzi'; readonly operatorNamespace: string };
}

/** Somebody outside who gets a part of the telemetry in a Kafka topic of his own. */
export type ExternalConsumer = {
  /** Lower-case words joined by hyphens. */
  readonly name: string;
  /** Networks from which he reads, CIDR blocks. */
  readonly cidrs: readonly string[];
  readonly redact: Redaction;
  /** Share of the signal's events that pass filter and sampling, in percent: sizes his topic. */
  readonly expectedPercent: number;
  /** How long he may be away. */
  readonly keep: Duration;
} & (
  | { readonly signal: 'logs'; readonly filter: LogFilter; readonly samplingPercent: number }
  | { readonly signal: 'traces'; readonly filter: ConsumerFilter; readonly samplingPercent: number }
  | { readonly signal: 'metrics'; readonly filter: ConsumerFilter }
);

interface StoreProps {
  readonly retention: Duration;
}

export type LogStoreProps = StoreProps & {
  /** First day of Loki's schema, ISO 8601. */
  readonly schemaFrom: string;
} & (
    | { readonly kind: 'single-binary'; readonly volume: Size }
    | {
        readonly kind: 'distributed';
        readonly volumes: { readonly ingester: Size; readonly indexGateway: Size; readonly compactor: Size };
      }
  );

export type TraceStoreProps = StoreProps & {
  /** Which spans Tempo keeps. */
  readonly spans: 'all' | 'sampled';
} & (
    | { readonly kind: 'single-binary'; readonly volume: Size }
    | {
        readonly kind: 'microservices';
        readonly volumes: { readonly liveStore: Size; readonly backendScheduler: Size };
      }
  );

export interface TraceAnalyticsProps {
  /** Which spans ClickHouse keeps. */
  readonly spans: 'all' | 'sampled';
  readonly retention: {
    readonly spans: Duration;
    readonly perMinute: Duration;
    readonly edges: Duration;
    readonly endToEnd: Duration;
  };
  readonly volume: Size;
  /** Volume of each of three Keepers; with them there are two replicas. @default none: one node */
  readonly keeperVolume?: Size;
}
