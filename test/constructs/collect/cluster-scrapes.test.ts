/**
 * What of the cluster is scraped, the same by vmagent and by Prometheus: targets, permissions, network.
 */
import { Duration, Size } from 'cdk8s';
import { parse } from 'yaml';
import { Prometheus } from '../../../constructs/collect/prometheus';
import { complete } from '../../../constructs/core/complete';
import { AuthScheme } from '../../../constructs/core/credential';
import type { Platform } from '../../../constructs/core/platform';
import { External } from '../../../constructs/core/party';
import { manifest, manifests, problemsOf } from '../core/fixture';
import { clusterAgent, clusterPlatform, DEV, LABELS } from './cluster-fixture';

interface Job {
  readonly job_name: string;
  readonly [key: string]: unknown;
}

function jobsOf(platform: Platform, config: string, file: string): Job[] {
  const { data } = manifest(platform, 'ConfigMap', config) as unknown as { data: Record<string, string> };
  return (parse(data[file] ?? '') as { scrape_configs: Job[] }).scrape_configs;
}

function withPrometheus(): Platform {
  const { platform, api, cluster } = clusterPlatform();
  const outside = new External(platform, 'alertmanager', { description: 'x', cidrs: ['192.0.2.0/24'] });
  new Prometheus(platform, 'prometheus', {
    namespace: 'monitoring',
    kubernetesApi: api,
    scrapes: ['monitoring', 'agents'],
    cluster,
    declared: DEV,
    labels: LABELS,
    alertmanager: outside.listen({
      name: 'alerts',
      port: 9093,
      protocol: 'alertmanager-api',
      signals: ['alerts'],
      access: 'write',
      auth: AuthScheme.none(),
    }),
    rules: () => ({ groups: [] }),
    retention: Duration.days(15),
    volume: { size: Size.gibibytes(20), storageClass: 'gp3' },
  });
  return platform;
}

const { platform } = clusterAgent();
complete(platform);
const jobs = jobsOf(platform, 'vmagent-config', 'scrape.yml');
const job = (name: string): Job | undefined => jobs.find(({ job_name: each }) => each === name);

const TOKEN = {
  authorization: { credentials_file: '/var/run/secrets/kubernetes.io/serviceaccount/token' },
  tls_config: { ca_file: '/var/run/secrets/kubernetes.io/serviceaccount/ca.crt' },
};

test('exporters, kubelets, cAdvisor, API servers, annotated pods, and the agent itself', () => {
  expect(jobs.map(({ job_name: name }) => name)).toEqual([
    'node-exporter',
    'kube-state-metrics',
    'kubelet',
    'cadvisor',
    'api-server',
    'pods-9102',
    'pods-9113',
    'vmagent',
  ]);
});

test('kubelets are found by node, asked with the token, and checked against the cluster’s CA', () => {
  const relabel = [
    { source_labels: ['__meta_kubernetes_node_name'], target_label: 'node' },
    { source_labels: ['__meta_kubernetes_node_name'], target_label: 'instance' },
  ];
  const node = {
    scheme: 'https',
    ...TOKEN,
    kubernetes_sd_configs: [{ role: 'node' }],
    relabel_configs: relabel,
  };
  expect(job('kubelet')).toEqual({ job_name: 'kubelet', metrics_path: '/metrics', ...node });
  expect(job('cadvisor')).toEqual({
    job_name: 'cadvisor',
    metrics_path: '/metrics/cadvisor',
    // Its `namespace` and `pod` are those of the containers.
    honor_labels: true,
    ...node,
  });
});

test('each API server is asked by its own address, under the name that its certificate always has', () => {
  expect(job('api-server')).toEqual({
    job_name: 'api-server',
    metrics_path: '/metrics',
    scheme: 'https',
    authorization: TOKEN.authorization,
    tls_config: { ...TOKEN.tls_config, server_name: 'kubernetes' },
    kubernetes_sd_configs: [{ role: 'endpointslice', namespaces: { names: ['default'] } }],
    relabel_configs: [
      { action: 'keep', source_labels: ['__meta_kubernetes_service_name'], regex: 'kubernetes' },
      { action: 'keep', source_labels: ['__meta_kubernetes_endpointslice_port_name'], regex: 'https' },
    ],
  });
});

test('annotated pods, on the declared ports alone', () => {
  expect(job('pods-9102')?.kubernetes_sd_configs).toEqual([{ role: 'pod' }]);
  expect(job('pods-9102')?.relabel_configs).toEqual([
    {
      action: 'keep',
      source_labels: ['__meta_kubernetes_pod_annotation_prometheus_io_scrape'],
      regex: 'true',
    },
    {
      action: 'keep',
      source_labels: ['__meta_kubernetes_pod_annotation_prometheus_io_port'],
      regex: '9102',
    },
    { action: 'drop', source_labels: ['__meta_kubernetes_pod_phase'], regex: 'Pending|Succeeded|Failed' },
    {
      source_labels: ['__meta_kubernetes_pod_annotation_prometheus_io_path'],
      regex: '(.+)',
      target_label: '__metrics_path__',
    },
    {
      source_labels: ['__meta_kubernetes_pod_ip', '__meta_kubernetes_pod_annotation_prometheus_io_port'],
      separator: ':',
      target_label: '__address__',
    },
    { source_labels: ['__meta_kubernetes_namespace'], target_label: 'namespace' },
    { source_labels: ['__meta_kubernetes_pod_name'], target_label: 'pod' },
    { source_labels: ['__meta_kubernetes_pod_name'], target_label: 'instance' },
  ]);
});

