/**
 * Prometheus: scrapes what the graph has, in the namespaces that it may look into; evaluates the rules that it is given.
 */
import { Duration, Size } from 'cdk8s';
import { parse } from 'yaml';
import { Prometheus, type PrometheusProps } from '../../../constructs/collect/prometheus';
import { complete } from '../../../constructs/core/complete';
import { AuthScheme } from '../../../constructs/core/credential';
import { External } from '../../../constructs/core/party';
import type { Platform, Tier } from '../../../constructs/core/platform';
import { SecretRef } from '../../../constructs/core/secrets';
import { Workload } from '../../../constructs/core/workload';
import { CONTAINER, manifest, manifests, problemsOf, TestComponent, testPlatform } from '../core/fixture';

function made(
  props: Partial<PrometheusProps> | ((outside: External) => Partial<PrometheusProps>) = {},
  tier: Tier = 'dev',
): Platform {
  const platform = testPlatform({ tier });
  const outside = new External(platform, 'outside', {
    description: 'everything else',
    cidrs: ['192.0.2.0/24'],
    host: 'outside.example.com',
  });
  const watched = new Workload(new TestComponent(platform, 'watched'), 'watched', {
    kind: 'Deployment',
    replicas: 2,
    uid: 1,
    drainSeconds: 1,
    container: CONTAINER,
  });
  watched.listen({
    name: 'http',
    port: 8080,
    protocol: 'prometheus-scrape',
    signals: ['metrics'],
    access: 'read',
    path: '/metrics',
  });
  const prometheus = new Prometheus(platform, 'prometheus', {
    namespace: 'store',
    kubernetesApi: outside.listen({
      name: 'https',
      port: 443,
      protocol: 'kubernetes-api',
      signals: ['coordination'],
      access: 'control',
      auth: AuthScheme.serviceAccountToken(),
    }),
    alertmanager: outside.listen({
      name: 'alerts',
      port: 9093,
      protocol: 'alertmanager-api',
      signals: ['alerts'],
      access: 'write',
    }),
    scrapes: ['test', 'store'],
    rules: (jobs) => ({ groups: jobs.map(({ name }) => ({ name, rules: [] })) }),
    labels: { cluster: 'c', environment: 'dev' },
    retention: Duration.days(15),
    volume: { size: Size.gibibytes(8), storageClass: 'fast' },
    ...(typeof props === 'function' ? props(outside) : props),
  });
  // Somebody asks it, or its port would serve no one.
  watched.connect(prometheus.query, { signals: ['queries'], purpose: 'a test' });
  return platform;
}

function files(platform: Platform): Record<string, string> {
  const { data } = manifest(platform, 'ConfigMap', 'prometheus-config') as unknown as {
    data: Record<string, string>;
  };
  return data;
}

test('its configuration: jobs of the graph, rules, and every Alertmanager', () => {
  const platform = made();
  complete(platform);
  const { 'prometheus.yml': config = '', 'rules.yml': rules = '' } = files(platform);
  const { scrape_configs: jobs, ...rest } = parse(config) as { scrape_configs: { job_name: string }[] };
  expect(jobs.map(({ job_name: name }) => name)).toEqual(['watched', 'prometheus']);
  expect(rest).toEqual({
    global: {
      scrape_interval: '30s',
      scrape_timeout: '10s',
      external_labels: { cluster: 'c', environment: 'dev' },
      evaluation_interval: '30s',
    },
    rule_files: ['/etc/prometheus/rules.yml'],
    alerting: {
      alertmanagers: [{ dns_sd_configs: [{ names: ['outside.example.com'], type: 'A', port: 9093 }] }],
    },
  });
  expect(parse(rules)).toEqual({
    groups: [
      { name: 'watched', rules: [] },
      { name: 'prometheus', rules: [] },
    ],
  });
});

