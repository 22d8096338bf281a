/**
 * VictoriaMetrics, the metrics store, as a cluster: vminsert takes samples over OTLP and remote write, vmstorage keeps
 * them on its volumes, vmselect answers PromQL. Beside each vmstorage a sidecar copies its data to an object store.
 */
import { Duration, Size } from 'cdk8s';
import { Component, type ComponentProps } from '../core/component';
import type { Resources } from '../core/container-spec';
import type { Endpoint } from '../core/endpoint';
import type { Platform, Tier } from '../core/platform';
import { humanBytes, mebibytesFor } from '../core/quantity';
import type { Workload, WorkloadProps } from '../core/workload';
import { BACKUP_SUCCESS_METRIC } from './victoria-metrics-backup';
import { DEFAULT_BACKUP_INTERVAL, type BackupProps } from './victoria-metrics-backup-sidecar';
import { checkCluster, checkDedup } from './victoria-metrics-checks';
import { VM_PORTS, insertPart, queryPart, storagePart, type StorageGroup } from './victoria-metrics-parts';
import { addRestoreTasks } from './victoria-metrics-restore';
import {
  diskArithmetic,
  diskBytesNeeded,
  insertNeeded,
  insertReplicas,
  storageNeeded,
  type MetricsDemand,
  type Needed,
  type StorageDemand,
} from './victoria-metrics-sizing';

export interface ScaleProps {
  /** @default computed from the demand, see `victoria-metrics-sizing.ts`, and the tier */
  readonly replicas?: number;
  /** @default computed from the demand; vmselect, whose load is the queries': VICTORIA_METRICS_DEFAULTS.queryResources */
  readonly resources?: Resources;
}

export interface QueryScaleProps extends ScaleProps {
  /** More vmselects while queries keep these busy. @default none: as many as there are */
  readonly autoscale?: NonNullable<WorkloadProps['autoscale']>;
}

export interface VictoriaMetricsProps extends ComponentProps {
  /** How long samples are kept, at least a day: an operator's decision. */
  readonly retention: Duration;
  /** Volume of each vmstorage: an operator's decision, checked against demand and retention. */
  readonly volume: { readonly size: Size; readonly storageClass: string };
  /** The declared metrics workload. */
  readonly demand: MetricsDemand;
  /** Copies outside the cluster: an operator's decision. */
  readonly backup: BackupProps | 'none';
  /**
   * Copies of each sample on different vmstorages.
   * @default dev 1, prod 2: reads and writes go on when one vmstorage is away
   */
  readonly replicationFactor?: number;
  /**
   * Samples of one series within this interval become one.
   * @default VICTORIA_METRICS_DEFAULTS.dedupInterval
   */
  readonly dedupInterval?: Duration;
  /** @default 2 × replicationFactor − 1 replicas */
  readonly storage?: ScaleProps;
  readonly insert?: ScaleProps;
  /** 'none' for a storage group that only others read, see `alsoReads`. */
  readonly query?: QueryScaleProps | 'none';
  /** What its workloads and their Services are called. @default `<id>-insert`, `<id>-select`, `<id>-storage` */
  readonly names?: { readonly insert: string; readonly select: string; readonly storage: string };
  /**
   * Further storage groups that vmselect reads with its own: a cold tier that keeps less for longer. What lies in both
   * has to be equal samples, times included (all of a series, or one in a while as a deduplication picks): then they
   * become one, as copies do. Values at times of their own would look like resets of a counter.
   *
   * Each group has its own number of copies, and an answer is complete while each group lacks fewer vmstorages than
   * that. No group stands in for another (`-globalReplicationFactor` stays 1), for none has everything: while one lacks
   * more, answers still come, marked as partial. Tried with the cluster's programs of 1.150.0, built from source.
   * @default none
   */
  readonly alsoReads?: readonly VictoriaMetrics[];
  /**
   * Volume for vmselect's cache and temporary results.
   * @default none: VICTORIA_METRICS_DEFAULTS.scratchCache of node storage, lost with the pod
   */
  readonly queryCache?: { readonly size: Size; readonly storageClass: string };
}

export interface BackupSchedule {
  /** How often a complete backup is expected of each vmstorage. */
  readonly every: Duration;
  readonly replicas: number;
  /** The sample that each complete backup leaves in the store. */
  readonly metric: string;
}

