/**
 * The three workloads of a VictoriaMetrics cluster, each with its flags, its ports and its own metrics.
 * Flags: documentation of the cluster version, checked with the binaries of 1.150.0.
 */
import type { Duration, Size } from 'cdk8s';
import { CATALOG } from '../core/catalog';
import type { Component } from '../core/component';
import type { ContainerSpec, Resources } from '../core/container-spec';
import type { Endpoint } from '../core/endpoint';
import { goFlags } from '../core/go-flags';
import { bucketIdentity, connectBucket } from '../core/object-store';
import { Workload, type WorkloadProps } from '../core/workload';
import { STORAGE_DATA_DIR } from './victoria-metrics-backup';
import { backupSidecar, type BackupProps } from './victoria-metrics-backup-sidecar';

interface ClusterProps {
  readonly replicationFactor: number;
  readonly dedupInterval: Duration;
  /** DNS names of the vmstorages' pods: vminsert and vmselect talk to each one, never to a balanced Service. */
  readonly storageHosts: readonly string[];
  readonly replicas: number;
  readonly resources: Resources;
}

/** The vmstorages of one cluster, as a vmselect finds them. */
export interface StorageGroup extends Pick<
  ClusterProps,
  'storageHosts' | 'replicationFactor' | 'dedupInterval'
> {
  readonly name: string;
  readonly select: Endpoint<'queries', 'vm-select'>;
}

export interface QueryPartProps extends ClusterProps {
  /** What its own vmstorages are called among the groups that it reads. */
  readonly name: string;
  readonly alsoReads: readonly StorageGroup[];
  readonly autoscale: WorkloadProps['autoscale'];
  /** Without a storage class: scratch space of the node. */
  readonly cache: { readonly size: Size; readonly storageClass?: string };
}

export interface StoragePartProps extends ClusterProps {
  readonly retention: Duration;
  readonly volume: { readonly size: Size; readonly storageClass: string };
  readonly backup: BackupProps | 'none';
  /** Where a complete backup is reported; only asked for when there are backups. */
  readonly reportTo: () => Endpoint<'metrics', 'http'>;
  /** Whether other components' vmselects are all that reads it. */
  readonly readByOthers: boolean;
}

export interface StoragePart {
  readonly workload: Workload;
  readonly insert: Endpoint<'metrics', 'vm-insert'>;
  readonly select: Endpoint<'queries', 'vm-select'>;
}

export const VM_PORTS = {
  insert: 8480,
  select: 8481,
  storage: 8482,
  storageInsert: 8400,
  storageSelect: 8401,
} as const;

/** Any user but root: the images set none, and nothing in them belongs to one. 65534 is `nobody`. */
export const VM_UID = 65534;
/** `/health` fails for this long before connections are closed, so that Services have taken the pod out. */
export const VM_SHUTDOWN_DELAY_SECONDS = 10;
/** The delay, 7 s for open requests (`-http.maxGracefulShutdownDuration`), and some room. */
const STATELESS_DRAIN_SECONDS = 30;
/** vmstorage closes its connections over 10 s and writes to disk what is in memory. */
const STORAGE_DRAIN_SECONDS = 120;
/** Opening a large index after an unclean stop. */
const STORAGE_STARTUP_SECONDS = 900;
const CACHE_DIR = '/cache';

const COMMON_FLAGS = { loggerFormat: 'json', 'http.shutdownDelay': `${VM_SHUTDOWN_DELAY_SECONDS}s` } as const;

export function insertPart(scope: Component, id: string, props: ClusterProps): Workload {
  const workload = new Workload(scope, id, {
    kind: 'Deployment',
    replicas: props.replicas,
    uid: VM_UID,
    drainSeconds: STATELESS_DRAIN_SECONDS,
    container: {
      image: CATALOG.vminsert,
      args: goFlags({
        ...COMMON_FLAGS,
        storageNode: nodes(props.storageHosts, VM_PORTS.storageInsert),
        replicationFactor: props.replicationFactor,
        // Names as Prometheus' own OTLP receiver would give them, which dashboards and rules expect.
        'opentelemetry.usePrometheusNaming': true,
      }),
      resources: props.resources,
      probes: { readiness: { http: '/health', port: VM_PORTS.insert } },
    },
  });
  addMetrics(workload, VM_PORTS.insert);
  return workload;
}

