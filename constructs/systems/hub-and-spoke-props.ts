/**
 * What an operator decides about a hub and its spokes: the values in `stacks/environments/hub-*.ts`.
 */
import type { Duration, Size } from 'cdk8s';
import type { AlertmanagerProps } from '../alert/alertmanager';
import type { ClusterScrapes } from '../collect/cluster-scrapes';
import type { VmagentProps } from '../collect/vmagent';
import type { Stream } from '../core/declared-workload';
import type { PlatformProps } from '../core/platform';
import type { GrafanaProps } from '../view/grafana';
import type { GrafanaSignIn } from '../view/grafana-sign-in';
import type { GrafanaDatabaseChoice } from './grafana-database';

/** A cluster whose metrics come to the hub: a row of the access matrix, and the labels of all its series. */
export interface Cluster {
  /** Its `cluster` label, e.g. `dev`; lower-case words joined by hyphens. */
  readonly name: string;
  /** Its `environment` label. */
  readonly environment: string;
  /** Address blocks from which its pods come to the hub; no two clusters share an address. */
  readonly cidrs: readonly string[];
  readonly workload: ClusterWorkload;
  /** What its own agents send beside metrics, where the hub keeps logs and traces. @default nothing */
  readonly sends?: { readonly logs?: Stream; readonly traces?: Stream };
}

export interface ClusterWorkload {
  readonly nodes: number;
  /** Series that receive samples within one hour. */
  readonly activeSeries: number;
  readonly samplesPerSecond: number;
}

/** One of the two places at which a hub may stand; its cluster is one whose metrics are kept too. */
export interface HubSite extends Omit<Cluster, 'sends'> {
  readonly region: string;
  /** Subnets of its load balancer, CIDR blocks. */
  readonly loadBalancer: readonly string[];
}

export type HubRole = 'primary' | 'standby';

/** What every cluster knows of the hubs: the same value in all environments of the system. */
export interface Hubs {
  /** Zone of the hubs' names, e.g. `infra.service`. */
  readonly zone: string;
  /**
   * Which one evaluates rules, tells people and shows dashboards. Changing it promotes the other one, which has the same
   * metrics already.
   */
  readonly active: HubRole;
  readonly primary: HubSite;
  /** In another region; every cluster writes to both. @default none */
  readonly standby?: HubSite;
  /** One sample of each series in this time is kept for years. @default no cold tier */
  readonly coldTier?: { readonly every: Duration; readonly retention: Duration; readonly volume: Size };
}

export interface ClusterProps extends Omit<PlatformProps, 'system' | 'nodes'> {
  readonly hubs: Hubs;
  readonly network: {
    /** Subnets of the nodes, CIDR blocks. */
    readonly nodes: readonly string[];
    /** Addresses of the Kubernetes API server, CIDR. */
    readonly kubernetesApi: readonly string[];
  };
  /** Class of every volume of one pod: encrypted, and bound where its pod runs. */
  readonly storageClass: string;
  /** Volume of vmagent's queue. */
  readonly agentVolume: Size;
  /** Pods of others that are scraped when they ask for it by annotation. @default none */
  readonly annotatedPods?: NonNullable<ClusterScrapes['annotatedPods']>;
  /** Metrics that are left at the source: patterns of whole names. @default none */
  readonly drop?: readonly string[];
  /** Steps of relabelling of every series on its way to the hubs. @default none */
  readonly relabel?: NonNullable<VmagentProps['relabel']>;
  /** Series of which only aggregates leave the cluster. @default none */
  readonly aggregate?: NonNullable<VmagentProps['aggregate']>;
}

export interface SpokeProps extends ClusterProps {
  readonly cluster: Cluster;
}

export interface HubProps extends ClusterProps {
  /** Which of the two it is. */
  readonly role: HubRole;
  readonly spokes: readonly Cluster[];
  readonly network: ClusterProps['network'] & {
    /** Subnet of the private endpoints of AWS' services, CIDR blocks. */
    readonly privateEndpoints: readonly string[];
    /** Networks of the operations team, and of developers. */
    readonly operations: readonly string[];
    readonly developers: readonly string[];
  };
  readonly metrics: {
    readonly retention: Duration;
    /** Number of vmstorages, of each tier. */
    readonly storages: number;
    /** Volume of each. */
    readonly volume: Size;
    /** Volume of each vmselect, for its cache. */
    readonly queryCache: Size;
    /** vmselects are added up to so many while queries keep them busy. @default two, always */
    readonly queryReplicas?: number;
    /** Hourly and daily copies of every vmstorage in S3. */
    readonly backup: boolean;
  };
  /** Logs of the clusters that send some, in S3. @default none */
  readonly logs?: { readonly retention: Duration; readonly volume: Size; readonly schemaFrom: string };
  /** Traces of the clusters that send some, in S3. @default none */
  readonly traces?: { readonly retention: Duration; readonly volume: Size };
  /** Recommends requests from what the programs use; changes none. Needs the Vertical Pod Autoscaler. */
  readonly recommendations: boolean;
  readonly grafana: {
    readonly replicas: number;
    readonly database: GrafanaDatabaseChoice;
    /** Volume that all replicas share, for plug-ins; of a class that several nodes can mount. */
    readonly sharedFiles: NonNullable<GrafanaProps['sharedFiles']>;
    /** The identity provider, whose groups are those of the access matrix. */
    readonly signIn: Pick<GrafanaSignIn, 'name' | 'paths' | 'clientId'> & {
      readonly host: string;
      readonly cidrs: readonly string[];
    };
  };
  readonly alerting: Pick<
    AlertmanagerProps,
    'receivers' | 'routing' | 'deadMan' | 'receiverCidrs' | 'silences'
  > & {
    /** Volume of each Alertmanager. */
    readonly volume: Size;
  };
}
