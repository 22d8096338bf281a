/**
 * How Loki with Alloy is wired, what it asks of three nodes, and what an operator can get wrong in its values.
 */
import { Duration, Size } from 'cdk8s';
import { parse } from 'yaml';
import { complete } from '../../../constructs/core/complete';
import type { Platform } from '../../../constructs/core/platform';
import { Workload } from '../../../constructs/core/workload';
import { bytesOf } from '../../../constructs/core/quantity';
import { lokiAlloy } from '../../../constructs/systems/loki-alloy';
import type { LokiAlloyProps } from '../../../constructs/systems/loki-alloy-props';
import { ANTON } from '../../../stacks/environments/anton';
import { manifest, manifests, problemsOf } from '../core/fixture';
import { configText } from '../store/log-and-trace-fixture';

function built(props: Partial<LokiAlloyProps> = {}): Platform {
  const platform = lokiAlloy({ ...ANTON, ...props });
  complete(platform);
  return platform;
}

test('who talks to whom', () => {
  expect(
    built()
      .graph.connections.map(({ from, to, signals }) => `${from.id} → ${to.owner.id}: ${signals.join(', ')}`)
      .sort(),
  ).toEqual([
    'alloy → kubernetes-api: coordination',
    'alloy → loki-gateway: logs',
    'grafana → loki-gateway: queries',
    'grafana-tailscale-proxy → grafana: web',
    'loki → rook-ceph-rgw-storage: objects',
    'loki → rook-ceph-rgw-storage: objects',
    'loki-canary → loki-gateway: logs',
    'loki-canary → loki-gateway: queries',
    'loki-gateway → loki: logs',
    'loki-gateway → loki: queries',
    'prometheus → alloy: metrics',
    'prometheus → loki-canary: metrics',
    'prometheus → loki: metrics',
    'tailnet → grafana-tailscale-proxy: web',
  ]);
});

interface Policy {
  readonly ingress: readonly {
    readonly from: readonly {
      readonly namespaceSelector: { readonly matchLabels: Record<string, string> };
      readonly podSelector: { readonly matchLabels: Record<string, string> };
    }[];
    readonly ports: readonly { readonly port: number }[];
  }[];
}

test('the gateway lets in the agents, the canary and that one Grafana, and nobody else', () => {
  const { ingress } = manifest(built(), 'NetworkPolicy', 'loki-gateway').spec as unknown as Policy;
  expect(ingress.flatMap(({ ports }) => ports.map(({ port }) => port))).toEqual([80, 80, 80]);
  expect(
    ingress
      .flatMap(({ from }) => from)
      .map(({ namespaceSelector, podSelector }) => [
        namespaceSelector.matchLabels['kubernetes.io/metadata.name'],
        podSelector.matchLabels['app.kubernetes.io/name'],
      ])
      .sort(),
  ).toEqual([
    ['grafana', 'grafana'],
    ['monitoring', 'alloy'],
    ['monitoring', 'loki-canary'],
  ]);
});

test('Loki keeps the document’s figures in the keys that Loki 3 knows', () => {
  const loki = built().components.find(({ node }) => node.id === 'loki');
  const config = parse(loki === undefined ? '' : configText(loki, 'config.yaml')) as Record<string, object>;
  expect(config.limits_config).toMatchObject({
    retention_period: '168h',
    max_global_streams_per_user: 10_000,
  });
  expect(config.compactor).toMatchObject({
    compaction_interval: '10m',
    retention_enabled: true,
    retention_delete_delay: '2h',
    retention_delete_worker_count: 150,
    delete_request_store: 's3',
  });
  expect(config.schema_config).toMatchObject({ configs: [{ store: 'tsdb', object_store: 's3' }] });
  expect(JSON.stringify(config)).not.toMatch(/boltdb|shared_store/);
});

describe('what it asks of the nodes', () => {
  const requests = (id: string): { cpuMillis: number; mebibytes: number } => {
    const workload = built().graph.parties.find((party) => party.id === id);
    if (!(workload instanceof Workload)) throw new Error(`no workload ${id}`);
    const { cpuMillis, memory } = workload.spec.container.resources;
    return { cpuMillis, mebibytes: bytesOf(memory) / 1024 ** 2 };
  };
  const total = (pods: readonly (readonly [string, number])[]) =>
    pods.reduce(
      (sum, [id, count]) => ({
        cpuMillis: sum.cpuMillis + requests(id).cpuMillis * count,
        mebibytes: sum.mebibytes + requests(id).mebibytes * count,
      }),
      { cpuMillis: 0, mebibytes: 0 },
    );

  test('five pods of the document’s sizes', () => {
    expect(
      total([
        ['loki', 1],
        ['loki-gateway', 1],
        ['alloy', 3],
      ]),
    ).toEqual({ cpuMillis: 2600, mebibytes: 3712 });
  });

  test('the document’s total of 2100m and 3.2Gi counts two of its three agents', () => {
    expect(
      total([
        ['loki', 1],
        ['loki-gateway', 1],
        ['alloy', 2],
      ]),
    ).toEqual({ cpuMillis: 2100, mebibytes: 3200 });
  });
});

test('what lies in Ceph at the declared lines is the document’s 50 GB, a fortieth of what there is room for', () => {
  const { derivations } = built();
  const value = (what: string): number =>
    Number(derivations.find((one) => one.component === 'object-store' && one.what === what)?.value);
  expect(value('raw bytes')).toBe(6e12);
  expect(value('usable bytes')).toBe(2e12);
  expect(value('bytes in use') / 1e9).toBeCloseTo(48.4, 1);
  expect(value('bytes in use') / value('usable bytes')).toBeCloseTo(0.025, 2);
});

