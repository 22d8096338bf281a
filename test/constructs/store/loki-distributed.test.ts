import { Duration, Size } from 'cdk8s';
import { parse } from 'yaml';
import { complete } from '../../../constructs/core/complete';
import type { Platform } from '../../../constructs/core/platform';
import { LokiDistributed, type LokiDistributedProps } from '../../../constructs/store/loki-distributed';
import { lokiSizes } from '../../../constructs/store/loki-sizing';
import { manifest, problemsOf, testPlatform } from '../core/fixture';
import {
  argsOf,
  blobContainer,
  configText,
  gossipMembers,
  innerConnections,
  objectStoreUsers,
  useAll,
} from './log-and-trace-fixture';

const TERABYTE_A_DAY = 1e12 / 86_400;
const load = (bytesPerSecond: number) => ({ eventsPerSecond: bytesPerSecond / 500, bytesPerSecond });

function made(
  props: Partial<LokiDistributedProps> = {},
  zones = 3,
): { platform: Platform; loki: LokiDistributed } {
  const platform = testPlatform({ zones, tier: 'prod', survivesOutage: Duration.hours(4) });
  const loki = new LokiDistributed(platform, 'loki', {
    namespace: 'store',
    retention: Duration.days(30),
    chunks: blobContainer(platform, 'loki-chunks'),
    volumes: {
      storageClass: 'managed',
      ingester: Size.gibibytes(50),
      indexGateway: Size.gibibytes(20),
      compactor: Size.gibibytes(30),
    },
    schemaFrom: '2026-01-01',
    load: load(3 * TERABYTE_A_DAY),
    ...props,
  });
  useAll(platform, [loki.otlp, loki.query, ...loki.metrics]);
  return { platform, loki };
}

test('the configuration says where the parts find each other', () => {
  const { platform, loki } = made();
  complete(platform);
  expect(parse(configText(loki, 'config.yaml'))).toMatchObject({
    common: {
      replication_factor: 3,
      ring: { kvstore: { store: 'memberlist' } },
      compactor_grpc_address: 'loki-compactor-headless.store.svc.cluster.local:9095',
    },
    memberlist: {
      bind_port: 7946,
      join_members: [
        'dns+loki-ingester-a-headless.store.svc.cluster.local:7946',
        'dns+loki-ingester-b-headless.store.svc.cluster.local:7946',
        'dns+loki-ingester-c-headless.store.svc.cluster.local:7946',
      ],
      abort_if_cluster_join_fails: false,
      rejoin_interval: '1m',
    },
    ingester: {
      wal: { replay_memory_ceiling: 3_221_225_472 },
      lifecycler: { ring: { zone_awareness_enabled: true } },
    },
    storage_config: {
      tsdb_shipper: {
        index_gateway_client: {
          server_address: 'dns+loki-index-gateway-headless.store.svc.cluster.local:9095',
        },
      },
    },
    frontend: { tail_proxy_url: 'http://loki-querier.store.svc.cluster.local:3100' },
    frontend_worker: { frontend_address: 'loki-query-frontend-headless.store.svc.cluster.local:9095' },
    limits_config: { ingestion_rate_mb: 67, retention_period: '720h' },
  });
});

test('the names in the configuration are those of the Services', () => {
  const { platform, loki } = made();
  const hosts = configText(loki, 'config.yaml').match(/loki-[a-z-]+(?=\.store\.svc)/g) ?? [];
  const services = [...new Set(hosts)].map((name) => manifest(platform, 'Service', name).metadata.name);
  expect(services.sort()).toEqual([
    'loki-compactor-headless',
    'loki-index-gateway-headless',
    'loki-ingester-a-headless',
    'loki-ingester-b-headless',
    'loki-ingester-c-headless',
    'loki-querier',
    'loki-query-frontend-headless',
  ]);
});

test('who talks to whom, and to nobody else', () => {
  const { platform } = made();
  // The same as real processes of Loki 3.7.8 were seen to open with this configuration.
  expect(innerConnections(platform, 'loki')).toEqual([
    'loki-distributor → loki-ingester-a:9095',
    'loki-distributor → loki-ingester-b:9095',
    'loki-distributor → loki-ingester-c:9095',
    'loki-querier → loki-compactor:9095',
    'loki-querier → loki-index-gateway:9095',
    'loki-querier → loki-ingester-a:9095',
    'loki-querier → loki-ingester-b:9095',
    'loki-querier → loki-ingester-c:9095',
    'loki-querier → loki-query-frontend:9095',
    'loki-query-frontend → loki-compactor:9095',
    'loki-query-frontend → loki-querier:3100',
  ]);
  expect(gossipMembers(platform)).toEqual([
    'loki-compactor',
    'loki-distributor',
    'loki-ingester-a',
    'loki-ingester-b',
    'loki-ingester-c',
    'loki-querier',
  ]);
  expect(objectStoreUsers(platform)).toEqual([
    'loki-compactor',
    'loki-index-gateway',
    'loki-ingester-a',
    'loki-ingester-b',
    'loki-ingester-c',
    'loki-querier',
  ]);
});

