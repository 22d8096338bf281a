/**
 * The scripts of backup and restore against S3, with the real vmbackup and vmrestore. The data are a single node's, whose
 * files on disk are a vmstorage's; the store is a small S3 server of the tests.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  BACKUP_RUN_DIR,
  BACKUP_SUCCESS_METRIC,
  STORAGE_DATA_DIR,
  backupScript,
  restoreScript,
} from '../../constructs/store/victoria-metrics-backup';
import { testPlatform } from '../constructs/core/fixture';
import { cephBucket } from '../constructs/store/s3-fixture';
import { tool } from '../tools/obtain';
import { proof } from '../tools/proof';
import { until } from './control-plane/until';
import { LoopbackProgram } from './flows/loopback-program';
import { freePort } from './free-port';
import { S3Server } from './stores/s3-server';

jest.setTimeout(120_000);

const ACCESS_KEY = 'obviously-not-a-key';
const POD = 'vmstorage-0';
const SAMPLES = 500;
const LIMIT_MS = 60_000;

proof(['victoria-metrics'], 'metrics on S3 (a small S3 server stands in for the store)', () => {
  const s3 = new S3Server(ACCESS_KEY);
  const store = new LoopbackProgram();
  const restored = new LoopbackProgram();
  let backup: ChildProcess | undefined;
  let port = 0;

  beforeAll(async () => {
    await s3.start();
    port = await freePort();
    await start(store, port);
    const lines = Array.from({ length: SAMPLES }, (_, i) => `kept{n="${i}"} ${i}`).join('\n');
    const url = `http://127.0.0.1:${port}/api/v1/import/prometheus`;
    expect((await fetch(url, { method: 'POST', body: lines })).status).toBe(204);
    await holds('the samples can be asked for', async () => (await countKept(port)) === SAMPLES);
  });

  afterAll(async () => {
    backup?.kill('SIGKILL');
    await store.stop();
    await restored.stop();
    await s3.stop();
  });

  test('a key that the store does not know is a failed backup, which is not reported', async () => {
    const failing = await runScript(store, backupLines(), { AWS_ACCESS_KEY_ID: 'other' });
    let log = '';
    failing.stderr?.on('data', (chunk) => (log += String(chunk)));
    backup = failing;
    await holds('the script says so', () => log.includes('backup failed, trying again soon'));
    expect(log).toContain('InvalidAccessKeyId');
    await end(failing);
    expect(s3.objects.size).toBe(0);
  });

  test('hourly and daily copies lie in the bucket, and the store is told when they were complete', async () => {
    backup = await runScript(store, backupLines());
    const today = `day-${((new Date().getUTCDay() + 6) % 7) + 1}`;
    for (const copy of ['latest', today]) {
      const marker = `/metrics-backup/${POD}/${copy}/backup_complete.ignore`;
      await holds(`${copy} is complete`, () => s3.objects.has(marker));
    }
    await holds('the time of the backup is in the store', async () => {
      const seconds = await query(port, `${BACKUP_SUCCESS_METRIC}{pod="${POD}"}`);
      return seconds !== undefined && Number(seconds) > 1_700_000_000;
    });
    expect(existsSync(join(store.dir, 'run', 'heartbeat'))).toBe(true);
    await end(backup);
  });

  test('an empty volume is filled from it, and every sample is found', async () => {
    const lines = restoreScript({ bucket: bucket(), copy: 'latest' });
    const restore = await runScript(restored, lines, { REPLICA: POD });
    let log = '';
    restore.stderr?.on('data', (chunk) => (log += String(chunk)));
    const [status] = (await once(restore, 'exit')) as [number];
    expect(status === 0 ? '' : log).toBe('');
    const restoredPort = await freePort();
    await start(restored, restoredPort);
    await holds('all samples are back', async () => (await countKept(restoredPort)) === SAMPLES);
  });

  function bucket() {
    return cephBucket(testPlatform(), 'metrics-backup', { host: '127.0.0.1', port: s3.port });
  }

  function backupLines(): readonly string[] {
    return backupScript({
      bucket: bucket(),
      everySeconds: 3600,
      snapshotUrl: `http://127.0.0.1:${port}/snapshot/create`,
      reportUrl: `http://127.0.0.1:${port}/api/v1/import/prometheus`,
    });
  }
});

/** A single node on the folder in which a script finds its volume. */
async function start(program: LoopbackProgram, port: number): Promise<void> {
  const address = `127.0.0.1:${port}`;
  await program.start(
    [
      await tool('victoria-metrics'),
      `-storageDataPath=${join(program.dir, 'storage')}`,
      `-httpListenAddr=${address}`,
      // Samples can be asked for at once.
      '-search.latencyOffset=0s',
    ],
    `http://${address}/health`,
  );
}

/** The script as the pod has it, but for the places of programs and volumes. */
async function runScript(
  program: LoopbackProgram,
  lines: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ChildProcess> {
  const { dir } = program;
  mkdirSync(join(dir, 'run'), { recursive: true });
  const text = lines
    .join('\n')
    .replaceAll('/vmbackup-prod', await tool('victoria-metrics', 'vmbackup'))
    .replaceAll('/vmrestore-prod', await tool('victoria-metrics', 'vmrestore'))
    .replaceAll('127.0.0.1:8420', `127.0.0.1:${await freePort()}`)
    .replaceAll(BACKUP_RUN_DIR, join(dir, 'run'))
    .replaceAll(`-storageDataPath=${STORAGE_DATA_DIR}`, `-storageDataPath=${join(dir, 'storage')}`);
  return spawn('setpriv', ['--pdeathsig', 'TERM', 'sh', program.file('script.sh', text)], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOME: dir,
      POD_NAME: POD,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: ACCESS_KEY,
      AWS_SECRET_ACCESS_KEY: 'obviously-not-a-secret',
      ...env,
    },
  });
}

async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

async function countKept(port: number): Promise<number> {
  return Number(await query(port, 'count(kept)'));
}

async function query(port: number, expression: string): Promise<string | undefined> {
  const url = `http://127.0.0.1:${port}/api/v1/query?nocache=1&query=${encodeURIComponent(expression)}`;
  const answer = (await (await fetch(url)).json()) as {
    data: { result: readonly { value: readonly [number, string] }[] };
  };
  return answer.data.result[0]?.value[1];
}

async function holds(what: string, check: () => boolean | Promise<boolean>): Promise<void> {
  await until(what, LIMIT_MS, async () => ((await check()) ? [] : ['not yet']));
}
