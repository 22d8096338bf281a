/**
 * Elasticsearch: its configuration in one node and in three, users without a superuser, what the setup task asks for, and
 * the mistakes that synthesis refuses. That programs take these files, test/proof shows.
 */
import { Duration, Size } from 'cdk8s';
import { parse } from 'yaml';
import type { Endpoint } from '../../../constructs/core/endpoint';
import { External } from '../../../constructs/core/party';
import type { Platform } from '../../../constructs/core/platform';
import { SecretRef } from '../../../constructs/core/secrets';
import { manifest, manifests, problemsOf } from '../core/fixture';
import { RETENTION, fileOf, logging, type LoggingProps } from './elasticsearch-fixture';

const three: LoggingProps = { elasticsearch: { nodes: 3 } };
const curated: LoggingProps = { elasticsearch: { retention: { ...RETENTION, kind: 'curator' } } };

interface Container {
  readonly name: string;
  readonly env: readonly { readonly name: string; readonly value?: string }[];
  readonly volumeMounts: readonly { readonly mountPath: string; readonly name: string }[];
  readonly lifecycle?: object;
  readonly readinessProbe?: object;
  readonly livenessProbe?: object;
}
interface PodSpec {
  readonly containers: readonly [Container, ...Container[]];
  readonly initContainers: readonly [Container, ...Container[]];
  readonly terminationGracePeriodSeconds: number;
  readonly volumes: readonly { readonly name: string; readonly persistentVolumeClaim?: object }[];
}

function podOf(platform: Platform, kind = 'StatefulSet', name = 'elasticsearch'): PodSpec {
  const { spec } = manifest(platform, kind, name);
  return (spec as { template: { spec: PodSpec } }).template.spec;
}

function settings(props: LoggingProps = {}): Record<string, unknown> {
  return parse(fileOf(logging(props), 'elasticsearch.yml')) as Record<string, unknown>;
}

describe('a cluster', () => {
  test('one node makes a cluster of itself', () => {
    expect(settings()).toMatchObject({
      'discovery.type': 'single-node',
      'cluster.name': 'test-elasticsearch',
    });
    expect(settings()).not.toHaveProperty(['cluster.initial_master_nodes']);
  });

  test('three nodes look for each other, and found a cluster only when told to', () => {
    const hosts = [0, 1, 2].map(
      (pod) => `elasticsearch-${pod}.elasticsearch-headless.logging.svc.cluster.local:9300`,
    );
    expect(settings(three)).toMatchObject({
      'discovery.seed_hosts': hosts,
      'cluster.initial_master_nodes': ['elasticsearch-0', 'elasticsearch-1', 'elasticsearch-2'],
    });
    const later = settings({ elasticsearch: { nodes: 3, bootstrap: false } });
    expect(later).toMatchObject({ 'discovery.seed_hosts': hosts });
    expect(later).not.toHaveProperty(['cluster.initial_master_nodes']);
  });

  test('both ports speak TLS, nodes ask each other for certificates, built-in users are off', () => {
    expect(settings()).toMatchObject({
      'xpack.security.enabled': true,
      'xpack.security.http.ssl.enabled': true,
      'xpack.security.transport.ssl.enabled': true,
      'xpack.security.transport.ssl.client_authentication': 'required',
      'xpack.security.authc.reserved_realm.enabled': false,
    });
  });

  test('no mapped files, unless the nodes are prepared for them', () => {
    expect(settings()).toMatchObject({ 'node.store.allow_mmap': false });
    expect(settings({ elasticsearch: { memoryMapped: true } })).toMatchObject({
      'node.store.allow_mmap': true,
    });
  });
});

