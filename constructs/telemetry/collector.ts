/**
 * The collector: takes readings from the brokers through the proxy, writes them to the store in batches, and acknowledges
 * only what the store has. While the store is away, the messages wait in the brokers.
 */
import type { Size } from 'cdk8s';
import type { COLLECTOR_VARIABLES } from '../../apps/collector/config';
import { Component, type ComponentProps } from '../core/component';
import type { Resources } from '../core/container-spec';
import type { Load } from '../core/delivery';
import type { Endpoint } from '../core/endpoint';
import type { Platform, Tier } from '../core/platform';
import type { SecretRef } from '../core/secrets';
import {
  IN_CONTAINER,
  influxdbStore,
  sizeText,
  type InfluxdbAccess,
  type Listen,
  type ServiceEnvironment,
  type StoreChoice,
} from './service-environment';
import { memoryShare, serviceWorkload } from './service-workload';

export interface CollectorEnvironmentProps {
  readonly listen: Listen;
  readonly queueUrl: string;
  readonly store: StoreChoice;
  /** For messages that it holds. @default the service's own */
  readonly memory?: Size;
}

export interface CollectorProps extends ComponentProps {
  /** The proxy's. */
  readonly queue: Endpoint<'metrics', 'queue-http'>;
  readonly store: InfluxdbAccess & { readonly write: Endpoint<'metrics', 'influx-write'> };
  readonly load: Load;
  readonly serviceToken: SecretRef;
  /** @default dev 1 to 3, prod 2 to 8; a collector without a partition to itself shares one */
  readonly replicas?: { readonly least: number; readonly most: number };
  /** @default SERVICE_RESOURCES of the tier */
  readonly resources?: Resources;
}

/** Bodies of messages: read, they take twice that (COLLECTOR_MEMORY_SIZE). */
const MEMORY_SHARE = 0.125;
const REPLICAS: Readonly<Record<Tier, { least: number; most: number }>> = {
  dev: { least: 1, most: 3 },
  prod: { least: 2, most: 8 },
};
/** Of the request: a burst after an outage has the limit's room while the next replica starts. */
const CPU_PERCENT = 70;

export class Collector extends Component {
  public readonly metrics: Endpoint<'metrics', 'prometheus-scrape'>;

  public constructor(scope: Platform, id: string, props: CollectorProps) {
    super(scope, id, props, {
      layer: 'collect',
      summary: 'Writes readings from the brokers to the store (collector)',
    });
    const { queue, store, load, serviceToken } = props;
    const { least, most } = props.replicas ?? REPLICAS[scope.tier];
    const { workload, metrics } = serviceWorkload<typeof COLLECTOR_VARIABLES>(this, id, {
      app: 'collector',
      kind: 'Deployment',
      replicas: least,
      autoscale: { maxReplicas: most, cpuPercent: CPU_PERCENT },
      environment: collectorEnvironment({
        listen: IN_CONTAINER,
        queueUrl: queue.url,
        store: influxdbStore(store, store.write.url),
        memory: memoryShare(scope.tier, props.resources, MEMORY_SHARE),
      }),
      secrets: { SERVICE_TOKEN: serviceToken, INFLUXDB_TOKEN: store.token },
      resources: props.resources,
    });
    this.metrics = metrics;
    workload.connect(queue, {
      signals: ['metrics'],
      purpose: 'readings to store',
      credential: { kind: 'bearer', secret: serviceToken },
      load,
    });
    workload.connect(store.write, {
      signals: ['metrics'],
      purpose: 'readings',
      credential: { kind: 'bearer', secret: store.token },
      load,
    });
  }
}

export function collectorEnvironment(
  props: CollectorEnvironmentProps,
): ServiceEnvironment<typeof COLLECTOR_VARIABLES> {
  const { store } = props;
  return {
    LISTEN_HOST: props.listen.host,
    LISTEN_PORT: String(props.listen.port),
    QUEUE_URL: props.queueUrl,
    COLLECTOR_MEMORY_SIZE: sizeText(props.memory),
    STORE: store.kind,
    STORE_DATA_DIR: store.kind === 'embedded' ? store.folder : undefined,
    INFLUXDB_URL: store.kind === 'influxdb' ? store.url : undefined,
    INFLUXDB_ORG: store.kind === 'influxdb' ? store.organization : undefined,
    INFLUXDB_BUCKET: store.kind === 'influxdb' ? store.bucket : undefined,
  };
}
