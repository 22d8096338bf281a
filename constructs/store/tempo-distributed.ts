/**
 * Tempo taken apart for large environments, on the platform's Kafka: distributors write spans into a topic, from which
 * block-builders make blocks in the object store and live-stores answer for the last minutes; queriers read both.
 * There is no metrics-generator: span metrics and service graphs come from the collectors.
 */
import { Size, type Duration } from 'cdk8s';
import { Component, type ComponentProps, type MountedConfig } from '../core/component';
import { ConfigFile } from '../core/config-file';
import type { Load } from '../core/delivery';
import type { Endpoint } from '../core/endpoint';
import { bucketEnv, bucketIdentity, connectBucket, type ObjectBucket } from '../core/object-store';
import type { Platform } from '../core/platform';
import { gibibytesFor, humanBytes } from '../core/quantity';
import { Workload, type WorkloadProps } from '../core/workload';
import { connectGossip } from './gossip';
import { checkLiveVolume, checkRetention } from './tempo-checks';
import {
  BLOCK_BUILDER_CYCLE_BYTES,
  renderTempo,
  TEMPO_OTLP_GRPC,
  TEMPO_PORTS,
  type TempoPartAddresses,
} from './tempo-config';
import { TEMPO_UID, tempoContainer } from './tempo-container';
import { tempoLimits, tempoPartitions, tempoSizes, type TempoPart, type TempoPartSize } from './tempo-sizing';
import { LIVE_STORE_ZONES, type TempoTopic } from './tempo-topic';
import type { TraceStore } from './trace-store';

export interface TempoDistributedProps extends ComponentProps {
  /** How long traces are kept: an operator's decision. Whole hours. */
  readonly retention: Duration;
  /** Where blocks are kept. */
  readonly blocks: ObjectBucket;
  readonly volumes: {
    readonly storageClass: string;
    /** Spans of the last 20 minutes, for each live-store. */
    readonly liveStore: Size;
    /** The list of jobs that are handed out; small. */
    readonly backendScheduler: Size;
  };
  /** Spans on their way to blocks and live-stores; its load is Tempo's. */
  readonly topic: TempoTopic;
  /** The topic's endpoints. */
  readonly kafka: {
    readonly write: Endpoint<'traces', 'kafka'>;
    readonly read: Endpoint<'traces', 'kafka'>;
  };
}

/** 10 s of `shutdown_delay`, then 30 s in which open requests or a job may end; 42 s were measured. */
const DRAIN_SECONDS = 90;
/** A live-store writes its open traces to its volume; Tempo's own deployment grants 20 minutes. */
const LIVE_STORE_DRAIN_SECONDS = 1200;
/** One replica runs at CPU use that leaves room for the start of the next. */
const AUTOSCALE_CPU_PERCENT = 70;
/** Records as they come, and the blocks made of them, of one cycle. */
const BLOCK_BUILDER_SCRATCH = gibibytesFor(2 * BLOCK_BUILDER_CYCLE_BYTES);
/** Parts that keep nothing still want their directories. */
const SCRATCH = Size.gibibytes(1);
const HTTP = { name: 'http', port: TEMPO_PORTS.http } as const;

interface PartProps extends Partial<WorkloadProps> {
  readonly volume?: Size;
  readonly scratch?: Size;
  readonly zone?: (typeof LIVE_STORE_ZONES)[number];
}

/** Who speaks with Kafka, and who with the object store. */
const USES_KAFKA: readonly TempoPart[] = ['distributor', 'live-store', 'block-builder'];
const USES_STORE: readonly TempoPart[] = [
  'block-builder',
  'querier',
  'query-frontend',
  'backend-scheduler',
  'backend-worker',
];

export class TempoDistributed extends Component implements TraceStore {
  public readonly otlp: Endpoint<'traces', 'otlp-http'>;
  public readonly query: Endpoint<'queries', 'tempo-http'>;
  public readonly metrics: readonly Endpoint<'metrics', 'prometheus-scrape'>[];
  private readonly load: Load;
  private readonly sizes: Readonly<Record<TempoPart, TempoPartSize>>;
  private readonly config: MountedConfig;
  private readonly distributor: Workload;
  private grpc: Endpoint<'traces', 'otlp-grpc'> | undefined;