describe('its pods', () => {
  test('half of the memory is heap', () => {
    const env = podOf(logging()).containers[0].env;
    expect(env.find(({ name }) => name === 'ES_JAVA_OPTS')?.value).toBe(
      '-Xms2048m -Xmx2048m -XX:-HeapDumpOnOutOfMemoryError -Xlog:disable -Xlog:all=warning:stderr:utctime,level,tags',
    );
  });

  test('ready by the port that needs no password; a lost master restarts nobody', () => {
    const [container] = podOf(logging(three)).containers;
    expect(container.readinessProbe).toMatchObject({ tcpSocket: { port: 8080 } });
    expect(container.livenessProbe).toMatchObject({ tcpSocket: { port: 9200 } });
  });

  test('a node of several waits for every copy before it goes; one alone has nothing to wait for', () => {
    const several = podOf(logging(three));
    expect(several.containers[0].lifecycle).toEqual({
      preStop: { exec: { command: ['/bin/bash', '/etc/hyperion/elasticsearch/drain.sh'] } },
    });
    expect(several.terminationGracePeriodSeconds).toBe(720);
    const alone = podOf(logging());
    expect(alone.containers[0].lifecycle).toBeUndefined();
    expect(alone.terminationGracePeriodSeconds).toBe(120);
  });

  test('only the first container sees passwords of others, and the node has no container with privileges', () => {
    const pod = podOf(logging(three));
    const mounts = ({ volumeMounts }: Container): string[] => volumeMounts.map(({ mountPath }) => mountPath);
    expect(mounts(pod.initContainers[0])).toContain('/etc/hyperion/passwords');
    expect(mounts(pod.containers[0])).not.toContain('/etc/hyperion/passwords');
    expect(JSON.stringify(pod)).not.toMatch(/"privileged":true|"runAsUser":0/);
  });
});

describe('users', () => {
  test('each program has a role of its own, people the one they were given, nobody is superuser', () => {
    expect(fileOf(logging(), 'users.txt').trimEnd().split('\n')).toEqual([
      'filebeat hyperion_writer elasticsearch-filebeat-password',
      'kibana kibana_system elasticsearch-kibana-password',
      'dashboards kibana_admin elasticsearch-dashboards-password',
      'setup hyperion_setup elasticsearch-setup-password',
      'monitor hyperion_monitor elasticsearch-monitor-password',
      'ada viewer ada-password',
    ]);
  });

  test('Filebeat adds lines to the one stream, and neither reads nor deletes', () => {
    expect(parse(fileOf(logging(), 'roles.yml'))).toMatchObject({
      hyperion_writer: {
        cluster: ['monitor'],
        indices: [{ names: ['platform-logs'], privileges: ['create_doc', 'view_index_metadata'] }],
      },
    });
  });

  test('Curator has a user where it runs, and only there', () => {
    expect(fileOf(logging(curated), 'users.txt')).toContain('curator hyperion_curator');
    expect(fileOf(logging(), 'roles.yml')).not.toContain('hyperion_curator');
  });
});

describe('what the setup task asks for', () => {
  test('with ILM: policy, template, data stream', () => {
    const platform = logging(three);
    expect(fileOf(platform, 'requests.txt')).toBe(
      [
        'PUT /_ilm/policy/platform-logs lifecycle.json -',
        'PUT /_index_template/platform-logs template.json -',
        'PUT /_data_stream/platform-logs - /_data_stream/platform-logs',
        '',
      ].join('\n'),
    );
    expect(JSON.parse(fileOf(platform, 'lifecycle.json'))).toEqual({
      policy: {
        phases: {
          hot: {
            min_age: '0ms',
            actions: { rollover: { max_age: '86400s', max_primary_shard_size: '2560mb' } },
          },
          delete: { min_age: '1209600s', actions: { delete: {} } },
        },
      },
    });
    expect(JSON.parse(fileOf(platform, 'template.json'))).toMatchObject({
      index_patterns: ['platform-logs'],
      data_stream: {},
      template: {
        settings: { index: { lifecycle: { name: 'platform-logs' }, number_of_replicas: 1 } },
        mappings: { dynamic: false },
      },
    });
  });

  test('with Curator: template, first index behind an alias, and a task four times an hour', () => {
    const platform = logging(curated);
    expect(fileOf(platform, 'requests.txt')).toBe(
      [
        'PUT /_index_template/platform-logs template.json -',
        'PUT /platform-logs-000001 first-index.json /_alias/platform-logs',
        '',
      ].join('\n'),
    );
    expect(fileOf(platform, 'template.json')).not.toContain('lifecycle');
    expect(manifest(platform, 'CronJob', 'elasticsearch-curator').spec).toMatchObject({
      schedule: '*/15 * * * *',
    });
    const { actions } = parse(fileOf(platform, 'actions.yml')) as {
      actions: Record<string, { action: string; filters?: object[] }>;
    };
    expect(Object.values(actions).map(({ action }) => action)).toEqual([
      'rollover',
      'delete_indices',
      'delete_indices',
    ]);
    expect(actions[2]?.filters?.[1]).toMatchObject({ unit: 'seconds', unit_count: 15 * 86_400 });
    // A little below 100 GiB: what arrives until the next run.
    expect(actions[3]?.filters?.[1]).toMatchObject({
      filtertype: 'space',
      disk_space: 99.953,
      use_age: true,
    });
  });

  test('another retention is another Job', () => {
    const jobOf = (platform: Platform): string | undefined =>
      manifests(platform).find(({ kind, metadata }) => kind === 'Job' && metadata.name.includes('setup'))
        ?.metadata.name;
    const shorter = { elasticsearch: { retention: { ...RETENTION, maxAge: Duration.days(7) } } };
    expect(jobOf(logging())).toMatch(/^elasticsearch-setup-[0-9a-f]{8}$/);
    expect(jobOf(logging(shorter))).not.toBe(jobOf(logging()));
  });
});

