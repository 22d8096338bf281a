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
import { Workload } from '../../../constructs/core/workload';
import { CONTAINER, manifest, manifests, problemsOf, TestComponent, testPlatform } from '../core/fixture';

function made(props: Partial<PrometheusProps> = {}, tier: Tier = 'dev'): Platform {
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
    ...props,
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