  public constructor(
    scope: Platform,
    id: string,
    private readonly props: TempoDistributedProps,
  ) {
    super(scope, id, props, {
      layer: 'store',
      summary: 'Trace store (Tempo, distributed, on Kafka) on an object store',
      store: true,
    });
    this.load = props.topic.load;
    this.sizes = this.resolveSizes();
    this.check();
    this.config = this.makeConfig();
    const { volumes } = props;

    this.distributor = this.addPart('distributor', {});
    const blockBuilder = this.addPart('block-builder', {
      kind: 'StatefulSet',
      scratch: BLOCK_BUILDER_SCRATCH,
    });
    const liveStores = LIVE_STORE_ZONES.map((zone) =>
      this.addPart('live-store', {
        zone,
        zoneSet: `${id}-live-store`,
        volume: volumes.liveStore,
        drainSeconds: LIVE_STORE_DRAIN_SECONDS,
        // New members of the rings look for these names before anyone in them is ready.
        publishNotReadyAddresses: true,
      }),
    );
    // Not ready before a querier has come, and queriers come by its name.
    const queryFrontend = this.addPart('query-frontend', { publishNotReadyAddresses: true });
    const querier = this.addPart('querier', {});
    const scheduler = this.addPart('backend-scheduler', { volume: volumes.backendScheduler });
    const worker = this.addPart('backend-worker', {});

    const everyPart = [
      this.distributor,
      blockBuilder,
      ...liveStores,
      queryFrontend,
      querier,
      scheduler,
      worker,
    ];
    this.metrics = everyPart.map((part) =>
      part.listenForScrapes({
        ...HTTP,
      }),
    );
    this.otlp = this.distributor.listen({
      name: 'otlp-http',
      port: TEMPO_PORTS.otlpHttp,
      protocol: 'otlp-http',
      signals: ['traces'],
      access: 'write',
    });
    this.query = queryFrontend.listen({
      ...HTTP,
      protocol: 'tempo-http',
      signals: ['queries'],
      access: 'read',
    });

    this.connectKafka(this.distributor, [blockBuilder, ...liveStores]);
    const grpc = { name: 'grpc', port: TEMPO_PORTS.grpc, protocol: 'grpc', access: 'peer' } as const;
    for (const liveStore of liveStores) {
      const endpoint = liveStore.listen({ ...grpc, signals: ['queries'] });
      querier.connect(endpoint, { signals: ['queries'], purpose: 'spans of the last minutes' });
    }
    const queryQueue = queryFrontend.listen({ ...grpc, signals: ['queries'], via: 'headless' });
    querier.connect(queryQueue, { signals: ['queries'], purpose: 'fetches parts of queries' });
    const jobs = scheduler.listen({ ...grpc, signals: ['coordination'] });
    worker.connect(jobs, { signals: ['coordination'], purpose: 'compaction and retention jobs' });
    connectGossip(
      [this.distributor, blockBuilder, ...liveStores, querier, worker],
      TEMPO_PORTS.gossip,
      'members of the rings',
    );
    for (const part of [blockBuilder, querier, queryFrontend, scheduler, worker]) {
      connectBucket(part, props.blocks, 'blocks of traces');
    }
  }

  public get otlpGrpc(): Endpoint<'traces', 'otlp-grpc'> {
    this.grpc ??= this.distributor.listen(TEMPO_OTLP_GRPC);
    return this.grpc;
  }

  private resolveSizes(): Readonly<Record<TempoPart, TempoPartSize>> {
    const sizes = tempoSizes(this.load);
    for (const [part, { replicas }] of Object.entries(sizes)) {
      this.derived(
        `${part} replicas`,
        replicas,
        `${humanBytes(this.load.bytesPerSecond)}/s by Tempo's sizing guide`,
      );
    }
    return sizes;
  }