describe('snapshots', () => {
  test('on a shared volume', () => {
    const shared = { kind: 'shared-volume', size: Size.gibibytes(50), storageClass: 'nfs' } as const;
    const platform = logging({ elasticsearch: { nodes: 3, snapshots: shared } });
    expect(parse(fileOf(platform, 'elasticsearch.yml'))).toMatchObject({ 'path.repo': ['/mnt/snapshots'] });
    expect(JSON.parse(fileOf(platform, 'repository.json'))).toEqual({
      type: 'fs',
      settings: { location: '/mnt/snapshots' },
    });
    expect(podOf(platform).volumes).toContainEqual({
      name: 'snapshots',
      persistentVolumeClaim: { claimName: 'elasticsearch-snapshots', readOnly: false },
    });
  });

  test('in a bucket, with its keys in the key store and in no file', () => {
    const platform = logging({ elasticsearch: { snapshots: bucket() } });
    expect(parse(fileOf(platform, 'elasticsearch.yml'))).toMatchObject({
      's3.client.default.endpoint': 'http://rgw.example.com:80',
      's3.client.default.path_style_access': true,
    });
    expect(JSON.parse(fileOf(platform, 'repository.json'))).toEqual({
      type: 's3',
      settings: { bucket: 'log-snapshots' },
    });
    expect(JSON.parse(fileOf(platform, 'snapshot-policy.json'))).toMatchObject({
      config: { indices: ['platform-logs'] },
      retention: { expire_after: '14d', min_count: 3 },
    });
    expect(podOf(platform).initContainers[0].env).toContainEqual({
      name: 'S3_ACCESS_KEY',
      valueFrom: { secretKeyRef: { name: 'log-snapshots', key: 'AWS_ACCESS_KEY_ID' } },
    });
  });
});

function bucket(): Extract<NonNullable<LoggingProps['elasticsearch']>['snapshots'], { kind: 's3' }> {
  const key = (name: string): { secretName: string; key: string } => ({
    secretName: 'log-snapshots',
    key: name,
  });
  const platform = logging();
  const store = new External(platform, 'rgw', {
    description: 'object store',
    host: 'rgw.example.com',
    cidrs: ['10.1.0.0/24'],
  });
  const endpoint: Endpoint<'objects', 's3'> = store.listen({
    name: 's3',
    port: 80,
    protocol: 's3',
    signals: ['objects'],
    access: 'write',
  });
  return {
    kind: 's3',
    endpoint,
    bucket: 'log-snapshots',
    region: 'default',
    pathStyle: true,
    access: {
      kind: 'keys',
      accessKeyId: key('AWS_ACCESS_KEY_ID'),
      secretAccessKey: key('AWS_SECRET_ACCESS_KEY'),
    },
  };
}