const VICTORIA_METRICS_DEFAULTS = {
  // Removes copies (of the replication, and of senders that deliver at least once), which have equal timestamps, and
  // thins out nothing. Two scrapers of the same targets need their scrape interval here.
  dedupInterval: Duration.millis(1),
  // The figures of a documented cluster with 20 dashboard users; queries cannot be derived from what is written.
  queryResources: { cpuMillis: 500, memory: Size.gibibytes(2) },
  scratchCache: Size.gibibytes(2),
} as const;

/** Stateless parts: one more than needed in production. */
const REPLICAS_FLOOR: Readonly<Record<Tier, number>> = { dev: 1, prod: 2 };
const REPLICATION: Readonly<Record<Tier, number>> = { dev: 1, prod: 2 };
/** Tenant 0: the platform separates by labels, not by tenants. */
const INSERT_PATH = '/insert/0';
const SELECT_PATH = '/select/0';

export class VictoriaMetrics extends Component {
  /** What to expect of the backups, for the alert on old ones; undefined without backups. */
  public readonly backups: BackupSchedule | undefined;
  /** Its vmstorages, for the vmselect of another that reads them too. */
  public readonly storageGroup: StorageGroup;
  private readonly insert: Workload;
  private readonly queryEndpoint: Endpoint<'queries', 'prometheus-query'> | undefined;
  private otlpEndpoint: Endpoint<'metrics', 'otlp-http'> | undefined;
  private remoteWriteEndpoint: Endpoint<'metrics', 'prometheus-remote-write'> | undefined;

  public constructor(scope: Platform, id: string, props: VictoriaMetricsProps) {
    super(scope, id, props, {
      layer: 'store',
      summary: 'Metrics store (VictoriaMetrics cluster: vminsert, vmselect, vmstorage) on volumes',
      store: true,
    });
    const replicationFactor = props.replicationFactor ?? REPLICATION[scope.tier];
    const demand: StorageDemand = {
      ...props.demand,
      replicationFactor,
      retentionSeconds: props.retention.toSeconds(),
    };
    const floor = REPLICAS_FLOOR[scope.tier];
    const queryScale = props.query === 'none' ? undefined : (props.query ?? {});
    const replicas = {
      storage: props.storage?.replicas ?? 2 * replicationFactor - 1,
      insert: props.insert?.replicas ?? insertReplicas(demand, floor),
      query: queryScale === undefined ? 0 : (queryScale.replicas ?? floor),
    };
    checkCluster(this, {
      retention: props.retention,
      volume: props.volume.size,
      demand,
      replicas,
      mostQueryReplicas: queryScale?.autoscale?.maxReplicas,
    });
    this.explain(demand, replicas.storage);

    const names = props.names ?? { insert: `${id}-insert`, select: `${id}-select`, storage: `${id}-storage` };
    const cluster = {
      replicationFactor,
      dedupInterval: props.dedupInterval ?? VICTORIA_METRICS_DEFAULTS.dedupInterval,
      storageHosts: this.podHosts(names.storage, replicas.storage),
    };
    const alsoReads = (props.alsoReads ?? []).map(({ storageGroup }) => storageGroup);
    for (const group of alsoReads) checkDedup(this, cluster.dedupInterval, group);
    this.checkReader(queryScale, alsoReads);
    this.insert = insertPart(this, names.insert, {
      ...cluster,
      replicas: replicas.insert,
      resources: props.insert?.resources ?? toResources(insertNeeded(demand, replicas.insert)),
    });
    const query =
      queryScale === undefined
        ? undefined
        : queryPart(this, names.select, {
            ...cluster,
            name: id,
            alsoReads,
            replicas: replicas.query,
            autoscale: queryScale.autoscale,
            resources: queryScale.resources ?? VICTORIA_METRICS_DEFAULTS.queryResources,
            cache: props.queryCache ?? { size: VICTORIA_METRICS_DEFAULTS.scratchCache },
          });
    const storage = storagePart(this, names.storage, {
      ...cluster,
      retention: props.retention,
      volume: props.volume,
      replicas: replicas.storage,
      resources: props.storage?.resources ?? toResources(storageNeeded(demand, replicas.storage)),
      backup: props.backup,
      reportTo: () => this.importText(),
      readByOthers: query === undefined,
    });
    this.storageGroup = { ...cluster, name: id, select: storage.select };
    this.insert.connect(storage.insert, {
      signals: ['metrics'],
      purpose: 'samples to the replicas that keep them',
    });
    query?.connect(storage.select, { signals: ['queries'], purpose: 'series for queries' });
    for (const group of alsoReads) {
      query?.connect(group.select, { signals: ['queries'], purpose: `series that ${group.name} keeps` });
    }
    this.queryEndpoint = query?.listen({
      name: 'http',
      port: VM_PORTS.select,
      protocol: 'prometheus-query',
      signals: ['queries'],
      access: 'read',
      path: `${SELECT_PATH}/prometheus`,
    });
    if (props.backup !== 'none') {
      addRestoreTasks(this, storage.workload, props.backup);
      this.backups = {
        every: props.backup.every ?? DEFAULT_BACKUP_INTERVAL,
        replicas: replicas.storage,
        metric: BACKUP_SUCCESS_METRIC,
      };
    }
  }

