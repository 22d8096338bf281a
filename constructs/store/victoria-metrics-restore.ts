/**
 * The way back from a backup: one suspended Job for each vmstorage, because a volume can be mounted in one zone only.
 * An operator stops vmstorage, starts the Jobs, waits and starts vmstorage again: `docs/guides/restore-metrics.md`.
 */
import { Duration, Size } from 'cdk8s';
import { CATALOG } from '../core/catalog';
import type { Component } from '../core/component';
import { ConfigFile } from '../core/config-file';
import { bucketIdentity, connectBucket } from '../core/object-store';
import { Task } from '../core/task';
import type { Workload } from '../core/workload';
import { BACKUP_SCRIPTS_DIR, STORAGE_DATA_DIR, backupEnv, restoreScript } from './victoria-metrics-backup';
import type { BackupProps } from './victoria-metrics-backup-sidecar';
import { VM_UID } from './victoria-metrics-parts';

/** Some hundred GiB from an object store at 50 MiB/s take hours; a stopped restore goes on where it was. */
const DEADLINE = Duration.hours(24);

export function addRestoreTasks(scope: Component, storage: Workload, backup: BackupProps): void {
  const config = scope.configMap(`${storage.id}-restore`, [
    ConfigFile.lines(
      'restore.sh',
      restoreScript({ bucket: backup.container, copy: backup.restoreFrom ?? 'latest' }),
    ),
  ]);
  for (let replica = 0; replica < storage.replicas; replica += 1) {
    const pod = `${storage.id}-${replica}`;
    const task = new Task(scope, `${storage.id}-restore-${replica}`, {
      suspended: true,
      uid: VM_UID,
      deadline: DEADLINE,
      identity: bucketIdentity(backup.container),
      existingClaims: [{ name: 'data', claimName: `data-${pod}` }],
      container: {
        image: CATALOG.vmrestore,
        command: ['/bin/sh', `${BACKUP_SCRIPTS_DIR}/restore.sh`],
        env: { REPLICA: pod, ...backupEnv(backup.container) },
        resources: { cpuMillis: 500, memory: Size.mebibytes(512) },
        configs: [{ mountPath: BACKUP_SCRIPTS_DIR, config }],
        volumes: [{ claim: 'data', mountPath: STORAGE_DATA_DIR }],
      },
    });
    connectBucket(task, backup.container, `the backup of ${pod}, when an operator restores it`);
  }
}