test('each copy of the ingesters keeps to a zone of its own, and one budget covers them', () => {
  const { platform } = made();
  const ingester = manifest(platform, 'StatefulSet', 'loki-ingester-b');
  expect(argsOf(ingester)).toEqual([
    '-config.file=/etc/loki/config.yaml',
    '-target=ingester',
    '-ingester.availability-zone=zone-b',
  ]);
  expect(ingester.spec).toMatchObject({
    replicas: 2,
    volumeClaimTemplates: [{ spec: { resources: { requests: { storage: '50Gi' } } } }],
    template: {
      spec: {
        terminationGracePeriodSeconds: 300,
        affinity: {
          podAntiAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [
              {
                topologyKey: 'topology.kubernetes.io/zone',
                labelSelector: {
                  matchLabels: { 'hyperion.example.com/zone-set': 'loki-ingester' },
                  matchExpressions: [
                    {
                      key: 'app.kubernetes.io/component',
                      operator: 'NotIn',
                      values: ['loki-ingester-b'],
                    },
                  ],
                },
              },
            ],
          },
        },
      },
    },
  });
  expect(manifest(platform, 'PodDisruptionBudget', 'loki-ingester').spec).toEqual({
    maxUnavailable: 1,
    selector: {
      matchLabels: {
        'app.kubernetes.io/name': 'loki',
        'hyperion.example.com/zone-set': 'loki-ingester',
      },
    },
  });
});

test('names of parts that are not ready yet resolve where somebody waits for them', () => {
  const { platform } = made();
  const published = ['loki-ingester-a', 'loki-query-frontend', 'loki-compactor'].map(
    (name) => manifest(platform, 'Service', `${name}-headless`).spec?.publishNotReadyAddresses,
  );
  expect(published).toEqual([true, true, false]);
});

test('the compactor is alone, distributors and queriers scale', () => {
  const { platform } = made();
  expect(manifest(platform, 'StatefulSet', 'loki-compactor').spec).toMatchObject({ replicas: 1 });
  expect(manifest(platform, 'HorizontalPodAutoscaler', 'loki-distributor').spec).toMatchObject({
    minReplicas: 4,
    maxReplicas: 8,
  });
  expect(manifest(platform, 'HorizontalPodAutoscaler', 'loki-querier').spec).toMatchObject({
    minReplicas: 10,
    maxReplicas: 20,
  });
});

test('every part has metrics, and pushes go to the distributors', () => {
  const { loki } = made();
  expect(loki.metrics.map(({ owner }) => owner.id)).toEqual([
    'loki-distributor',
    'loki-ingester-a',
    'loki-ingester-b',
    'loki-ingester-c',
    'loki-query-frontend',
    'loki-querier',
    'loki-index-gateway',
    'loki-compactor',
  ]);
  expect(loki.otlp.url).toBe('http://loki-distributor.store.svc.cluster.local:3100/otlp');
  expect(loki.push.url).toBe('http://loki-distributor.store.svc.cluster.local:3100/loki/api/v1/push');
  expect(loki.query.url).toBe('http://loki-query-frontend.store.svc.cluster.local:3100');
});

test('replicas follow the tables of the sizing guide', () => {
  const replicas = (bytesPerSecond: number): Record<string, number> =>
    Object.fromEntries(
      Object.entries(lokiSizes(load(bytesPerSecond), 3)).map(([part, size]) => [part, size.replicas]),
    );
  expect(replicas(1000)).toEqual({
    distributor: 3,
    ingester: 3,
    querier: 2,
    'query-frontend': 2,
    'index-gateway': 2,
    compactor: 1,
  });
  expect(replicas(3 * TERABYTE_A_DAY)).toEqual({
    distributor: 4,
    ingester: 6,
    querier: 10,
    'query-frontend': 2,
    'index-gateway': 4,
    compactor: 1,
  });
  expect(replicas(10 * TERABYTE_A_DAY)).toEqual({
    distributor: 14,
    ingester: 30,
    querier: 34,
    'query-frontend': 3,
    'index-gateway': 4,
    compactor: 1,
  });
});

test('more load never means fewer replicas', () => {
  const steps = Array.from({ length: 60 }, (_, i) => lokiSizes(load(i * 0.5 * TERABYTE_A_DAY), 3));
  steps.slice(1).forEach((sizes, i) => {
    for (const [part, size] of Object.entries(sizes)) {
      const before = steps[i]?.[part as keyof typeof sizes].replicas ?? 0;
      expect([part, size.replicas >= before]).toEqual([part, true]);
    }
  });
});

test('why there are so many', () => {
  const { platform } = made();
  expect(platform.derivations).toContainEqual({
    component: 'loki',
    what: 'ingester replicas',
    value: '6',
    from: "33.1 MiB/s by Loki's sizing guide",
  });
});

test('three copies need three zones', () => {
  const { platform } = made({}, 2);
  expect(problemsOf(platform)).toBe(
    [
      'test/loki: zones = 2',
      '  rule:   3 copies of what is not flushed yet lie in 3 zones',
      '  remedy: use a cluster of three zones, or Loki (single binary)',
    ].join('\n'),
  );
});

test('a volume too small for an ingester, which gets half of the load with three copies on six', () => {
  const { platform } = made({
    volumes: {
      storageClass: 'managed',
      ingester: Size.gibibytes(20),
      indexGateway: Size.gibibytes(20),
      compactor: Size.gibibytes(20),
    },
  });
  expect(problemsOf(platform)).toBe(
    [
      'test/loki: volumes.ingester = "20Gi"',
      '  rule:   the volume of an ingester holds its write-ahead log and the index being built: 16.6 MiB/s × (2 × 300 s of log segments + 7200 s of open chunks ÷ 5) + 10 % for the index = 36.3 GiB',
      '  remedy: make it 37Gi or larger',
    ].join('\n'),
  );
});

test('all mistakes at once', () => {
  const { platform } = made({ retention: Duration.hours(12), schemaFrom: 'soon' }, 1);
  expect(problemsOf(platform).match(/^test\/loki: \w+/gm)).toEqual([
    'test/loki: zones',
    'test/loki: retention',
    'test/loki: schemaFrom',
  ]);
});
