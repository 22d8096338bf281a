/**
 * What an operator decides about a log platform on premises: the values in `stacks/environments/anton.ts`.
 */
import type { Duration, Size } from 'cdk8s';
import type { AlloyProps } from '../collect/alloy';
import type { Stream } from '../core/declared-workload';
import type { ExternalPods } from '../core/party';
import type { PlatformProps } from '../core/platform';
import type { RookObjectStoreProps } from '../store/rook-object-store';

export interface LokiAlloyProps extends Omit<PlatformProps, 'system' | 'nodes'> {
  /** Where everything of the platform runs. */
  readonly namespace: string;
  /** Nodes of the cluster: each has an agent. */
  readonly nodes: number;
  /** Address of the Kubernetes API server, CIDR. */
  readonly kubernetesApi: string;
  /** Class of Loki's volume: encrypted, and bound where its pod runs. */
  readonly storageClass: string;
  /** Lines of all pods together at the peak; `bytesEach` as written, before compression. */
  readonly lines: Stream;
  readonly agents: Pick<AlloyProps, 'labels' | 'rateLimit' | 'namespaceLimit' | 'logFiles'>;
  readonly logs: {
    readonly retention: Duration;
    /** Loki's volume, for the write-ahead log and the index being built. */
    readonly volume: Size;
    /** First day of the schema, ISO 8601; never changed once data was written. */
    readonly schemaFrom: string;
    /** Streams that may be open at once. */
    readonly maxStreams: number;
  };
  /** The cluster's Ceph, run by Rook. */
  readonly ceph: Pick<
    RookObjectStoreProps,
    'store' | 'cephNamespace' | 'operatorNamespace' | 'disks' | 'hosts'
  >;
  /** The Grafana that is there already. */
  readonly grafana: ExternalPods & {
    readonly service: string;
    /** Port of that Service, and of the pods. */
    readonly port: number;
    /** Identifier of its data source with the metrics. */
    readonly metricsUid: string;
  };
  /** The Prometheus that is there already, run by the Prometheus operator. */
  readonly prometheus: ExternalPods & {
    /** Labels by which it finds monitors and rules. */
    readonly selects: Readonly<Record<string, string>>;
  };
  /** Name of the Tailscale network in which Grafana is seen, without `.ts.net`. */
  readonly tailnet: string;
}
