import { Duration, Size } from 'cdk8s';
import { complete } from '../../../constructs/core/complete';
import type { Platform } from '../../../constructs/core/platform';
import type { LogStore } from '../../../constructs/store/log-store';
import { Loki } from '../../../constructs/store/loki';
import { LokiCanary } from '../../../constructs/store/loki-canary';
import { LokiDistributed } from '../../../constructs/store/loki-distributed';
import { manifest, testPlatform } from '../core/fixture';
import { argsOf, blobContainer, configText, useAll } from './log-and-trace-fixture';

const LOAD = { eventsPerSecond: 1000, bytesPerSecond: 500_000 };

function store(platform: Platform, kind: 'single' | 'distributed'): LogStore {
  const common = {
    namespace: 'store',
    retention: Duration.days(7),
    chunks: blobContainer(platform, 'chunks'),
    schemaFrom: '2026-01-01',
    load: LOAD,
  };
  const size = Size.gibibytes(10);
  const storageClass = 'managed';
  return kind === 'single'
    ? new Loki(platform, 'loki', { ...common, volume: { size, storageClass } })
    : new LokiDistributed(platform, 'loki', {
        ...common,
        volumes: { storageClass, ingester: size, indexGateway: size, compactor: size },
      });
}

function made(kind: 'single' | 'distributed'): { platform: Platform; canary: LokiCanary } {
  const platform = testPlatform({ zones: 3 });
  const loki = store(platform, kind);
  const canary = new LokiCanary(platform, 'loki-canary', {
    namespace: 'store',
    push: loki.push,
    query: loki.query,
  });
  useAll(platform, [loki.otlp, ...loki.metrics, canary.metrics]);
  complete(platform);
  return { platform, canary };
}

test('beside a single binary it speaks with it directly', () => {
  const { platform, canary } = made('single');
  expect(argsOf(manifest(platform, 'Deployment', 'loki-canary'))).toEqual([
    '-push=true',
    '-addr=loki.store.svc.cluster.local:3100',
    '-port=3500',
    '-labelname=pod',
    '-labelvalue=$(POD_NAME)',
    '-streamname=app',
    '-streamvalue=loki-canary',
  ]);
  expect(canary.configs).toEqual([]);
  expect(canary.metrics.url).toBe('http://loki-canary.store.svc.cluster.local:3500/metrics');
});

test('its lines are no telemetry that an outage could lose', () => {
  const { platform } = made('single');
  const writes = platform.graph.connections.filter(
    ({ from, to }) => from.id === 'loki-canary' && to.access === 'write',
  );
  expect(writes.map(({ to, load }) => [to.path, load])).toEqual([['/loki/api/v1/push', undefined]]);
});

test('a distributed Loki writes and reads at two addresses: a proxy beside the canary has both', () => {
  const { platform, canary } = made('distributed');
  const canaryObject = manifest(platform, 'Deployment', 'loki-canary');
  expect(argsOf(canaryObject)[1]).toBe('-addr=127.0.0.1:3100');
  expect(canaryObject.spec).toMatchObject({
    template: {
      spec: {
        containers: [
          { name: 'loki-canary' },
          {
            name: 'proxy',
            ports: [{ containerPort: 3100, name: 'proxy', protocol: 'TCP' }],
            image: 'docker.io/nginxinc/nginx-unprivileged:1.30.4-alpine-slim',
            command: ['nginx', '-e', '/dev/stderr', '-c', '/etc/loki-proxy/nginx.conf'],
            readinessProbe: { httpGet: { path: '/healthz', port: 3100 } },
          },
        ],
      },
    },
  });
  expect(configText(canary, 'nginx.conf')).toBe(`daemon off;
worker_processes 1;
pid /tmp/nginx.pid;
error_log /dev/stderr warn;
events {
  worker_connections 64;
}
http {
  access_log off;
  client_body_temp_path /tmp/client_body;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;
  proxy_http_version 1.1;
  map $http_upgrade $connection_upgrade {
    default upgrade;
    '' close;
  }
  server {
    listen 3100;
    location = /healthz {
      return 204;
    }
    location = /loki/api/v1/push {
      proxy_pass http://loki-distributor.store.svc.cluster.local:3100;
    }
    location / {
      proxy_pass http://loki-query-frontend.store.svc.cluster.local:3100;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
    }
  }
}
`);
});
