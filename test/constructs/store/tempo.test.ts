import { Duration, Size } from 'cdk8s';
import { parse } from 'yaml';
import { complete } from '../../../constructs/core/complete';
import type { Platform } from '../../../constructs/core/platform';
import { Tempo, type TempoProps } from '../../../constructs/store/tempo';
import { manifest, problemsOf, testPlatform } from '../core/fixture';
import { argsOf, blobContainer, configText, useAll } from './log-and-trace-fixture';

function made(props: Partial<TempoProps> = {}): { platform: Platform; tempo: Tempo } {
  const platform = testPlatform();
  const tempo = new Tempo(platform, 'tempo', {
    namespace: 'store',
    retention: Duration.days(7),
    blocks: blobContainer(platform, 'tempo-blocks'),
    volume: { size: Size.gibibytes(10), storageClass: 'managed' },
    load: { eventsPerSecond: 5000, bytesPerSecond: 2_500_000 },
    ...props,
  });
  useAll(platform, [tempo.otlp, tempo.query, ...tempo.metrics]);
  return { platform, tempo };
}

test('the configuration of the single binary: no Kafka, no gossip', () => {
  const { platform, tempo } = made();
  complete(platform);
  expect(parse(configText(tempo, 'tempo.yaml'))).toEqual({
    stream_over_http_enabled: true,
    shutdown_delay: '10s',
    memory: { automemlimit_enabled: true, automemlimit_ratio: 0.8 },
    server: { http_listen_port: 3200, grpc_listen_port: 9095, log_format: 'json' },
    usage_report: { reporting_enabled: false },
    distributor: {
      receivers: {
        otlp: {
          protocols: {
            grpc: { endpoint: '0.0.0.0:4317', max_recv_msg_size_mib: 16 },
            http: { endpoint: '0.0.0.0:4318' },
          },
        },
      },
    },
    live_store: {
      complete_block_timeout: '1200s',
      wal: { path: '/var/tempo/live-store/traces' },
      shutdown_marker_dir: '/var/tempo/live-store/shutdown-marker',
    },
    backend_scheduler: {
      local_work_path: '/var/tempo/scheduler',
      provider: { compaction: { compaction: { block_retention: '168h' } } },
    },
    backend_worker: { compaction: { block_retention: '168h' } },
    storage: {
      trace: {
        backend: 'azure',
        azure: {
          container_name: 'tempo-blocks',
          storage_account_name: '${cloud:account}',
          use_federated_token: true,
        },
        wal: { path: '/var/tempo/wal' },
      },
    },
    overrides: {
      defaults: {
        ingestion: {
          rate_strategy: 'local',
          rate_limit_bytes: 30_000_000,
          burst_size_bytes: 30_000_000,
          max_traces_per_user: 150_000,
        },
      },
    },
  });
});

test('one pod with its volume; nothing is taken from the environment', () => {
  const { platform } = made();
  const tempo = manifest(platform, 'StatefulSet', 'tempo');
  expect(argsOf(tempo)).toEqual(['-config.file=/etc/tempo/tempo.yaml', '-target=all']);
  expect(tempo.spec).toMatchObject({
    replicas: 1,
    template: {
      metadata: { labels: { 'azure.workload.identity/use': 'true' } },
      spec: {
        terminationGracePeriodSeconds: 120,
        securityContext: { runAsUser: 10001, fsGroup: 10001 },
        containers: [
          {
            image: 'docker.io/grafana/tempo:3.0.3',
            readinessProbe: { httpGet: { path: '/ready', port: 3200 } },
            livenessProbe: { httpGet: { path: '/api/status/buildinfo', port: 3200 } },
            volumeMounts: [{ mountPath: '/etc/tempo' }, { mountPath: '/tmp' }, { mountPath: '/var/tempo' }],
          },
        ],
      },
    },
  });
});

test('what it gives; gRPC only for whoever asks', () => {
  const { platform, tempo } = made();
  expect(tempo.otlp.url).toBe('http://tempo.store.svc.cluster.local:4318');
  expect(tempo.query.url).toBe('http://tempo.store.svc.cluster.local:3200');
  expect(tempo.metrics.map(({ url }) => url)).toEqual(['http://tempo.store.svc.cluster.local:3200/metrics']);
  expect(platform.graph.endpoints.map(({ port }) => port)).not.toContain(4317);
  expect(tempo.otlpGrpc.hostPort).toBe('tempo.store.svc.cluster.local:4317');
  expect(tempo.otlpGrpc).toBe(tempo.otlpGrpc);
});

test('more than one binary carries', () => {
  const { platform } = made({
    load: { eventsPerSecond: 80_000, bytesPerSecond: 40_000_000 },
    volume: { size: Size.gibibytes(100), storageClass: 'managed' },
  });
  expect(problemsOf(platform)).toBe(
    [
      'test/tempo: load = "38.1 MiB/s"',
      '  rule:   one Tempo binary carries 23.8 MiB/s, and there can be only one',
      '  remedy: use TempoDistributed, or send fewer spans (sampling)',
    ].join('\n'),
  );
});

test('a volume too small for twenty minutes of spans', () => {
  const { platform } = made({ volume: { size: Size.gibibytes(2), storageClass: 'managed' } });
  expect(problemsOf(platform)).toBe(
    [
      'test/tempo: volume.size = "2Gi"',
      '  rule:   the volume of a live-store holds the spans of the last 20 minutes: 2.4 MiB/s × 1200 s + 50 % = 4.2 GiB',
      '  remedy: make it 5Gi or larger',
    ].join('\n'),
  );
});

test('a retention that is not in whole hours', () => {
  const { platform } = made({ retention: Duration.minutes(90) });
  expect(problemsOf(platform)).toBe(
    [
      'test/tempo: retention = "1.5h"',
      '  rule:   Tempo deletes whole blocks, which span about an hour: the retention is a whole number of hours',
      '  remedy: use Duration.hours(2)',
    ].join('\n'),
  );
});
