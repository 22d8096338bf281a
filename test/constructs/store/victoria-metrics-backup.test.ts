/** The scripts run in a real shell; vmbackup and vmrestore are stand-ins that write down how they were called. */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ObjectBucket } from '../../../constructs/core/object-store';
import { backupScript, restoreScript } from '../../../constructs/store/victoria-metrics-backup';
import { testPlatform } from '../core/fixture';
import { blobContainer } from './log-and-trace-fixture';
import { awsBucket, cephBucket } from './s3-fixture';

const BLOB = blobContainer(testPlatform(), 'metrics-backup');

const folder = mkdtempSync(join(tmpdir(), 'hyperion-backup-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** A program that writes down its arguments; with the exit status of the file `status`, 0 where there is none. */
function standIn(name: string): string {
  const path = join(folder, name);
  writeFileSync(
    path,
    `#!/bin/sh\necho "${name} $*" >> ${folder}/calls\n[ -f ${folder}/${name}.fails ] && exit 1\nexit 0\n`,
  );
  chmodSync(path, 0o755);
  return path;
}

function scriptFile(name: string, lines: readonly string[]): string {
  const text = lines
    .join('\n')
    .replaceAll(/\/(vmbackup|vmrestore)-prod/g, (_, program: string) => standIn(program))
    .replaceAll('/run/vmbackup', join(folder, 'run'));
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function callsOnce(count: number): Promise<string[]> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const calls = existsSync(join(folder, 'calls'))
      ? readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n')
      : [];
    if (calls.length >= count) return calls;
    await sleep(50);
  }
  throw new Error(`fewer than ${count} calls`);
}

/** Starts the backup, waits for so many calls, stops it as Kubernetes does, and answers calls and exit status. */
async function runBackup(
  calls: number,
  bucket: ObjectBucket = BLOB,
): Promise<{ calls: string[]; status: number | null; log: string }> {
  rmSync(join(folder, 'calls'), { force: true });
  mkdirSync(join(folder, 'run'), { recursive: true });
  standIn('wget');
  const path = scriptFile(
    'backup.sh',
    backupScript({
      bucket,
      everySeconds: 3600,
      snapshotUrl: 'http://127.0.0.1:8482/snapshot/create',
      reportUrl: 'http://vminsert:8480/import',
    }),
  );
  const child = spawn('sh', [path], {
    env: { PATH: `${folder}:${process.env.PATH ?? ''}`, POD_NAME: 'vm-storage-1' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    log += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const made = await callsOnce(calls);
  await sleep(100);
  child.kill('SIGTERM');
  return { calls: made, status: await ended, log };
}

const COMMON = '-httpListenAddr=127.0.0.1:8420 -loggerFormat=json';

it('copies what changed, then the day’s copy inside the store, then reports, and ends when told to', async () => {
  const { calls, status } = await runBackup(3);
  const destination = 'azblob://metrics-backup/vm-storage-1';
  expect(calls.slice(0, 2)).toEqual([
    `vmbackup ${COMMON} -storageDataPath=/storage -snapshot.createURL=http://127.0.0.1:8482/snapshot/create -dst=${destination}/latest`,
    `vmbackup ${COMMON} -origin=${destination}/latest -dst=${destination}/day-${((new Date().getUTCDay() + 6) % 7) + 1}`,
  ]);
  expect(calls[2]).toMatch(
    /^wget -q -O \/dev\/null --post-data=hyperion_backup_last_success_timestamp_seconds\{pod="vm-storage-1"\} \d{10} http:\/\/vminsert:8480\/import$/,
  );
  expect(status).toBe(0);
  expect(existsSync(join(folder, 'run', 'heartbeat'))).toBe(true);
});

it('reports nothing of a backup that failed', async () => {
  writeFileSync(join(folder, 'vmbackup.fails'), '');
  const { calls, status, log } = await runBackup(1);
  rmSync(join(folder, 'vmbackup.fails'));
  expect(calls).toHaveLength(1);
  expect(log).toContain('backup failed, trying again soon');
  expect(status).toBe(0);
});

it('restores the copy of the replica whose volume is mounted', () => {
  rmSync(join(folder, 'calls'), { force: true });
  const path = scriptFile('restore.sh', restoreScript({ bucket: BLOB, copy: 'day-3' }));
  const { status } = spawnSync('sh', [path], {
    env: { PATH: process.env.PATH ?? '', REPLICA: 'vm-storage-2' },
  });
  expect(status).toBe(0);
  expect(readFileSync(join(folder, 'calls'), 'utf8')).toBe(
    `vmrestore ${COMMON} -storageDataPath=/storage -src=azblob://metrics-backup/vm-storage-2/day-3\n`,
  );
});

it.each([
  ['Ceph', cephBucket(testPlatform(), 'metrics'), 's3://metrics', 'http://rgw.example.com:80', true],
  [
    'AWS',
    { ...awsBucket(testPlatform(), 'metrics'), bucket: 'hub-metrics' },
    's3://hub-metrics',
    'https://s3.eu-central-1.amazonaws.com:443',
    false,
  ],
] as const)(
  'does the same on %s, at the endpoint that the network is open to',
  async (_, bucket, url, endpoint, pathStyle) => {
    const { calls } = await runBackup(3, bucket);
    const flags = `${COMMON} -customS3Endpoint=${endpoint} -s3ForcePathStyle=${pathStyle}`;
    const destination = `${url}/vm-storage-1`;
    expect(calls[0]).toBe(
      `vmbackup ${flags} -storageDataPath=/storage -snapshot.createURL=http://127.0.0.1:8482/snapshot/create -dst=${destination}/latest`,
    );
    expect(calls[1]).toContain(`vmbackup ${flags} -origin=${destination}/latest -dst=${destination}/day-`);
    expect(restoreScript({ bucket, copy: 'latest' }).join('\n')).toBe(
      [
        '#!/bin/sh',
        'set -eu',
        `exec /vmrestore-prod ${flags} -storageDataPath=/storage \\`,
        `  -src="${url}/$REPLICA/latest"`,
      ].join('\n'),
    );
  },
);