describe('for the Grafana and the Prometheus that are there already', () => {
  test('the data source asks the gateway', () => {
    const platform = built();
    const sources = manifest(platform, 'ConfigMap', 'loki-grafana-data-source') as unknown as {
      readonly metadata: { readonly namespace: string; readonly labels: Record<string, string> };
      readonly data: Record<string, string>;
    };
    expect(sources.metadata.namespace).toBe('grafana');
    expect(sources.metadata.labels.grafana_datasource).toBe('1');
    expect(parse(sources.data['loki-data-source.yaml'] ?? '')).toEqual({
      apiVersion: 1,
      datasources: [
        {
          name: 'Logs',
          uid: 'logs',
          type: 'loki',
          access: 'proxy',
          url: 'http://loki-gateway.monitoring.svc.cluster.local:80',
          jsonData: { maxLines: 1000 },
        },
      ],
    });
  });

  test('dashboards carry the label of its sidecar and ask its own data source', () => {
    const { data, metadata } = manifest(built(), 'ConfigMap', 'loki-grafana-dashboards') as unknown as {
      readonly metadata: { readonly labels: Record<string, string> };
      readonly data: Record<string, string>;
    };
    expect(metadata.labels.grafana_dashboard).toBe('1');
    expect(Object.keys(data)).toEqual([
      'alerting.json',
      'end-to-end-latency.json',
      'objectives.json',
      'store-ceph.json',
      'store-loki.json',
      'stores-filling.json',
      'telemetry-arriving.json',
      'telemetry-dropped.json',
      'telemetry-senders.json',
      'telemetry-stuck.json',
    ]);
    expect([...new Set(data['store-loki.json']?.match(/"uid": "prometheus"/g))]).toHaveLength(1);
    for (const dashboard of Object.values(data)) expect(dashboard).not.toContain('"uid": "metrics"');
  });

  test('a monitor for each endpoint with metrics, each pod once, under the job that alerts know', () => {
    const platform = built();
    const monitors = manifests(platform).filter(({ kind }) => kind === 'ServiceMonitor');
    expect(monitors.map(({ metadata }) => metadata.name).sort()).toEqual(['alloy', 'loki', 'loki-canary']);
    const loki = manifest(platform, 'ServiceMonitor', 'loki');
    expect(loki.metadata.labels).toMatchObject({ release: 'kube-prometheus-stack' });
    expect(loki.spec).toEqual({
      namespaceSelector: { matchNames: ['monitoring'] },
      selector: {
        matchLabels: { 'app.kubernetes.io/name': 'loki', 'app.kubernetes.io/component': 'loki' },
      },
      endpoints: [
        {
          port: 'http',
          path: '/metrics',
          interval: '30s',
          scrapeTimeout: '10s',
          relabelings: [
            { action: 'keep', sourceLabels: ['__meta_kubernetes_service_name'], regex: 'loki' },
            { action: 'replace', targetLabel: 'job', replacement: 'loki' },
          ],
        },
      ],
    });
  });

  test('one PrometheusRule with all alerts', () => {
    const { spec, metadata } = manifest(built(), 'PrometheusRule', 'loki-alloy-rules');
    expect(metadata.labels).toMatchObject({ release: 'kube-prometheus-stack' });
    const { groups } = spec as unknown as { groups: { name: string; rules: { alert?: string }[] }[] };
    const alerts = groups.map(({ name, rules }) => [name, rules.flatMap(({ alert }) => alert ?? [])]);
    expect(Object.fromEntries(alerts)).toMatchObject({
      targets: ['ScrapingDown', 'ComponentDown', 'ComponentDown', 'ReplicaDown', 'ComponentDown'],
      'dead-man': ['Watchdog'],
      loki: ['NoLogsArrive', 'LinesDiscarded', 'RequestsFail', 'QueriesSlow'],
      'loki-parts': ['ChunksNotStored', 'WriteAheadLogFilling', 'RingUnhealthy', 'RetentionStalled'],
      'loki-canary': ['LinesMissing', 'LinesLate'],
      'loki-streams': ['StreamsNearLimit'],
      'storage.rgw.buckets.data-room': ['PoolFilling', 'PoolGrowing'],
      resources: ['MemoryNearLimit', 'CpuNearLimit'],
      objectives: ['ErrorBudgetBurnsFast', 'ErrorBudgetBurns'],
    });
  });
});

describe('mistakes in the values', () => {
  const problems = (props: Partial<LokiAlloyProps>): string => problemsOf(lokiAlloy({ ...ANTON, ...props }));

  test('disks that do not hold the retention', () => {
    expect(problems({ ceph: { ...ANTON.ceph, disks: { count: 3, bytesEach: 5e10 } } })).toContain(
      'it fits into 3 disks × 46.6 GiB ÷ 3 copies = 46.6 GiB, of which Ceph wants 15 % free: 390.6 KiB/s × 168 h ÷ 5 (compression)',
    );
  });

  test('an outage that the log files of a node do not bridge', () => {
    expect(problems({ survivesOutage: Duration.hours(2) })).toContain(
      'anton/alloy: delivery to loki-gateway/http (logs)',
    );
  });

  test('a volume that does not hold the write-ahead log', () => {
    expect(problems({ logs: { ...ANTON.logs, volume: Size.mebibytes(500) } })).toContain(
      'anton/loki: volume.size = "500Mi"',
    );
  });
});
