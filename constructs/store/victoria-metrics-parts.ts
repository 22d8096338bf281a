/**
 * The three workloads of a VictoriaMetrics cluster, each with its flags, its ports and its own metrics.
 * Flags: documentation of the cluster version, checked with the binaries of 1.150.0.
 */
import { Duration, Size } from 'cdk8s';
import { CATALOG } from '../core/catalog';
import type { Component } from '../core/component';
import { ConfigFile } from '../core/config-file';
import type { ContainerSpec, Resources } from '../core/container-spec';
import type { Endpoint } from '../core/endpoint';
import { goFlags } from '../core/go-flags';
import type { BlobContainer } from '../core/object-store';
import { Workload } from '../core/workload';
import {
  BACKUP_RUN_DIR,
  BACKUP_SCRIPTS_DIR,
  STORAGE_DATA_DIR,
  backupScript,
  destinationOf,
  type BackupCopy,
} from './victoria-metrics-backup';

export interface BackupProps {
  readonly container: BlobContainer;
  /** @default 1 hour: what a loss of all replicas costs at most */
  readonly every?: Duration;
  /**
   * What the restore Jobs put back. They are made suspended; `docs/guides/restore-metrics.md` says how to use them.
   * @default 'latest'
   */
  readonly restoreFrom?: BackupCopy;
}

interface ClusterProps {
  readonly replicationFactor: number;
  readonly dedupInterval: Duration;
  /** DNS names of the vmstorages' pods: vminsert and vmselect talk to each one, never to a balanced Service. */
  readonly storageHosts: readonly string[];
  readonly replicas: number;
  readonly resources: Resources;
}

export interface QueryPartProps extends ClusterProps {
  /** Without a storage class: scratch space of the node. */
  readonly cache: { readonly size: Size; readonly storageClass?: string };
}

export interface StoragePartProps extends ClusterProps {
  readonly retention: Duration;
  readonly volume: { readonly size: Size; readonly storageClass: string };
  readonly backup: BackupProps | 'none';
  /** Where a complete backup is reported; only asked for when there are backups. */
  readonly reportTo: () => Endpoint<'metrics', 'http'>;
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
export const DEFAULT_BACKUP_INTERVAL = Duration.hours(1);
/** Model parameter: ten files at once (`-concurrency`), each in blocks of a few MiB. */
const BACKUP_RESOURCES: Resources = { cpuMillis: 100, memory: Size.mebibytes(256), cpuLimitMillis: 1000 };
/** A first, complete copy may take hours; a killed one goes on where it was. */
const BACKUP_HUNG_MINUTES = 24 * 60;

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
        storageNode: nodes(props, VM_PORTS.storageInsert),
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
      storageNode: nodes(props, VM_PORTS.storageSelect),
      replicationFactor: props.replicationFactor,
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
    ...(backup === 'none' ? {} : { identity: { azureClientId: backup.container.clientId } }),
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
      : { sidecars: [backupSidecar(scope, `${id}-backup`, backup, reportTo)] }),
  });
  addMetrics(workload, VM_PORTS.storage);
  if (backup !== 'none' && reportTo !== undefined) {
    workload.connect(backup.container.endpoint, {
      signals: ['objects'],
      purpose: 'backups',
      credential: { kind: 'workload-identity' },
    });
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
      access: 'peer',
      via: 'headless',
    }),
  };
}

function backupSidecar(
  scope: Component,
  configName: string,
  backup: BackupProps,
  reportTo: Endpoint<'metrics', 'http'>,
): ContainerSpec & { readonly name: string } {
  const config = scope.configMap(configName, [
    ConfigFile.lines(
      'backup.sh',
      backupScript({
        destination: destinationOf(backup.container),
        everySeconds: (backup.every ?? DEFAULT_BACKUP_INTERVAL).toSeconds(),
        snapshotUrl: `http://127.0.0.1:${VM_PORTS.storage}/snapshot/create`,
        reportUrl: reportTo.url,
      }),
    ),
  ]);
  const heartbeat = `${BACKUP_RUN_DIR}/heartbeat`;
  return {
    name: 'vmbackup',
    image: CATALOG.vmbackup,
    command: ['/bin/sh', `${BACKUP_SCRIPTS_DIR}/backup.sh`],
    env: {
      POD_NAME: { field: 'metadata.name' },
      AZURE_STORAGE_ACCOUNT_NAME: backup.container.account,
    },
    resources: BACKUP_RESOURCES,
    probes: {
      // A failing backup must not take a healthy vmstorage out of service; the alert on old backups tells of it.
      readiness: { exec: ['test', '-e', heartbeat] },
      liveness: {
        exec: ['/bin/sh', '-c', `test -n "$(find ${heartbeat} -mmin -${BACKUP_HUNG_MINUTES})"`],
      },
    },
    configs: [{ mountPath: BACKUP_SCRIPTS_DIR, config }],
    volumes: [{ claim: 'data', mountPath: STORAGE_DATA_DIR, readOnly: true }],
    scratch: [{ mountPath: BACKUP_RUN_DIR, size: Size.mebibytes(1) }],
  };
}

function addMetrics(workload: Workload, port: number): void {
  workload.listen({
    name: 'http',
    port,
    protocol: 'prometheus-scrape',
    signals: ['metrics'],
    access: 'read',
    path: '/metrics',
  });
}

function nodes(props: ClusterProps, port: number): string {
  return props.storageHosts.map((host) => `${host}:${port}`).join(',');
}

function dedup(props: ClusterProps): string {
  return `${props.dedupInterval.toMilliseconds()}ms`;
}
