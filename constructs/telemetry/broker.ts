/**
 * The brokers (`msg-queue`): each keeps a part of the messages, in memory and in the segment log on its own volume. What
 * an accepted message survives is said in docs/guides/delivery.md; a broker's volume is the only copy of what it holds.
 */
import { Size, type Duration } from 'cdk8s';
import type { BROKER_VARIABLES } from '../../apps/broker/config';
import { Component, type ComponentProps } from '../core/component';
import type { Resources } from '../core/container-spec';
import { AuthScheme } from '../core/credential';
import type { Queue } from '../core/delivery';
import type { Endpoint } from '../core/endpoint';
import type { Platform, Tier } from '../core/platform';
import { bytesOf } from '../core/quantity';
import type { SecretRef } from '../core/secrets';
import {
  countText,
  durationText,
  IN_CONTAINER,
  sizeText,
  type Listen,
  type ServiceEnvironment,
} from './service-environment';
import { HTTP, memoryShare, serviceWorkload } from './service-workload';

export type Durability = NonNullable<ServiceEnvironment<typeof BROKER_VARIABLES>['DURABILITY']>;

/** What is not given is the service's own default. */
export interface BrokerEnvironmentProps {
  readonly listen: Listen;
  readonly dataDir: string;
  /** Memory and disk for messages, all partitions together. */
  readonly memory?: Size;
  readonly disk?: Size;
  readonly durability?: Durability;
  /** Messages in memory for each partition. */
  readonly queueSize?: number;
  readonly partitionsPerTopic?: number;
  readonly visibilityTimeout?: Duration;
}

export interface BrokerProps
  extends ComponentProps, Omit<BrokerEnvironmentProps, 'listen' | 'dataDir' | 'memory' | 'disk'> {
  /** For the segment log: an operator's decision, checked against the outage that the environment declares. */
  readonly volume: { readonly size: Size; readonly storageClass: string };
  /** What the services of the stack show each other. */
  readonly serviceToken: SecretRef;
  /** @default dev 1, prod 3: one in each zone */
  readonly replicas?: number;
  /** @default SERVICE_RESOURCES of the tier */
  readonly resources?: Resources;
}

const REPLICAS: Readonly<Record<Tier, number>> = { dev: 1, prod: 3 };
const DATA_DIR = '/var/lib/msg-queue';
/** The rest is for the file system, and for what freeing needs (BROKER_DISK_SIZE). */
const DISK_SHARE = 0.78;
/** The rest is the program's own, and room for the collector of garbage. */
const MEMORY_SHARE = 0.25;
/** A record's head and checksum, and keys that do not spread quite evenly: the fullest broker refuses first. */
const USABLE_SHARE = 0.8;
/** Requests end within STOP_TIMEOUT, then memory is written. */
const STOP_SECONDS = 55;

export class Broker extends Component {
  /** Each broker by its own name: whoever publishes or receives has to choose one. */
  public readonly publish: Endpoint<'metrics', 'queue-http'>;
  public readonly receive: Endpoint<'metrics', 'queue-http'>;
  public readonly metrics: Endpoint<'metrics', 'prometheus-scrape'>;
  /** URL of each broker; they stay the same when a pod is replaced. */
  public readonly addresses: readonly string[];

  public constructor(scope: Platform, id: string, props: BrokerProps) {
    super(scope, id, props, {
      layer: 'buffer',
      summary: 'Message brokers with a segment log on disk (msg-queue)',
      store: true,
    });
    const { volume, serviceToken, resources } = props;
    const replicas = props.replicas ?? REPLICAS[scope.tier];
    const disk = Size.mebibytes(Math.floor((bytesOf(volume.size) * DISK_SHARE) / 1024 ** 2));
    const memory = memoryShare(scope.tier, resources, MEMORY_SHARE);
    this.addresses = this.podHosts(id, replicas).map((host) => `http://${host}:${IN_CONTAINER.port}`);
    const { workload, metrics } = serviceWorkload<typeof BROKER_VARIABLES>(
      this,
      id,
      {
        app: 'broker',
        kind: 'StatefulSet',
        replicas,
        environment: brokerEnvironment({ ...props, listen: IN_CONTAINER, dataDir: DATA_DIR, memory, disk }),
        secrets: { SERVICE_TOKEN: serviceToken },
        resources,
        stopSeconds: STOP_SECONDS,
        claims: [{ name: 'data', ...volume }],
        volumes: [{ claim: 'data', mountPath: DATA_DIR }],
      },
      'headless',
    );
    this.metrics = metrics;
    const queue: Queue = {
      capacity: Size.mebibytes(Math.floor(disk.toMebibytes() * replicas * USABLE_SHARE)),
    };
    const common = {
      ...HTTP,
      protocol: 'queue-http',
      signals: ['metrics'],
      auth: AuthScheme.secret('bearer', [serviceToken]),
      queue,
      via: 'headless',
    } as const;
    this.publish = workload.listen({ ...common, access: 'write' });
    this.receive = workload.listen({ ...common, access: 'read' });
  }
}

export function brokerEnvironment(
  props: BrokerEnvironmentProps,
): ServiceEnvironment<typeof BROKER_VARIABLES> {
  return {
    LISTEN_HOST: props.listen.host,
    LISTEN_PORT: String(props.listen.port),
    BROKER: 'embedded',
    BROKER_DATA_DIR: props.dataDir,
    BROKER_MEMORY_SIZE: sizeText(props.memory),
    BROKER_DISK_SIZE: sizeText(props.disk),
    DURABILITY: props.durability,
    QUEUE_SIZE: countText(props.queueSize),
    PARTITIONS_PER_TOPIC: countText(props.partitionsPerTopic),
    VISIBILITY_TIMEOUT: durationText(props.visibilityTimeout),
  };
}
