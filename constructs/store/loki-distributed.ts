/**
 * Loki taken apart for large environments: distributors, ingesters with three copies in three zones, queriers behind
 * query-frontends, index-gateways and one compactor, all of one image and one configuration.
 */
import type { Duration, Size } from 'cdk8s';
import { Component, type ComponentProps, type MountedConfig } from '../core/component';
import { ConfigFile } from '../core/config-file';
import { scaleLoad, type Load } from '../core/delivery';
import type { Endpoint } from '../core/endpoint';
import { bucketEnv, bucketIdentity, connectBucket, type ObjectBucket } from '../core/object-store';
import type { Platform } from '../core/platform';
import { humanBytes } from '../core/quantity';
import { Workload, type WorkloadProps } from '../core/workload';
import { connectGossip } from './gossip';
import type { LogStore } from './log-store';
import { checkIngesterVolume, checkPromises, ingesterVolume } from './loki-checks';
import {
  LOKI_PORTS,
  LOKI_PUSH,
  LOKI_REPLICATION,
  renderLoki,
  type LokiLimits,
  type LokiPartAddresses,
} from './loki-config';
import { LOKI_UID, lokiContainer } from './loki-container';
import { ACCEPTS_DELAYED, resolveLimits } from './loki-limits';
import { lokiSizes, type LokiPart, type LokiSizes } from './loki-sizing';

export interface LokiDistributedProps extends ComponentProps {
  /** How long logs are kept: an operator's decision. A multiple of 24 hours. */
  readonly retention: Duration;
  /** Where chunks and index are kept. */
  readonly chunks: ObjectBucket;
  readonly volumes: {
    readonly storageClass: string;
    /** Write-ahead log and index being built, for each ingester. */
    readonly ingester: Size;
    /** Downloaded index, for each index-gateway. */
    readonly indexGateway: Size;
    /** Index being compacted, and the markers of what will be deleted. */
    readonly compactor: Size;
  };
  /** First day of the schema, ISO 8601; never changed once data was written. */
  readonly schemaFrom: string;
  /** What reaches it at the declared peak; replicas are computed from it. */
  readonly load: Load;
  /** Oldest record that is still taken. @default 7 days */
  readonly acceptsDelayed?: Duration;
  /** @default twice the declared load, and the figures in `loki-limits.ts` */
  readonly limits?: Partial<LokiLimits>;
}

/** What keeps data in memory flushes it first; the others finish requests (`graceful_shutdown_timeout` is 30 s). */
const FLUSH_SECONDS = 300;
const DRAIN_SECONDS = 60;
/** Distributors and queriers follow the load up to twice the declared one. */
const AUTOSCALE = { factor: 2, cpuPercent: 70 } as const;
/** Loki's names for the zones of its copies; Kubernetes decides which real zone each becomes. */
const ZONES = ['a', 'b', 'c'] as const;
const HTTP = { name: 'http', port: LOKI_PORTS.http } as const;

interface PartProps extends Partial<WorkloadProps> {
  /** Claim of its own. @default none */
  readonly volume?: Size;
  readonly zone?: (typeof ZONES)[number];
}

export class LokiDistributed extends Component implements LogStore {
  public readonly otlp: Endpoint<'logs', 'otlp-http'>;
  public readonly query: Endpoint<'queries', 'loki-http'>;
  public readonly metrics: readonly Endpoint<'metrics', 'prometheus-scrape'>[];
  private readonly sizes: LokiSizes;
  private readonly config: MountedConfig;
  private readonly distributor: Workload;
  private pushed: Endpoint<'logs', 'loki-http'> | undefined;

  public constructor(
    scope: Platform,
    id: string,
    private readonly props: LokiDistributedProps,
  ) {
    super(scope, id, props, {
      layer: 'store',
      summary: 'Log store (Loki, distributed) on an object store',
      store: true,
    });
    this.sizes = this.resolveSizes();
    this.config = this.makeConfig();
    const { volumes, load } = props;

    this.distributor = this.addPart('distributor', { autoscale: this.autoscale('distributor') });
    const ingesters = ZONES.map((zone) =>
      this.addPart('ingester', {
        zone,
        zoneSet: `${id}-ingester`,
        replicas: this.sizes.ingester.replicas / ZONES.length,
        volume: volumes.ingester,
        drainSeconds: FLUSH_SECONDS,
        // New members of the ring look for these names before anyone in it is ready.
        publishNotReadyAddresses: true,
      }),
    );
    // Not ready before a querier has come, and queriers come by its name.
    const queryFrontend = this.addPart('query-frontend', { publishNotReadyAddresses: true });
    const querier = this.addPart('querier', { autoscale: this.autoscale('querier') });
    const indexGateway = this.addPart('index-gateway', { volume: volumes.indexGateway });
    const compactor = this.addPart('compactor', { volume: volumes.compactor, drainSeconds: FLUSH_SECONDS });

    const everyPart = [this.distributor, ...ingesters, queryFrontend, querier, indexGateway, compactor];
    this.metrics = everyPart.map((part) =>
      part.listenForScrapes({
        ...HTTP,
      }),
    );
    this.otlp = this.distributor.listen({
      ...HTTP,
      protocol: 'otlp-http',
      signals: ['logs'],
      access: 'write',
      path: '/otlp',
    });
    this.query = queryFrontend.listen({
      ...HTTP,
      protocol: 'loki-http',
      signals: ['queries'],
      access: 'read',
    });

    const grpc = { name: 'grpc', port: LOKI_PORTS.grpc, protocol: 'grpc', access: 'peer' } as const;
    for (const ingester of ingesters) {
      const endpoint = ingester.listen({ ...grpc, signals: ['logs', 'queries'] });
      const copies = scaleLoad(load, LOKI_REPLICATION / ZONES.length);
      this.distributor.connect(endpoint, { signals: ['logs'], purpose: 'one of three copies', load: copies });
      querier.connect(endpoint, { signals: ['queries'], purpose: 'what is not flushed yet' });
    }
    const queryQueue = queryFrontend.listen({ ...grpc, signals: ['queries'], via: 'headless' });
    querier.connect(queryQueue, { signals: ['queries'], purpose: 'fetches parts of queries' });
    const tail = querier.listen({ ...HTTP, protocol: 'loki-http', signals: ['queries'], access: 'peer' });
    queryFrontend.connect(tail, { signals: ['queries'], purpose: 'live tails' });
    const index = indexGateway.listen({ ...grpc, signals: ['queries'] });
    querier.connect(index, { signals: ['queries'], purpose: 'index look-ups' });
    const deletes = compactor.listen({ ...grpc, signals: ['coordination'], via: 'headless' });
    for (const reader of [querier, queryFrontend]) {
      reader.connect(deletes, { signals: ['coordination'], purpose: 'which records are deleted' });
    }
    connectGossip(
      [this.distributor, ...ingesters, querier, compactor],
      LOKI_PORTS.gossip,
      'members of the ring',
    );
    for (const part of [...ingesters, querier, indexGateway, compactor]) {
      connectBucket(part, props.chunks, 'chunks and index');
    }
  }