export function queryPart(scope: Component, id: string, props: QueryPartProps): Workload {
  const { storageClass, size } = props.cache;
  const container: ContainerSpec = {
    image: CATALOG.vmselect,
    args: goFlags({
      ...COMMON_FLAGS,
      ...readFlags(props),
      'dedup.minScrapeInterval': dedup(props),
      cacheDataPath: CACHE_DIR,
    }),
    resources: props.resources,
    probes: { readiness: { http: '/health', port: VM_PORTS.select } },
    ...(storageClass === undefined
      ? { scratch: [{ mountPath: CACHE_DIR, size }] }
      : { volumes: [{ claim: 'cache', mountPath: CACHE_DIR }] }),
  };
  const workload = new Workload(scope, id, {
    kind: storageClass === undefined ? 'Deployment' : 'StatefulSet',
    replicas: props.replicas,
    ...(props.autoscale === undefined ? {} : { autoscale: props.autoscale }),
    uid: VM_UID,
    drainSeconds: STATELESS_DRAIN_SECONDS,
    ...(storageClass === undefined ? {} : { claims: [{ name: 'cache', size, storageClass }] }),
    container,
  });
  addMetrics(workload, VM_PORTS.select);
  return workload;
}

export function storagePart(scope: Component, id: string, props: StoragePartProps): StoragePart {
  const { backup } = props;
  const reportTo = backup === 'none' ? undefined : props.reportTo();
  const workload = new Workload(scope, id, {
    kind: 'StatefulSet',
    replicas: props.replicas,
    uid: VM_UID,
    drainSeconds: STORAGE_DRAIN_SECONDS,
    // vminsert and vmselect know how to wait for a replica that starts, but not for a name that does not exist.
    publishNotReadyAddresses: true,
    claims: [{ name: 'data', ...props.volume }],
    ...(backup === 'none' ? {} : { identity: bucketIdentity(backup.container) }),
    container: {
      image: CATALOG.vmstorage,
      args: goFlags({
        loggerFormat: COMMON_FLAGS.loggerFormat,
        storageDataPath: STORAGE_DATA_DIR,
        retentionPeriod: `${props.retention.toHours({ integral: false })}h`,
        'dedup.minScrapeInterval': dedup(props),
      }),
      resources: props.resources,
      probes: {
        readiness: { http: '/health', port: VM_PORTS.storage },
        startupSeconds: STORAGE_STARTUP_SECONDS,
      },
      volumes: [{ claim: 'data', mountPath: STORAGE_DATA_DIR }],
    },
    ...(backup === 'none' || reportTo === undefined
      ? {}
      : {
          sidecars: [
            backupSidecar(scope, `${id}-backup`, {
              backup,
              snapshotUrl: `http://127.0.0.1:${VM_PORTS.storage}/snapshot/create`,
              reportTo,
            }),
          ],
        }),
  });
  addMetrics(workload, VM_PORTS.storage);
  if (backup !== 'none' && reportTo !== undefined) {
    connectBucket(workload, backup.container, 'backups');
    workload.connect(reportTo, { signals: ['metrics'], purpose: 'time of the last complete backup' });
  }
  return {
    workload,
    insert: workload.listen({
      name: 'vminsert',
      port: VM_PORTS.storageInsert,
      protocol: 'vm-insert',
      signals: ['metrics'],
      access: 'peer',
      via: 'headless',
    }),
    select: workload.listen({
      name: 'vmselect',
      port: VM_PORTS.storageSelect,
      protocol: 'vm-select',
      signals: ['queries'],
      access: props.readByOthers ? 'read' : 'peer',
      via: 'headless',
    }),
  };
}

function addMetrics(workload: Workload, port: number): void {
  workload.listenForScrapes({
    name: 'http',
    port,
  });
}

/** Of one group as a plain list; of several, each name and each number of copies with the group's name. */
function readFlags({ name, alsoReads, storageHosts, replicationFactor }: QueryPartProps) {
  const port = VM_PORTS.storageSelect;
  if (alsoReads.length === 0) return { storageNode: nodes(storageHosts, port), replicationFactor };
  const groups = [{ name, storageHosts, replicationFactor }, ...alsoReads];
  return {
    storageNode: groups.map((group) => nodes(group.storageHosts, port, `${group.name}/`)).join(','),
    replicationFactor: groups.map((group) => `${group.name}:${group.replicationFactor}`).join(','),
  };
}

function nodes(hosts: readonly string[], port: number, prefix = ''): string {
  return hosts.map((host) => `${prefix}${host}:${port}`).join(',');
}

function dedup(props: ClusterProps): string {
  return `${props.dedupInterval.toMilliseconds()}ms`;
}