test('what is on each node is called after it; what is about other pods keeps their names', () => {
  expect(job('node-exporter')?.relabel_configs).toEqual(
    expect.arrayContaining([
      { source_labels: ['__meta_kubernetes_pod_node_name'], target_label: 'node' },
      { source_labels: ['__meta_kubernetes_pod_node_name'], target_label: 'instance' },
    ]),
  );
  expect(job('kube-state-metrics')).toMatchObject({ honor_labels: true });
  expect(JSON.stringify(job('kube-state-metrics')?.relabel_configs)).not.toContain('"target_label":"pod"');
});

test('it may read, and of the nodes’ kubelets nothing but metrics', () => {
  const roles = manifests(platform).filter(
    ({ kind, metadata }) => kind.endsWith('Role') && metadata.name === 'vmagent',
  ) as unknown as { kind: string; metadata: { namespace?: string }; rules: object[] }[];
  const read = ['get', 'list', 'watch'];
  const pods = { apiGroups: [''], resources: ['pods'], verbs: read };
  expect(roles.map(({ kind, metadata, rules }) => [kind, metadata.namespace, rules])).toEqual([
    ['Role', 'monitoring', [pods]],
    ['Role', 'agents', [pods]],
    [
      'Role',
      'default',
      [
        { apiGroups: [''], resources: ['services', 'pods'], verbs: read },
        { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: read },
      ],
    ],
    [
      'ClusterRole',
      undefined,
      [
        { apiGroups: [''], resources: ['nodes'], verbs: read },
        { apiGroups: [''], resources: ['nodes/metrics'], verbs: ['get'] },
        { nonResourceURLs: ['/metrics'], verbs: ['get'] },
        pods,
      ],
    ],
  ]);
});

test('the network is open to those ports and no others', () => {
  const { spec } = manifest(platform, 'NetworkPolicy', 'vmagent') as unknown as {
    spec: { egress: { to: { ipBlock?: { cidr: string } }[]; ports: { port: number }[] }[] };
  };
  const opened = spec.egress.flatMap(({ to, ports }) =>
    to.flatMap(({ ipBlock }) => (ipBlock === undefined ? [] : [`${ipBlock.cidr}:${ports[0]?.port ?? ''}`])),
  );
  expect(opened.sort()).toEqual([
    '10.1.0.0/24:443',
    '10.20.0.0/16:10250',
    '10.20.0.0/16:9100',
    '10.20.0.4/32:443',
    '10.30.0.0/16:9102',
    '10.30.0.0/16:9113',
  ]);
});

test('Prometheus scrapes the same, with the same rights', () => {
  const other = withPrometheus();
  expect(problemsOf(other)).toBe(
    [
      'test/prometheus: http = 9090',
      '  rule:   nobody connects to this endpoint: an open port that serves no one',
      '  remedy: give it to a consumer, or leave it out',
    ].join('\n'),
  );
  const own = jobsOf(other, 'prometheus-config', 'prometheus.yml');
  const ofCluster = (all: Job[]): Job[] =>
    all.filter(({ job_name: name }) => name !== 'vmagent' && name !== 'prometheus');
  expect(ofCluster(own)).toEqual(ofCluster(jobs));
  const rightsOf = (of: Platform, name: string): unknown[] =>
    manifests(of)
      .filter(({ kind, metadata }) => kind.endsWith('Role') && metadata.name === name)
      .map((role) => (role as unknown as { rules: unknown }).rules);
  expect(rightsOf(other, 'prometheus')).toEqual(rightsOf(platform, 'vmagent'));
});

describe('mistakes', () => {
  test('nobody says how large the cluster is', () => {
    const { platform: undeclared } = clusterAgent(() => ({}), {}, {});
    expect(problemsOf(undeclared)).toBe(
      [
        'test/vmagent: declared = "none"',
        '  rule:   how many nodes and pods a cluster has is not known here, and so not what scraping them gives',
        '  remedy: declare activeSeries and samplesPerSecond of the cluster',
      ].join('\n'),
    );
  });

  test('series, interval and samples do not fit together', () => {
    const { platform: wrong } = clusterAgent(() => ({
      declared: { activeSeries: 10_000, samplesPerSecond: 3000 },
    }));
    expect(problemsOf(wrong)).toBe(
      [
        'test/vmagent: declared.samplesPerSecond = 3000',
        '  rule:   10000 series scraped every 30 s give 333 samples/s',
        '  remedy: correct activeSeries, samplesPerSecond or the interval',
      ].join('\n'),
    );
  });
});
