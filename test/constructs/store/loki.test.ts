import { Duration, Size } from 'cdk8s';
import { parse } from 'yaml';
import { complete } from '../../../constructs/core/complete';
import type { Platform } from '../../../constructs/core/platform';
import { Loki, type LokiProps } from '../../../constructs/store/loki';
import { manifest, problemsOf, testPlatform } from '../core/fixture';
import { argsOf, blobContainer, configText, useAll } from './log-and-trace-fixture';

function made(
  props: Partial<LokiProps> = {},
  survivesOutage = Duration.hours(1),
): { platform: Platform; loki: Loki } {
  const platform = testPlatform({ survivesOutage });
  const loki = new Loki(platform, 'loki', {
    namespace: 'store',
    retention: Duration.days(7),
    chunks: blobContainer(platform, 'loki-chunks'),
    volume: { size: Size.gibibytes(10), storageClass: 'managed' },
    schemaFrom: '2026-01-01',
    load: { eventsPerSecond: 2000, bytesPerSecond: 1_000_000 },
    ...props,
  });
  useAll(platform, [loki.otlp, loki.query, ...loki.metrics]);
  return { platform, loki };
}

test('the configuration of the single binary', () => {
  const { platform, loki } = made();
  complete(platform);
  expect(parse(configText(loki, 'config.yaml'))).toEqual({
    auth_enabled: false,
    analytics: { reporting_enabled: false },
    server: {
      http_listen_port: 3100,
      grpc_listen_port: 9095,
      log_format: 'json',
      grpc_server_max_recv_msg_size: 16_777_216,
      grpc_server_max_send_msg_size: 16_777_216,
      graceful_shutdown_timeout: '30s',
    },
    common: {
      path_prefix: '/var/loki',
      replication_factor: 1,
      storage: {
        azure: {
          container_name: 'loki-chunks',
          account_name: '${cloud:account}',
          use_federated_token: true,
        },
      },
      ring: { kvstore: { store: 'inmemory' } },
    },
    distributor: {
      otlp_config: {
        default_resource_attributes_as_index_labels: [
          'service.name',
          'service.namespace',
          'deployment.environment.name',
          'cloud.region',
          'k8s.cluster.name',
          'k8s.namespace.name',
          'k8s.deployment.name',
          'k8s.statefulset.name',
          'k8s.daemonset.name',
          'k8s.cronjob.name',
          'k8s.container.name',
        ],
      },
    },
    ingester: {
      chunk_encoding: 'zstd',
      wal: {
        enabled: true,
        dir: '/var/loki/wal',
        flush_on_shutdown: true,
        replay_memory_ceiling: 805_306_368,
      },
    },
    schema_config: {
      configs: [
        {
          from: '2026-01-01',
          store: 'tsdb',
          object_store: 'azure',
          schema: 'v13',
          index: { prefix: 'index_', period: '24h' },
        },
      ],
    },
    storage_config: {
      tsdb_shipper: {
        active_index_directory: '/var/loki/tsdb-index',
        cache_location: '/var/loki/tsdb-cache',
      },
    },
    limits_config: {
      retention_period: '168h',
      allow_structured_metadata: true,
      ingestion_rate_mb: 4,
      ingestion_burst_size_mb: 8,
      max_global_streams_per_user: 100_000,
      max_label_names_per_series: 15,
      reject_old_samples: true,
      reject_old_samples_max_age: '168h',
      shard_streams: { enabled: true, time_sharding_enabled: true },
      split_queries_by_interval: '1h',
      volume_enabled: true,
    },
    ruler: { storage: { type: 'local', local: { directory: '/var/loki/rules' } } },
    compactor: {
      working_directory: '/var/loki/compactor',
      compaction_interval: '10m',
      retention_enabled: true,
      retention_delete_delay: '2h',
      retention_delete_worker_count: 150,
      delete_request_store: 'azure',
    },
  });
});

