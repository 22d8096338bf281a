/**
 * A real Ceph on loopback: one monitor, one disk (in memory) and the S3 gateway. Buckets are made as Rook's provisioner
 * makes them: a user of its own for each. Ended by `stop`.
 */
import { execFile } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { tool } from '../../tools/obtain';
import { LoopbackProgram } from '../flows/loopback-program';
import { freePort } from '../free-port';

export interface BucketKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const COMMAND_LIMIT_MS = 60_000;
const DISK_BYTES = 2 * 1024 ** 3;

export class CephCluster {
  public url = '';
  private folder = '';
  private readonly monitor = new LoopbackProgram();
  private readonly disk = new LoopbackProgram();
  private readonly gateway = new LoopbackProgram();

  public static async start(): Promise<CephCluster> {
    const cluster = new CephCluster();
    try {
      await cluster.startAll();
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  /** The bucket, and the keys of the user that owns it. */
  public async newBucket(name: string): Promise<BucketKeys> {
    const user = await this.run('radosgw-admin', [
      ...['-n', 'client.rgw', 'user', 'create'],
      ...['--uid', name, '--display-name', name],
    ]);
    const [key] = (JSON.parse(user) as { keys: { access_key: string; secret_key: string }[] }).keys;
    if (key === undefined) throw new Error(`no keys of ${name} in ${user}`);
    const keys = { accessKeyId: key.access_key, secretAccessKey: key.secret_key };
    const date = new Date().toUTCString();
    const answer = await fetch(`${this.url}/${name}`, {
      method: 'PUT',
      headers: { 'x-amz-date': date, authorization: signed(keys, `PUT\n\n\n\nx-amz-date:${date}\n/${name}`) },
    });
    if (!answer.ok) throw new Error(`bucket ${name}: ${answer.status} ${await answer.text()}`);
    return keys;
  }

  /** Names of the objects in it. */
  public async objects(bucket: string): Promise<string[]> {
    const listed = await this.run('radosgw-admin', [
      ...['-n', 'client.rgw', 'bucket', 'list'],
      ...['--bucket', bucket, '--max-entries', '100000'],
    ]);
    return (JSON.parse(listed) as { name: string }[]).map(({ name }) => name);
  }

  public async stop(): Promise<void> {
    for (const program of [this.gateway, this.disk, this.monitor]) await program.stop();
  }

  private async startAll(): Promise<void> {
    this.folder = await tool('ceph');
    const { dir } = this.monitor;
    const [v2, v1, rgw] = [await freePort(), await freePort(), await freePort()];
    const addresses = `[v2:127.0.0.1:${v2},v1:127.0.0.1:${v1}]`;
    const cluster = randomUUID();
    for (const name of ['mon', 'osd', 'rgw', 'run']) mkdirSync(join(dir, name));
    this.monitor.file('ceph.conf', cephConf(dir, this.folder, { cluster, addresses, rgw }));
    await this.makeKeys(join(dir, 'keyring'));
    const map = join(dir, 'monmap');
    await this.run('monmaptool', ['--create', '--fsid', cluster, '--addv', 'a', addresses, map]);
    const mkfs = ['--mkfs', '-i', 'a', '--monmap', map, '--keyring', join(dir, 'keyring')];
    await this.run('ceph-mon', mkfs);
    await this.monitor.start(this.argv('ceph-mon', '-f', '-i', 'a'), () => this.succeeds('mon', 'stat'));
    const disk = randomUUID();
    await this.ceph('osd', 'new', disk);
    await this.run('ceph-osd', ['-i', '0', '--mkfs', '--osd-uuid', disk]);
    await this.disk.start(this.argv('ceph-osd', '-f', '-i', '0'), async () =>
      (await this.ceph('osd', 'stat')).includes('1 up'),
    );
    this.url = `http://127.0.0.1:${rgw}`;
    await this.gateway.start(this.argv('radosgw', '-f', '-n', 'client.rgw'), this.url);
  }

  private async makeKeys(keyring: string): Promise<void> {
    await this.run('ceph-authtool', [
      ...['--create-keyring', keyring, '--gen-key', '-n', 'mon.', '--cap', 'mon', 'allow *'],
    ]);
    for (const name of ['client.admin', 'client.rgw', 'osd.0']) {
      const all = ['mon', 'osd', 'mgr'].flatMap((service) => ['--cap', service, 'allow *']);
      await this.run('ceph-authtool', [keyring, '--gen-key', '-n', name, ...all]);
    }
  }

  private async succeeds(...args: readonly string[]): Promise<boolean> {
    return this.ceph(...args).then(
      () => true,
      () => false,
    );
  }

  private ceph(...args: readonly string[]): Promise<string> {
    return this.run('ceph', ['--connect-timeout', '5', ...args]);
  }

  private async run(program: string, args: readonly string[]): Promise<string> {
    const [file, ...rest] = this.argv(program, ...args);
    const { stdout } = await promisify(execFile)(file, rest, {
      timeout: COMMAND_LIMIT_MS,
      maxBuffer: 64 * 1024 ** 2,
    });
    return stdout;
  }

  private argv(program: string, ...args: readonly string[]): [string, ...string[]] {
    return [
      '/usr/bin/env',
      `CEPH_CONF=${join(this.monitor.dir, 'ceph.conf')}`,
      `PYTHONPATH=${join(this.folder, 'usr/lib/python3/dist-packages')}`,
      join(this.folder, 'bin', program),
      ...args,
    ];
  }
}

/** One copy of everything, in memory; no manager, which only counts and advises. */
function cephConf(
  dir: string,
  folder: string,
  { cluster, addresses, rgw }: { cluster: string; addresses: string; rgw: number },
): string {
  const libraries = join(folder, 'usr/lib/x86_64-linux-gnu');
  return [
    '[global]',
    `fsid = ${cluster}`,
    `mon host = ${addresses}`,
    `keyring = ${dir}/keyring`,
    'public addr = 127.0.0.1',
    'cluster addr = 127.0.0.1',
    'ms bind ipv6 = false',
    'osd pool default size = 1',
    'osd pool default min size = 1',
    'osd pool default pg num = 1',
    'osd pool default pgp num = 1',
    'osd pool default pg autoscale mode = off',
    'osd crush chooseleaf type = 0',
    'mon allow pool size one = true',
    'osd objectstore = memstore',
    `memstore device bytes = ${DISK_BYTES}`,
    `plugin dir = ${libraries}/ceph`,
    `erasure code dir = ${libraries}/ceph/erasure-code`,
    `osd class dir = ${libraries}/rados-classes`,
    `run dir = ${dir}/run`,
    `admin socket = ${dir}/run/$name.$pid.asok`,
    `crash dir = ${dir}/run`,
    'log to stderr = true',
    'log file =',
    'pid file =',
    '[mon]',
    `mon data = ${dir}/mon`,
    'mon initial members = a',
    // How full the disk of whoever runs this is, is no matter.
    'mon data avail warn = 1',
    'mon data avail crit = 0',
    '[osd]',
    `osd data = ${dir}/osd`,
    '[client.rgw]',
    `rgw data = ${dir}/rgw`,
    `rgw frontends = beast endpoint=127.0.0.1:${rgw}`,
    '',
  ].join('\n');
}

/** AWS' older signature, which Ceph takes too and which fits on a line. */
function signed({ accessKeyId, secretAccessKey }: BucketKeys, text: string): string {
  return `AWS ${accessKeyId}:${createHmac('sha1', secretAccessKey).update(text).digest('base64')}`;
}
