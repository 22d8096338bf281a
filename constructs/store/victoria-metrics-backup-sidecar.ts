/**
 * The container that copies a vmstorage's data out of the cluster, and what an operator says about the copies.
 */
import { Duration, Size } from 'cdk8s';
import { CATALOG } from '../core/catalog';
import type { Component } from '../core/component';
import { ConfigFile } from '../core/config-file';
import type { ContainerSpec, Resources } from '../core/container-spec';
import type { Endpoint } from '../core/endpoint';
import type { ObjectBucket } from '../core/object-store';
import {
  BACKUP_RUN_DIR,
  BACKUP_SCRIPTS_DIR,
  STORAGE_DATA_DIR,
  backupEnv,
  backupScript,
  type BackupCopy,
} from './victoria-metrics-backup';

export interface BackupProps {
  readonly container: ObjectBucket;
  /** @default 1 hour: what a loss of all replicas costs at most */
  readonly every?: Duration;
  /**
   * What the restore Jobs put back. They are made suspended; `docs/guides/restore-metrics.md` says how to use them.
   * @default 'latest'
   */
  readonly restoreFrom?: BackupCopy;
}

export const DEFAULT_BACKUP_INTERVAL = Duration.hours(1);
/** Model parameter: ten files at once (`-concurrency`), each in blocks of a few MiB. */
const BACKUP_RESOURCES: Resources = { cpuMillis: 100, memory: Size.mebibytes(256), cpuLimitMillis: 1000 };
/** A first, complete copy may take hours; a killed one goes on where it was. */
const BACKUP_HUNG_MINUTES = 24 * 60;

interface BackupSidecarProps {
  readonly backup: BackupProps;
  /** Of the vmstorage beside it. */
  readonly snapshotUrl: string;
  readonly reportTo: Endpoint<'metrics', 'http'>;
}

export function backupSidecar(
  scope: Component,
  configName: string,
  { backup, snapshotUrl, reportTo }: BackupSidecarProps,
): ContainerSpec & { readonly name: string } {
  const config = scope.configMap(configName, [
    ConfigFile.lines(
      'backup.sh',
      backupScript({
        bucket: backup.container,
        everySeconds: (backup.every ?? DEFAULT_BACKUP_INTERVAL).toSeconds(),
        snapshotUrl,
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
      ...backupEnv(backup.container),
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
