/**
 * What an operator decides about an Epiphany platform: the values in `stacks/environments/epiphany-*.ts`.
 */
import type { Duration, Size } from 'cdk8s';
import type { AlertmanagerProps } from '../alert/alertmanager';
import type { PrometheusProps } from '../collect/prometheus';
import type { CertificateIssuer } from '../core/certificate';
import type { Stream } from '../core/declared-workload';
import type { PlatformProps } from '../core/platform';
import type { ElasticsearchProps } from '../store/elasticsearch';
import type { GrafanaDatabaseChoice } from './grafana-database';

/** A program of a product team: its pods are in the same cluster and not ours. */
export interface Application {
  /** Lower-case words joined by hyphens; its login at Kafka. */
  readonly name: string;
  readonly pods: { readonly namespace: string; readonly labels: Readonly<Record<string, string>> };
  /**
   * How clients reach it through HAProxy.
   * @default they do not
   */
  readonly exposed?: {
    /** Under the environment's domain. */
    readonly subdomain: string;
    /** DNS name of its Service, and the port. */
    readonly service: string;
    readonly port: number;
    /** What answers 200 while it is well. */
    readonly healthPath: string;
  };
}

/** What applications tell each other. */
export interface MessageTopic {
  readonly name: string;
  readonly load: Stream;
  /** Names of applications. */
  readonly writers: readonly string[];
  readonly readers: readonly string[];
  readonly keep: Duration;
}

export type KafkaProfile =
  /** Kafka 4, brokers and controllers in one. The ID is never changed once data was written. */
  | { readonly kind: 'kraft'; readonly clusterId: string }
  /** Kafka 3.9 with an ensemble of ZooKeeper: the document's form, for what has not been migrated. Needs a waiver. */
  | { readonly kind: 'zookeeper'; readonly ensembleVolume: Size };

export interface EpiphanyProps extends Omit<PlatformProps, 'system' | 'nodes'> {
  /** Domain of `grafana.`, `kibana.` and of the applications. */
  readonly domain: string;
  readonly network: {
    /** Networks of those who use the applications and look at the pages, CIDR blocks. */
    readonly clients: readonly string[];
    /** Networks of the nodes, CIDR blocks: node agents and kubelets answer there. */
    readonly nodes: readonly string[];
    /** Static address of HAProxy's internal load balancer. */
    readonly ingressAddress: string;
    /** Address of the Kubernetes API server, CIDR. */
    readonly kubernetesApi: string;
  };
  /** Nodes of the cluster, at the most. */
  readonly nodes: number;
  /** Class of every volume: encrypted, and bound where its pod runs. */
  readonly storageClass: string;
  /** Signs the certificates of the public host names. */
  readonly publicIssuer: CertificateIssuer;
  /** Signs those between components in several namespaces: a private authority of the cluster. */
  readonly internalIssuer: CertificateIssuer;
  readonly applications: readonly Application[];
  readonly messaging: {
    readonly profile: KafkaProfile;
    /** Volume of each broker. */
    readonly volume: Size;
    readonly topics: readonly MessageTopic[];
  };
  /** Lines of all nodes together, and where they end. */
  readonly logs: Pick<ElasticsearchProps, 'nodes' | 'bootstrap' | 'retention' | 'people' | 'snapshots'> & {
    readonly lines: Stream;
    /** Volume of each Elasticsearch node. */
    readonly volume: Size;
    /** Room for what waits on each node of the cluster. */
    readonly queue: Size;
  };
  readonly metrics: {
    /** Series and samples of the whole cluster, its nodes and containers included. */
    readonly declared: NonNullable<PrometheusProps['declared']>;
    readonly retention: Duration;
    readonly volume: Size;
    /** Where else samples go. @default nowhere */
    readonly remoteWrite?: PrometheusProps['remoteWrite'];
  };
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