test('one pod with its volume, as the identity that may use the container', () => {
  const { platform } = made();
  const loki = manifest(platform, 'StatefulSet', 'loki');
  expect(argsOf(loki)).toEqual(['-config.file=/etc/loki/config.yaml', '-target=all']);
  expect(loki.spec).toMatchObject({
    replicas: 1,
    volumeClaimTemplates: [
      {
        metadata: { name: 'data' },
        spec: { storageClassName: 'managed', resources: { requests: { storage: '10Gi' } } },
      },
    ],
    template: {
      metadata: { labels: { 'azure.workload.identity/use': 'true' } },
      spec: {
        terminationGracePeriodSeconds: 300,
        containers: [
          {
            readinessProbe: { httpGet: { path: '/ready', port: 3100 } },
            // Being not ready is no reason to be killed.
            livenessProbe: { httpGet: { path: '/loki/api/v1/status/buildinfo', port: 3100 } },
            startupProbe: { failureThreshold: 60, periodSeconds: 10 },
          },
        ],
      },
    },
  });
});

test('what it gives', () => {
  const { loki } = made();
  expect(loki.otlp.url).toBe('http://loki.store.svc.cluster.local:3100/otlp');
  expect(loki.query.url).toBe('http://loki.store.svc.cluster.local:3100');
  expect(loki.metrics.map(({ url }) => url)).toEqual(['http://loki.store.svc.cluster.local:3100/metrics']);
});

test('the push port is open for whoever asks, and dangles for nobody', () => {
  const { platform, loki } = made();
  expect(platform.graph.endpoints.map(({ path }) => path)).not.toContain('/loki/api/v1/push');
  expect(loki.push.url).toBe('http://loki.store.svc.cluster.local:3100/loki/api/v1/push');
  expect(loki.push).toBe(loki.push);
});

test('limits follow the load, and each can be set alone', () => {
  const rate = (props: Partial<LokiProps>): unknown => {
    const { loki } = made(props);
    const { limits_config } = parse(configText(loki, 'config.yaml')) as {
      limits_config: { ingestion_rate_mb: number; max_global_streams_per_user: number };
    };
    return [limits_config.ingestion_rate_mb, limits_config.max_global_streams_per_user];
  };
  const load = { eventsPerSecond: 20_000, bytesPerSecond: 10 * 1024 ** 2 };
  const volume = { size: Size.gibibytes(100), storageClass: 'managed' };
  expect(rate({ load, volume })).toEqual([20, 100_000]);
  expect(rate({ load, volume, limits: { maxStreams: 5, ingestionRateMb: undefined } })).toEqual([20, 5]);
});

test('a retention that is no multiple of a day', () => {
  const { platform } = made({ retention: Duration.hours(36) });
  expect(problemsOf(platform)).toBe(
    [
      'test/loki: retention = "36h"',
      '  rule:   Loki deletes whole index tables of 24h: the retention is a multiple of 24h, at least 24h',
      '  remedy: use Duration.days(2)',
    ].join('\n'),
  );
});

test.each(['2026-13-01', '2026-02-30', '1 January 2026', '2026-1-1'])('a schema that begins on %s', (day) => {
  const { platform } = made({ schemaFrom: day });
  expect(problemsOf(platform)).toBe(
    [
      `test/loki: schemaFrom = ${JSON.stringify(day)}`,
      '  rule:   a period of the schema begins on a day, written as YYYY-MM-DD',
      '  remedy: give the day of the first deployment, and never change it afterwards',
    ].join('\n'),
  );
});

test('records refused that an outage only delayed', () => {
  const { platform } = made({ acceptsDelayed: Duration.hours(2) }, Duration.hours(4));
  expect(problemsOf(platform)).toBe(
    [
      'test/loki: acceptsDelayed = "2h"',
      '  rule:   records that waited through an outage of 4 h 0 min are replayed afterwards, and Loki refuses what is older than this',
      '  remedy: accept at least as much delay as the environment survives (survivesOutage)',
    ].join('\n'),
  );
});

test('a volume too small for the log of the declared load', () => {
  const { platform } = made({ load: { eventsPerSecond: 20_000, bytesPerSecond: 10_000_000 } });
  expect(problemsOf(platform)).toBe(
    [
      'test/loki: volume.size = "10Gi"',
      '  rule:   the volume of an ingester holds its write-ahead log and the index being built: 9.5 MiB/s × (2 × 300 s of log segments + 7200 s of open chunks ÷ 5) + 10 % for the index = 20.9 GiB',
      '  remedy: make it 21Gi or larger',
    ].join('\n'),
  );
});