  /**
   * Answers PromQL and MetricsQL.
   * @throws Error for a storage group that only others read
   */
  public get query(): Endpoint<'queries', 'prometheus-query'> {
    if (this.queryEndpoint !== undefined) return this.queryEndpoint;
    throw new Error(
      `${this.node.path}: query is 'none': it has no vmselect of its own; ask the store that names it in alsoReads`,
    );
  }

  /** Takes metrics over OTLP, below `/v1/metrics`. Opened by whoever asks for it first: an unused port is a mistake. */
  public get otlp(): Endpoint<'metrics', 'otlp-http'> {
    return (this.otlpEndpoint ??= this.insert.listen({
      name: 'http',
      port: VM_PORTS.insert,
      protocol: 'otlp-http',
      signals: ['metrics'],
      access: 'write',
      path: `${INSERT_PATH}/opentelemetry`,
    }));
  }

  /** Takes Prometheus remote write. Opened by whoever asks for it first. */
  public get remoteWrite(): Endpoint<'metrics', 'prometheus-remote-write'> {
    return (this.remoteWriteEndpoint ??= this.insert.listen({
      name: 'http',
      port: VM_PORTS.insert,
      protocol: 'prometheus-remote-write',
      signals: ['metrics'],
      access: 'write',
      path: `${INSERT_PATH}/prometheus/api/v1/write`,
    }));
  }

  /** Takes single samples in Prometheus' text format, for the backups' success. */
  private importText(): Endpoint<'metrics', 'http'> {
    return this.insert.listen({
      name: 'http',
      port: VM_PORTS.insert,
      protocol: 'http',
      signals: ['metrics'],
      access: 'write',
      path: `${INSERT_PATH}/prometheus/api/v1/import/prometheus`,
    });
  }

  private checkReader(query: QueryScaleProps | undefined, alsoReads: readonly StorageGroup[]): void {
    if (query !== undefined || alsoReads.length === 0) return;
    this.problem({
      property: 'alsoReads',
      value: alsoReads.map(({ name }) => name),
      rule: "with query: 'none' there is no vmselect that could read them",
      remedy: 'name them at the store whose vmselect answers',
    });
  }

  private explain(demand: StorageDemand, replicas: number): void {
    const copies = demand.replicationFactor;
    this.derived('disk for all vmstorages', humanBytes(diskBytesNeeded(demand)), diskArithmetic(demand));
    if (copies === 1) return;
    // "Replication and data safety", cluster documentation.
    const enough = replicas >= 2 * copies - 1;
    this.derived(
      `with ${copies - 1} of ${replicas} vmstorages away`,
      enough
        ? 'complete answers, writes in full replication'
        : 'complete answers, writes in reduced replication',
      `replication ${copies} needs at least 2 × ${copies} − 1 = ${2 * copies - 1} vmstorages to go on writing ${copies} copies`,
    );
  }
}

function toResources(needed: Needed): Resources {
  return { cpuMillis: needed.cpuMillis, memory: mebibytesFor(needed.memoryBytes) };
}
