/**
 * The image of the five services without a container engine or a registry: what `apps/Dockerfile` puts into it, at the same
 * paths, under its user, with its entry point, on a root that nobody can write.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apiEnvironment } from '../../constructs/telemetry/api';
import { brokerEnvironment } from '../../constructs/telemetry/broker';
import { collectorEnvironment } from '../../constructs/telemetry/collector';
import { proxyEnvironment } from '../../constructs/telemetry/proxy';
import { IN_CONTAINER } from '../../constructs/telemetry/service-environment';
import { streamerEnvironment } from '../../constructs/telemetry/streamer';
import { tool } from '../tools/obtain';
import { proof } from '../tools/proof';

const ROOT = join(__dirname, '..', '..');
const DOCKERFILE = readFileSync(join(ROOT, 'apps', 'Dockerfile'), 'utf8');
const DATA = '/data';
const LIMIT_MS = 120_000;
/** Libraries and a shell: the base image's part. */
const SYSTEM_FOLDERS = ['/usr', '/bin', '/lib', '/lib64', '/etc/ld.so.cache', '/etc/alternatives'];

const listen = IN_CONTAINER;
const queueUrl = 'http://127.0.0.1:9';
const store = {
  kind: 'influxdb',
  url: queueUrl,
  organization: 'telemetryorg',
  bucket: 'telem_bucket',
} as const;
const ENVIRONMENTS: Readonly<Record<string, object>> = {
  broker: brokerEnvironment({ listen, dataDir: DATA }),
  proxy: proxyEnvironment({ listen, brokers: [queueUrl] }),
  streamer: streamerEnvironment({ listen, queueUrl, dataDir: DATA }),
  collector: collectorEnvironment({ listen, queueUrl, store }),
  api: apiEnvironment({ listen, store, keysFile: `${DATA}/keys.json` }),
};
const SECRETS = {
  SERVICE_TOKEN: 'fake-service-token-for-a-test',
  INFLUXDB_TOKEN: 'fake-influxdb-token-for-a-test',
};

function instruction(name: string): string {
  const last = [...DOCKERFILE.matchAll(new RegExp(`^${name} (.*)$`, 'gm'))].at(-1)?.[1];
  if (last === undefined) throw new Error(`apps/Dockerfile has no ${name}`);
  return last;
}

test('the image runs as a user by number, who is not root', () => {
  expect(instruction('USER')).toMatch(/^[1-9][0-9]*:[1-9][0-9]*$/);
});

test('every stage has a pinned base, and packages run no scripts', () => {
  expect(DOCKERFILE).toMatch(/^ARG BASE=\S+:\d+\.\d+\.\d+-\S+$/m);
  expect([...DOCKERFILE.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base)).toEqual([
    '${BASE}',
    '${BASE}',
    '${BASE}',
  ]);
  for (const [line] of DOCKERFILE.matchAll(/^RUN npm .*$/gm)) expect(line).toContain('npm ci');
  for (const [line] of DOCKERFILE.matchAll(/^RUN npm .*$/gm)) expect(line).toContain('--ignore-scripts');
});

proof(['telemetry-services', 'sandbox'], 'The image of the services', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hyperion-image-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  interface Report {
    readonly health: number;
    readonly uid: number;
    readonly written: readonly string[];
    readonly exitCode: number | null;
  }

  async function run(service: string): Promise<Report> {
    const [uid = '', gid = ''] = instruction('USER').split(':');
    const [entrypoint = ''] = JSON.parse(instruction('ENTRYPOINT')) as string[];
    const home = instruction('WORKDIR');
    const watch = join(folder, 'watch.js');
    writeFileSync(watch, WATCH);
    const environment = Object.entries({
      ...ENVIRONMENTS[service],
      ...SECRETS,
      NODE_ENV: 'production',
    }).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
    const { stdout, stderr, status } = spawnSync(
      await tool('sandbox', 'bin/bwrap'),
      [
        ...['--unshare-all', '--die-with-parent', '--new-session', '--clearenv'],
        ...['--uid', uid, '--gid', gid, '--proc', '/proc', '--dev', '/dev'],
        ...SYSTEM_FOLDERS.filter((path) => existsSync(path)).flatMap((path) => ['--ro-bind', path, path]),
        ...['--ro-bind', process.execPath, `/image/${entrypoint}`],
        ...['--ro-bind', watch, '/image/watch.js'],
        ...['--ro-bind', join(await tool('telemetry-services'), 'apps'), `${home}/apps`],
        ...['--ro-bind', join(ROOT, 'node_modules'), `${home}/node_modules`],
        // The volumes of the pod; everything else is read-only.
        ...['--tmpfs', DATA, '--remount-ro', '/', '--chdir', home],
        ...['--setenv', 'PATH', '/image:/usr/bin:/bin'],
        ...environment.flatMap(([name, value]) => ['--setenv', name, value]),
        ...['--', entrypoint, '/image/watch.js', entrypoint, `${home}/apps/${service}/server.js`],
      ],
      { encoding: 'utf8', timeout: LIMIT_MS, killSignal: 'SIGKILL' },
    );
    if (status !== 0) throw new Error(`${service} ended with ${status ?? 'a signal'}: ${stdout}${stderr}`);
    return JSON.parse(stdout) as Report;
  }

  test.each(Object.keys(ENVIRONMENTS))(
    '%s serves as a user, on a read-only root, and ends in order',
    async (service) => {
      expect(await run(service)).toEqual({
        health: 200,
        uid: Number(instruction('USER').split(':')[0]),
        written: [DATA],
        exitCode: 0,
      });
    },
    LIMIT_MS,
  );
});

/** Inside: starts the service, asks for its health, tries to write everywhere, and stops it as Kubernetes does. */
const WATCH = `
const { spawn } = require('node:child_process');
const { writeFileSync } = require('node:fs');
const [, , ...command] = process.argv;
const service = spawn(command[0], command.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] });
let log = '';
service.stdout.on('data', (chunk) => { log += chunk; });
const ended = new Promise((resolve) => service.once('exit', resolve));
const writable = (folder) => {
  try { writeFileSync(folder + '/.trial', ''); return true; } catch { return false; }
};
(async () => {
  let health = 0;
  for (let attempt = 0; attempt < 600 && health !== 200 && service.exitCode === null; attempt += 1) {
    health = await fetch('http://127.0.0.1:8080/health').then(({ status }) => status, () => 0);
    if (health !== 200) await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const written = ['/', '/srv/telemetry', '/srv/telemetry/apps', '/usr', '/data'].filter(writable);
  service.kill('SIGTERM');
  const exitCode = await ended;
  if (health !== 200) process.stderr.write(log);
  process.stdout.write(JSON.stringify({ health, uid: process.getuid(), written, exitCode }));
})();
`;