describe('mistakes', () => {
  const problem = (elasticsearch: LoggingProps['elasticsearch'], tier: 'dev' | 'prod' = 'dev'): string =>
    problemsOf(logging({ platform: { tier }, elasticsearch }));

  test('two nodes', () => {
    expect(problem({ nodes: 2 })).toContain(
      [
        'test/elasticsearch: nodes = 2',
        '  rule:   a master is elected by a majority: of two nodes neither may be away, which is worse than one alone',
        '  remedy: use 3, or 1',
      ].join('\n'),
    );
  });

  test('one node in production', () => {
    expect(problem({ nodes: 1 }, 'prod')).toContain(
      [
        'test/elasticsearch: nodes = 1',
        '  rule:   in production a node may be lost without losing logs or the master: that takes 3',
        '  remedy: use 3',
      ].join('\n'),
    );
  });

  test('more than the nodes hold below the watermark', () => {
    expect(problem({ retention: { ...RETENTION, maxTotalSize: Size.gibibytes(180) } })).toContain(
      [
        'test/elasticsearch: retention.maxTotalSize = "180Gi"',
        '  rule:   nodes whose disks are full to 85 % take no new shards, and 1 × 200 GiB × 85 % (the low watermark) = 170 GiB',
        '  remedy: enlarge each volume to 212Gi, or keep 170 GiB at most',
      ].join('\n'),
    );
  });

  test('a size that the declared load outgrows: with ILM, which knows none', () => {
    expect(problem({ retention: { ...RETENTION, maxTotalSize: Size.gibibytes(50) } })).toContain(
      [
        'test/elasticsearch: retention.maxTotalSize = "50Gi"',
        '  rule:   a life cycle deletes by age and knows no total size, and the declared load needs 48.8 KiB/s × 1.1 × 1 copy × (14 d + 1 d until the rollover + 15 min) = 66.4 GiB',
        '  remedy: allow 67Gi, or keep logs for 10 d',
      ].join('\n'),
    );
  });

  test('the same with Curator, which would delete too early; two copies count twice', () => {
    const retention = { ...RETENTION, kind: 'curator', maxTotalSize: Size.gibibytes(50) } as const;
    expect(problem({ nodes: 3, retention })).toContain(
      [
        'test/elasticsearch: retention.maxTotalSize = "50Gi"',
        '  rule:   Curator would delete logs before they are as old as declared, and the declared load needs 48.8 KiB/s × 1.1 × 2 copies × (14 d + 1 d until the rollover + 15 min) = 132.9 GiB',
        '  remedy: allow 133Gi, or keep logs for 4 d',
      ].join('\n'),
    );
  });

  test('a part of a day', () => {
    expect(problem({ retention: { ...RETENTION, maxAge: Duration.hours(36) } })).toContain(
      [
        'test/elasticsearch: retention.maxAge = "36 h 0 min"',
        '  rule:   an index takes the lines of a day and is deleted whole: logs are kept for whole days',
        '  remedy: give it in days, 1 or more',
      ].join('\n'),
    );
  });

  test('people with names of programs, with impossible names, with one name', () => {
    const person = (name: string): { name: string; password: SecretRef; role: 'viewer' } => ({
      name,
      password: SecretRef.named('password'),
      role: 'viewer',
    });
    const said = problem({ people: ['elastic', 'Ada L', 'bob', 'bob'].map(person) });
    expect(said).toContain(
      [
        'test/elasticsearch: people[0].name = "elastic"',
        '  rule:   elastic is the name of a program',
        '  remedy: give another name',
      ].join('\n'),
    );
    expect(said).toContain(
      "rule:   a name is lower-case letters, digits, '.', '_' and '-', the first a letter",
    );
    expect(said).toContain('test/elasticsearch: people[3].name = "bob"\n  rule:   two people have this name');
  });

  test('a heap too small to start with', () => {
    expect(problem({ resources: { cpuMillis: 100, memory: Size.mebibytes(512) } })).toContain(
      [
        'test/elasticsearch: resources.memory = "256 MiB of heap"',
        '  rule:   half of the memory is heap, and Elasticsearch needs 512 MiB of it',
        '  remedy: give 1 GiB or more',
      ].join('\n'),
    );
  });
});