test('it may look for pods in its namespaces, and nowhere else', () => {
  const roles = manifests(made()).filter(({ kind }) => kind === 'Role' || kind === 'ClusterRole');
  expect(roles.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`)).toEqual([
    'Role test/prometheus',
    'Role store/prometheus',
  ]);
});

test('blocks leave a fifth of the volume free', () => {
  const { spec } = manifest(made(), 'StatefulSet', 'prometheus') as unknown as {
    spec: { replicas: number; template: { spec: { containers: { args: string[] }[] } } };
  };
  expect(spec.replicas).toBe(1);
  expect(spec.template.spec.containers[0]?.args).toEqual([
    '--config.file=/etc/prometheus/prometheus.yml',
    '--storage.tsdb.path=/prometheus',
    '--storage.tsdb.retention.time=1296000s',
    '--storage.tsdb.retention.size=6553MB',
    '--web.listen-address=:9090',
    '--log.format=json',
  ]);
});

test('two in production, each of which sees everything', () => {
  expect(manifest(made({}, 'prod'), 'StatefulSet', 'prometheus').spec).toMatchObject({ replicas: 2 });
});

test('metrics in a namespace that it may not look into are reported', () => {
  expect(problemsOf(made({ scrapes: ['store'] }))).toContain(
    [
      'test/prometheus: scrapes = ["store"]',
      '  rule:   there are metrics in test too: watched',
      '  remedy: add the namespace',
    ].join('\n'),
  );
});

test('a volume that is too small for the retention is refused, with the arithmetic', () => {
  const platform = made({ volume: { size: Size.mebibytes(100), storageClass: 'fast' } });
  expect(problemsOf(platform)).toContain(
    [
      'test/prometheus: volume.size = "100 MiB"',
      '  rule:   it holds the retention: 3 targets × 500 series ÷ 30 s × 2 B × 15 d 0 h, in 80 % of the volume = 154.5 MiB',
      '  remedy: enlarge it, or keep samples for a shorter time',
    ].join('\n'),
  );
});

describe('copies of the samples elsewhere', () => {
  const TOKEN = SecretRef.named('copy-token');
  const PASSWORD = SecretRef.named('copy-password');
  const platform = made((outside) => {
    const store = (name: string, port: number, auth: AuthScheme) =>
      outside.listen({
        name,
        port,
        protocol: 'prometheus-remote-write',
        signals: ['metrics'],
        access: 'write',
        path: '/write',
        auth,
        tls: true,
      });
    return {
      declared: { activeSeries: 10_000, samplesPerSecond: 300 },
      remoteWrite: [
        {
          remoteWrite: store('one', 8443, AuthScheme.secret('bearer', [TOKEN])),
          credential: { kind: 'bearer', secret: TOKEN },
          ca: { secretName: 'store-ca' },
        },
        {
          remoteWrite: store('two', 9443, AuthScheme.secret('basic', [PASSWORD])),
          credential: { kind: 'basic', username: 'epiphany', secret: PASSWORD },
        },
      ],
    };
  });
  complete(platform);

  test('with token or password from files, through a queue in memory of its own', () => {
    const queue = { capacity: 10_000, max_shards: 4, max_samples_per_send: 2000 };
    expect(parse(files(platform)['prometheus.yml'] ?? '')).toMatchObject({
      remote_write: [
        {
          url: 'https://outside.example.com:8443/write',
          authorization: { credentials_file: '/etc/prometheus-secrets/copy-token' },
          tls_config: { ca_file: '/etc/prometheus-ca-store-ca/ca.crt' },
          queue_config: queue,
        },
        {
          url: 'https://outside.example.com:9443/write',
          basic_auth: { username: 'epiphany', password_file: '/etc/prometheus-secrets/copy-password' },
          queue_config: queue,
        },
      ],
    });
    const text = JSON.stringify(manifest(platform, 'StatefulSet', 'prometheus'));
    for (const path of ['/etc/prometheus-secrets', '/etc/prometheus-ca-store-ca']) {
      expect(text).toContain(`"mountPath":"${path}"`);
    }
  });

  test('they may be dropped: the samples themselves are on its volume', () => {
    const copies = platform.graph.connections.filter(({ to }) => to.protocol === 'prometheus-remote-write');
    expect(copies.map(({ delivery, load }) => ({ ...delivery, load }))).toEqual(
      Array(2).fill({
        kind: 'memory-queue',
        size: Size.kibibytes(4000),
        mayDrop: true,
        load: { eventsPerSecond: 300, bytesPerSecond: 3000 },
      }),
    );
  });
});

test('the volume is checked against what is declared', () => {
  const platform = made({
    declared: { activeSeries: 10_000, samplesPerSecond: 300 },
    volume: { size: Size.mebibytes(100), storageClass: 'fast' },
  });
  expect(problemsOf(platform)).toContain(
    'it holds the retention: 300 samples/s × 2 B × 15 d 0 h, in 80 % of the volume = 927 MiB',
  );
});

test('a copy that leaves the cluster without TLS is refused', () => {
  const platform = made((outside) => ({
    remoteWrite: [
      {
        remoteWrite: outside.listen({
          name: 'plain',
          port: 8080,
          protocol: 'prometheus-remote-write',
          signals: ['metrics'],
          access: 'write',
          path: '/write',
        }),
      },
    ],
  }));
  expect(problemsOf(platform)).toContain(
    [
      'test/prometheus: remoteWrite[0] = "http://outside.example.com:8080/write"',
      '  rule:   metrics and tokens leave the cluster over TLS only',
      '  remedy: let the endpoint speak TLS',
    ].join('\n'),
  );
});
