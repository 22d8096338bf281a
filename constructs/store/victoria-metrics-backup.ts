/**
 * Copies of the metrics store outside it. `vmbackup` reads the data directory, so it runs beside each vmstorage, in a
 * loop: every hour (by choice) what changed goes to `<replica>/latest`, and once a day that is copied inside the
 * object store to `<replica>/day-<1…7>`, so that a week can be gone back and old copies need no clearing.
 * `vmbackupmanager`, which does the like, needs an enterprise licence.
 */
import type { EnvSource } from '../core/container-spec';
import { bucketEnv, type ObjectBucket } from '../core/object-store';

export const STORAGE_DATA_DIR = '/storage';
export const BACKUP_SCRIPTS_DIR = '/etc/victoria-metrics-backup';
/** The directory of the heartbeat: touched before each round, so an old one means that a round hangs. */
export const BACKUP_RUN_DIR = '/run/vmbackup';

/** One of the copies of a replica's data; the days count from Monday. */
export type BackupCopy = 'latest' | 'day-1' | 'day-2' | 'day-3' | 'day-4' | 'day-5' | 'day-6' | 'day-7';

/** The sample that each complete round leaves in the store itself, for the alert on old backups. */
export const BACKUP_SUCCESS_METRIC = 'hyperion_backup_last_success_timestamp_seconds';

/** After a failed round; short, because an outage of the object store is usually shorter than the interval. */
const RETRY_SECONDS = 300;

export interface BackupScriptProps {
  /** Where to; each replica has a folder of its own in it. */
  readonly bucket: ObjectBucket;
  readonly everySeconds: number;
  readonly snapshotUrl: string;
  /** Takes the success sample in Prometheus' text format. */
  readonly reportUrl: string;
}

/** What vmbackup and vmrestore look for in their environment. */
export function backupEnv(bucket: ObjectBucket): Readonly<Record<string, EnvSource>> {
  if (bucket.kind === 'azure-blob') return { AZURE_STORAGE_ACCOUNT_NAME: bucket.account };
  return { AWS_REGION: bucket.region, ...bucketEnv(bucket) };
}

/** For the image's busybox shell; every wait is one that SIGTERM ends, for the shell is the container's first process. */
export function backupScript(props: BackupScriptProps): readonly string[] {
  const flags = flagsFor(props.bucket);
  return [
    '#!/bin/sh',
    'set -u',
    ...identityFor(props.bucket),
    `destination="${urlOf(props.bucket)}/$POD_NAME"`,
    "child=''",
    "copied_on=''",
    '',
    'stop() {',
    '  if [ -n "$child" ]; then kill -TERM "$child" 2>/dev/null; wait "$child"; fi',
    '  exit 0',
    '}',
    'trap stop TERM INT',
    '',
    'run() {',
    '  "$@" &',
    '  child=$!',
    '  wait "$child"',
    '  result=$?',
    "  child=''",
    '  return "$result"',
    '}',
    '',
    'backup() {',
    `  run /vmbackup-prod ${flags} -storageDataPath=${STORAGE_DATA_DIR} \\`,
    `    -snapshot.createURL=${props.snapshotUrl} -dst="$destination/latest" || return 1`,
    '  today=$(date -u +%u)',
    '  if [ "$today" != "$copied_on" ]; then',
    `    run /vmbackup-prod ${flags} -origin="$destination/latest" -dst="$destination/day-$today" || return 1`,
    '    copied_on=$today',
    '  fi',
    '}',
    '',
    'report() {',
    `  timeout 10 wget -q -O /dev/null --post-data="${BACKUP_SUCCESS_METRIC}{pod=\\"$POD_NAME\\"} $(date +%s)" \\`,
    `    "${props.reportUrl}" || echo 'the backup is complete, but its time could not be reported' >&2`,
    '}',
    '',
    'while true; do',
    `  touch ${BACKUP_RUN_DIR}/heartbeat`,
    `  pause=${RETRY_SECONDS}`,
    `  if backup; then report; pause=${props.everySeconds}; else echo 'backup failed, trying again soon' >&2; fi`,
    '  run sleep "$pause"',
    'done',
  ];
}

export interface RestoreScriptProps {
  readonly bucket: ObjectBucket;
  readonly copy: BackupCopy;
}

/** vmrestore itself refuses a directory that a running vmstorage has locked. */
export function restoreScript(props: RestoreScriptProps): readonly string[] {
  return [
    '#!/bin/sh',
    'set -eu',
    ...identityFor(props.bucket),
    `exec /vmrestore-prod ${flagsFor(props.bucket)} -storageDataPath=${STORAGE_DATA_DIR} \\`,
    `  -src="${urlOf(props.bucket)}/$REPLICA/${props.copy}"`,
  ];
}

/** Their own metrics live only as long as a run, so nobody can scrape them: loopback. */
const COMMON_FLAGS = '-httpListenAddr=127.0.0.1:8420 -loggerFormat=json';

function urlOf(bucket: ObjectBucket): string {
  return bucket.kind === 'azure-blob' ? `azblob://${bucket.container}` : `s3://${bucket.bucket}`;
}

function flagsFor(bucket: ObjectBucket): string {
  if (bucket.kind === 'azure-blob') return COMMON_FLAGS;
  // For AWS too: without an endpoint they first ask a host that no connection stands for in which region the bucket is.
  return `${COMMON_FLAGS} -customS3Endpoint=${bucket.endpoint.url} -s3ForcePathStyle=${bucket.pathStyle}`;
}

/** In the script rather than in the manifest, where a name that ends in CREDENTIAL looks like a secret's value. */
function identityFor(bucket: ObjectBucket): readonly string[] {
  return bucket.kind === 'azure-blob' ? ['export AZURE_USE_DEFAULT_CREDENTIAL=true'] : [];
}
