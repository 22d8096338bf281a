/**
 * InfluxDB: its image's set-up, limits within its memory, and a volume that holds the retention.
 */
import { Duration, Size } from 'cdk8s';
import type { Platform } from '../../../constructs/core/platform';
import { SecretRef } from '../../../constructs/core/secrets';
import { Influxdb, type InfluxdbProps } from '../../../constructs/store/influxdb';
import { memoryShares, shardGroupSeconds, volumeFor } from '../../../constructs/store/influxdb-sizing';
import { manifest, problemsOf, testPlatform } from '../core/fixture';

const DAY = 86_400;

function made(props: Partial<InfluxdbProps> = {}): Platform {
  const platform = testPlatform();
  new Influxdb(platform, 'influxdb', {
    namespace: 'store',
    retention: Duration.days(7),
    volume: { size: Size.gibibytes(1), storageClass: 'fast' },
    load: { eventsPerSecond: 200, bytesPerSecond: 70_000 },
    token: SecretRef.named('influxdb-token'),
    password: SecretRef.named('influxdb-password'),
    ...props,
  });
  return platform;
}

interface PodSpec {
  readonly containers: readonly {
    readonly env: readonly { readonly name: string; readonly value?: string }[];
    readonly resources: object;
    readonly volumeMounts: readonly object[];
  }[];
  readonly volumes: readonly object[];
}

function podOf(platform: Platform): PodSpec {
  const { spec } = manifest(platform, 'StatefulSet', 'influxdb');
  return (spec as { template: { spec: PodSpec } }).template.spec;
}

test('the image sets it up from files, with the names of the design document', () => {
  const env = Object.fromEntries(
    podOf(made()).containers[0]?.env.map(({ name, value }) => [name, value]) ?? [],
  );
  expect(env).toEqual({
    INFLUXD_HTTP_BIND_ADDRESS: ':8086',
    INFLUXD_BOLT_PATH: '/var/lib/influxdb2/influxd.bolt',
    INFLUXD_SQLITE_PATH: '/var/lib/influxdb2/influxd.sqlite',
    INFLUXD_ENGINE_PATH: '/var/lib/influxdb2/engine',
    INFLUXD_REPORTING_DISABLED: 'true',
    INFLUXD_UI_DISABLED: 'true',
    INFLUXD_QUERY_CONCURRENCY: '8',
    INFLUXD_QUERY_QUEUE_SIZE: '64',
    INFLUXD_QUERY_MEMORY_BYTES: '67108864',
    INFLUXD_STORAGE_CACHE_MAX_MEMORY_SIZE: '134217728',
    GOMEMLIMIT: '429496729',
    DOCKER_INFLUXDB_INIT_MODE: 'setup',
    DOCKER_INFLUXDB_INIT_USERNAME: 'admin',
    DOCKER_INFLUXDB_INIT_PASSWORD_FILE: '/etc/hyperion/secrets/influxdb-password',
    DOCKER_INFLUXDB_INIT_ORG: 'telemetryorg',
    DOCKER_INFLUXDB_INIT_BUCKET: 'telem_bucket',
    DOCKER_INFLUXDB_INIT_RETENTION: '604800s',
    DOCKER_INFLUXDB_INIT_ADMIN_TOKEN_FILE: '/etc/hyperion/secrets/influxdb-token',
  });
});

test('the document’s least resources; only volumes are writable', () => {
  const pod = podOf(made());
  expect(pod.containers[0]?.resources).toEqual({
    requests: { cpu: '100m', memory: '128Mi' },
    limits: { cpu: '500m', memory: '512Mi' },
  });
  expect(pod.containers[0]?.volumeMounts).toEqual([
    { mountPath: '/etc/hyperion/secrets', name: 'secret-influxdb-secrets', readOnly: true },
    { mountPath: '/etc/influxdb2', name: 'scratch-1' },
    { mountPath: '/tmp', name: 'scratch-2' },
    { mountPath: '/var/lib/influxdb2', name: 'data', readOnly: false },
  ]);
});

test('a volume that is too small for the retention is refused, with the arithmetic', () => {
  expect(problemsOf(made({ volume: { size: Size.mebibytes(500), storageClass: 'fast' } }))).toContain(
    [
      'test/influxdb: volume.size = "500 MiB"',
      '  rule:   200 samples/s × 3 B × (7 d 0 h + 24 h 0 min) = 395.5 MiB, and at most 70 % of a volume may fill',
      '  remedy: make it 566 MiB or larger, or keep readings for a shorter time',
    ].join('\n'),
  );
});

test('a retention that InfluxDB refuses', () => {
  expect(problemsOf(made({ retention: Duration.minutes(10) }))).toContain(
    [
      'test/influxdb: retention = "10 min"',
      '  rule:   InfluxDB keeps data for 60 min at least; none at all would mean for ever',
      '  remedy: keep readings for an hour or longer',
    ].join('\n'),
  );
});

test.each([
  [Duration.hours(1), 3600],
  [Duration.hours(47), 3600],
  [Duration.days(2), DAY],
  [Duration.days(179), DAY],
  [Duration.days(180), 7 * DAY],
])('the shard groups of %s', (retention, seconds) => {
  expect(shardGroupSeconds(retention)).toBe(seconds);
});

test('the volume grows with load and retention', () => {
  const load = { eventsPerSecond: 10_000, bytesPerSecond: 0 };
  expect(volumeFor(load, Duration.days(30)).size.toMebibytes()).toBe(109_471);
});

test('cache and queries stay below the limit, whatever it is', () => {
  for (const gibibytes of [1, 4, 64]) {
    const { cacheBytes, queryBytes, goBytes } = memoryShares(Size.gibibytes(gibibytes));
    expect(cacheBytes + queryBytes).toBeLessThan(goBytes);
    expect(goBytes).toBeLessThan(gibibytes * 1024 ** 3);
  }
});