  public get push(): Endpoint<'logs', 'loki-http'> {
    this.pushed ??= this.distributor.listen(LOKI_PUSH);
    return this.pushed;
  }

  private resolveSizes(): LokiSizes {
    const { load, volumes } = this.props;
    if (this.platform.zones < LOKI_REPLICATION) {
      this.problem({
        property: 'zones',
        value: this.platform.zones,
        rule: `${LOKI_REPLICATION} copies of what is not flushed yet lie in ${LOKI_REPLICATION} zones`,
        remedy: 'use a cluster of three zones, or Loki (single binary)',
      });
    }
    const sizes = lokiSizes(load, ZONES.length);
    for (const [part, size] of Object.entries(sizes)) {
      this.derived(
        `${part} replicas`,
        size.replicas,
        `${humanBytes(load.bytesPerSecond)}/s by Loki's sizing guide`,
      );
    }
    const perIngester = (load.bytesPerSecond * LOKI_REPLICATION) / sizes.ingester.replicas;
    checkIngesterVolume(this, 'volumes.ingester', volumes.ingester, ingesterVolume(perIngester));
    return sizes;
  }

  private makeConfig(): MountedConfig {
    const { chunks, retention, schemaFrom, load } = this.props;
    const acceptsDelayed = this.props.acceptsDelayed ?? ACCEPTS_DELAYED;
    checkPromises(this, { retention, schemaFrom, acceptsDelayed });
    const limits = resolveLimits(this.props.limits, load);
    this.derived('ingestion_rate_mb', limits.ingestionRateMb, 'twice the declared load');
    const data = renderLoki({
      chunks,
      retention,
      limits,
      acceptsDelayed,
      schemaFrom,
      ingesterMemory: this.sizes.ingester.resources.memory,
      parts: this.addresses(),
    });
    return this.configMap(`${this.node.id}-config`, [ConfigFile.yaml(this.platform, 'config.yaml', data)]);
  }

  /** Names of parts that do not exist yet: the configuration is made before the workloads that mount it. */
  private addresses(): LokiPartAddresses {
    const id = this.node.id;
    const host = (service: string): string =>
      `${id}-${service}.${this.namespace}.svc.${this.platform.clusterDomain}`;
    const headless = (service: string): string => host(`${service}-headless`);
    return {
      ringMembers: ZONES.map((zone) => `${headless(`ingester-${zone}`)}:${LOKI_PORTS.gossip}`),
      compactor: `${headless('compactor')}:${LOKI_PORTS.grpc}`,
      queryFrontends: `${headless('query-frontend')}:${LOKI_PORTS.grpc}`,
      indexGateways: `${headless('index-gateway')}:${LOKI_PORTS.grpc}`,
      queriers: `http://${host('querier')}:${LOKI_PORTS.http}`,
    };
  }

  private addPart(part: LokiPart, { volume, zone, ...props }: PartProps): Workload {
    const { replicas, resources } = this.sizes[part];
    const { storageClass } = this.props.volumes;
    const usesStore = part !== 'distributor' && part !== 'query-frontend';
    return new Workload(this, `${this.node.id}-${part}${zone === undefined ? '' : `-${zone}`}`, {
      kind: volume === undefined ? 'Deployment' : 'StatefulSet',
      replicas,
      uid: LOKI_UID,
      drainSeconds: DRAIN_SECONDS,
      identity: usesStore ? bucketIdentity(this.props.chunks) : {},
      claims: volume === undefined ? [] : [{ name: 'data', size: volume, storageClass }],
      container: lokiContainer({
        target: part,
        config: this.config,
        resources,
        env: usesStore ? bucketEnv(this.props.chunks) : {},
        args: zone === undefined ? [] : [`-ingester.availability-zone=zone-${zone}`],
        claim: volume === undefined ? undefined : 'data',
      }),
      ...props,
    });
  }

  private autoscale(part: LokiPart): NonNullable<WorkloadProps['autoscale']> {
    return {
      maxReplicas: this.sizes[part].replicas * AUTOSCALE.factor,
      cpuPercent: AUTOSCALE.cpuPercent,
    };
  }
}