  private check(): void {
    const { retention, volumes, topic, kafka } = this.props;
    const partitions = tempoPartitions(this.load);
    checkRetention(this, retention);
    checkLiveVolume(this, 'volumes.liveStore', volumes.liveStore, this.load.bytesPerSecond / partitions);
    if (topic.partitions !== partitions) {
      this.problem({
        property: 'topic.partitions',
        value: topic.partitions,
        rule: `each partition is read by one live-store of each zone and one block-builder, and the load needs ${partitions}`,
        remedy: 'make the topic with tempoTopic()',
      });
    }
    for (const [access, endpoint] of Object.entries(kafka)) {
      if (endpoint.topic !== topic.name) {
        this.problem({
          property: `kafka.${access}`,
          value: endpoint.id,
          rule: `Tempo's parts meet in the topic ${topic.name}`,
          remedy: `give the endpoint of that topic (kafka.${access === 'write' ? 'writeTo' : 'readFrom'})`,
        });
      }
      if (endpoint.tls) {
        this.problem({
          property: `kafka.${access}`,
          value: endpoint.id,
          rule: topic.plainText,
          remedy: 'give an endpoint on a listener without TLS that only Tempo can reach',
        });
      }
    }
  }

  private makeConfig(): MountedConfig {
    const { blocks, retention, topic } = this.props;
    const limits = tempoLimits(this.load, topic.partitions);
    this.derived('rate_limit_bytes', limits.rateBytesPerSecond, 'twice the declared load');
    this.derived(
      'max_traces_per_user',
      limits.maxLiveTraces,
      'spans of 30 s in a partition, each as a trace of its own',
    );
    const data = renderTempo({ blocks, retention, limits, parts: this.addresses() });
    return this.configMap(`${this.node.id}-config`, [ConfigFile.yaml(this.platform, 'tempo.yaml', data)]);
  }

  /** Names of parts that do not exist yet: the configuration is made before the workloads that mount it. */
  private addresses(): TempoPartAddresses {
    const { topic, kafka } = this.props;
    const headless = (part: string): string =>
      `${this.node.id}-${part}-headless.${this.namespace}.svc.${this.platform.clusterDomain}`;
    return {
      ringMembers: LIVE_STORE_ZONES.map((zone) => `${headless(`live-store-${zone}`)}:${TEMPO_PORTS.gossip}`),
      queryFrontends: `${headless('query-frontend')}:${TEMPO_PORTS.grpc}`,
      backendScheduler: `${headless('backend-scheduler')}:${TEMPO_PORTS.grpc}`,
      kafka: { address: kafka.write.hostPort, topic: topic.name, user: topic.writers[0].name },
    };
  }

  private addPart(part: TempoPart, { volume, scratch, zone, ...props }: PartProps): Workload {
    const { replicas, maxReplicas, resources } = this.sizes[part];
    const { blocks, topic, volumes } = this.props;
    const usesStore = USES_STORE.includes(part);
    return new Workload(this, `${this.node.id}-${part}${zone === undefined ? '' : `-${zone}`}`, {
      kind: volume === undefined ? 'Deployment' : 'StatefulSet',
      replicas,
      ...(maxReplicas === undefined ? {} : { autoscale: { maxReplicas, cpuPercent: AUTOSCALE_CPU_PERCENT } }),
      uid: TEMPO_UID,
      drainSeconds: DRAIN_SECONDS,
      identity: usesStore ? bucketIdentity(blocks) : {},
      claims:
        volume === undefined ? [] : [{ name: 'data', size: volume, storageClass: volumes.storageClass }],
      container: tempoContainer({
        target: part,
        config: this.config,
        resources,
        env: usesStore ? bucketEnv(blocks) : {},
        args: zone === undefined ? [] : [`-live-store.instance-availability-zone=zone-${zone}`],
        data: volume === undefined ? { scratch: scratch ?? SCRATCH } : { claim: 'data' },
        kafkaPassword: USES_KAFKA.includes(part) ? this.secret(topic.writers[0].password) : undefined,
      }),
      ...props,
    });
  }

  private connectKafka(writer: Workload, readers: readonly Workload[]): void {
    const { kafka, topic } = this.props;
    const credential = { kind: 'sasl-plain', secret: topic.writers[0].password } as const;
    const common = { signals: ['traces'], credential, load: this.load } as const;
    writer.connect(kafka.write, { ...common, purpose: 'spans, acknowledged once Kafka has them' });
    for (const reader of readers)
      reader.connect(kafka.read, { ...common, purpose: 'spans of its partition' });
  }
}
