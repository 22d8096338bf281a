/**
 * VictoriaMetrics, the metrics store, as a cluster: vminsert takes samples over OTLP and remote write, vmstorage keeps
 * them on its volumes, vmselect answers PromQL. Beside each vmstorage a sidecar copies its data to an object store.
 */
import { Duration, Size } from 'cdk8s';
import { Component, type ComponentProps } from '../core/component';
import type { Resources } from '../core/container-spec';
import type { Endpoint } from '../core/endpoint';
import type { Platform, Tier } from '../core/platform';
import { bytesOf, humanBytes, mebibytesFor } from '../core/quantity';
import type { Workload } from '../core/workload';
import { BACKUP_SUCCESS_METRIC } from './victoria-metrics-backup';
import {
  DEFAULT_BACKUP_INTERVAL,
  VM_PORTS,
  insertPart,
  queryPart,
  storagePart,
  type BackupProps,
} from './victoria-metrics-parts';
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
  readonly query?: ScaleProps;
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
/** Beyond these the documentation of the hub's design expects other bottlenecks: network, query complexity, disks. */
const MOST_REPLICAS = { insert: 10, query: 10, storage: 20 } as const;
const DAY_SECONDS = 86_400;
/** Tenant 0: the platform separates by labels, not by tenants. */
const INSERT_PATH = '/insert/0';
const SELECT_PATH = '/select/0';

export class VictoriaMetrics extends Component {
  /** Answers PromQL and MetricsQL. */
  public readonly query: Endpoint<'queries', 'prometheus-query'>;
  /** What to expect of the backups, for the alert on old ones; undefined without backups. */
  public readonly backups: BackupSchedule | undefined;
  private readonly insert: Workload;
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
    const replicas = {
      storage: props.storage?.replicas ?? 2 * replicationFactor - 1,
      insert: props.insert?.replicas ?? insertReplicas(demand, floor),
      query: props.query?.replicas ?? floor,
    };
    this.checkProps(props, demand, replicas);
    this.explain(demand, replicas.storage);

    const cluster = {
      replicationFactor,
      dedupInterval: props.dedupInterval ?? VICTORIA_METRICS_DEFAULTS.dedupInterval,
      storageHosts: this.podHosts(`${id}-storage`, replicas.storage),
    };
    this.insert = insertPart(this, `${id}-insert`, {
      ...cluster,
      replicas: replicas.insert,
      resources: props.insert?.resources ?? toResources(insertNeeded(demand, replicas.insert)),
    });
    const query = queryPart(this, `${id}-select`, {
      ...cluster,
      replicas: replicas.query,
      resources: props.query?.resources ?? VICTORIA_METRICS_DEFAULTS.queryResources,
      cache: props.queryCache ?? { size: VICTORIA_METRICS_DEFAULTS.scratchCache },
    });
    const storage = storagePart(this, `${id}-storage`, {
      ...cluster,
      retention: props.retention,
      volume: props.volume,
      replicas: replicas.storage,
      resources: props.storage?.resources ?? toResources(storageNeeded(demand, replicas.storage)),
      backup: props.backup,
      reportTo: () => this.importText(),
    });
    this.insert.connect(storage.insert, {
      signals: ['metrics'],
      purpose: 'samples to the replicas that keep them',
    });
    query.connect(storage.select, { signals: ['queries'], purpose: 'series for queries' });
    this.query = query.listen({
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

  private checkProps(
    props: VictoriaMetricsProps,
    demand: StorageDemand,
    replicas: Readonly<Record<keyof typeof MOST_REPLICAS, number>>,
  ): void {
    if (demand.retentionSeconds < DAY_SECONDS) {
      this.problem({
        property: 'retention',
        value: props.retention.toHumanString(),
        rule: 'vmstorage keeps samples for at least a day',
        remedy: 'give 24 hours or more',
      });
    }
    for (const part of ['insert', 'query', 'storage'] as const) {
      if (replicas[part] <= MOST_REPLICAS[part]) continue;
      this.problem({
        property: `${part}.replicas`,
        value: replicas[part],
        rule: `at most ${MOST_REPLICAS[part]}: beyond it the bottleneck is elsewhere`,
        remedy: 'give each replica more resources, or split the store',
      });
    }
    if (replicas.storage < demand.replicationFactor) {
      this.problem({
        property: 'replicationFactor',
        value: demand.replicationFactor,
        rule: `copies lie on different vmstorages, and there are ${replicas.storage}`,
        remedy: `run at least ${2 * demand.replicationFactor - 1} vmstorages, or keep fewer copies`,
      });
    }
    const has = bytesOf(props.volume.size) * replicas.storage;
    const needs = diskBytesNeeded(demand);
    if (has < needs) {
      this.problem({
        property: 'volume.size',
        value: `${replicas.storage} × ${humanBytes(bytesOf(props.volume.size))} = ${humanBytes(has)}`,
        rule: `${diskArithmetic(demand)} = ${humanBytes(needs)} has to fit`,
        remedy: `give each of the ${replicas.storage} volumes ${humanBytes(Math.ceil(needs / replicas.storage))} or more, or keep samples for a shorter time`,
      });
    }
  }
}

function toResources(needed: Needed): Resources {
  return { cpuMillis: needed.cpuMillis, memory: mebibytesFor(needed.memoryBytes) };
}
