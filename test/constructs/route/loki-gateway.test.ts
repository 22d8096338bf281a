import { Duration, Size } from 'cdk8s';
import { complete } from '../../../constructs/core/complete';
import type { Platform } from '../../../constructs/core/platform';
import { SecretRef } from '../../../constructs/core/secrets';
import { LokiGateway, type LokiGatewayProps } from '../../../constructs/route/loki-gateway';
import { Loki } from '../../../constructs/store/loki';
import { LokiDistributed } from '../../../constructs/store/loki-distributed';
import { manifest, problemsOf, testPlatform } from '../core/fixture';
import { blobContainer, configText, useAll } from '../store/log-and-trace-fixture';

const load = { eventsPerSecond: 2000, bytesPerSecond: 400_000 };
const STORE = { namespace: 'store', retention: Duration.days(7), schemaFrom: '2026-01-01', load };

function made(props: Partial<LokiGatewayProps> = {}): { platform: Platform; gateway: LokiGateway } {
  // Whoever pushes is outside in these tests, and waits there.
  const platform = testPlatform({ survivesOutage: Duration.seconds(0) });
  const loki = new Loki(platform, 'loki', {
    ...STORE,
    chunks: blobContainer(platform, 'chunks'),
    volume: { size: Size.gibibytes(10), storageClass: 'managed' },
  });
  const gateway = new LokiGateway(platform, 'loki-gateway', { namespace: 'store', loki, load, ...props });
  useAll(platform, [gateway.push, gateway.query, ...loki.metrics]);
  return { platform, gateway };
}

test('one address for writing and reading, by Loki’s own paths', () => {
  const { platform, gateway } = made();
  complete(platform);
  expect(gateway.push.url).toBe('http://loki-gateway.store.svc.cluster.local:80/loki/api/v1/push');
  expect(gateway.query.url).toBe('http://loki-gateway.store.svc.cluster.local:80');
  expect(manifest(platform, 'Service', 'loki-gateway').spec).toMatchObject({
    ports: [{ name: 'http', port: 80, targetPort: 80 }],
  });
});

test('the pod is not root, reads only, and may open port 80', () => {
  const { platform } = made();
  expect(manifest(platform, 'Deployment', 'loki-gateway').spec).toMatchObject({
    replicas: 1,
    template: {
      spec: {
        securityContext: {
          runAsNonRoot: true,
          runAsUser: 101,
          sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '80' }],
        },
        containers: [
          {
            command: ['nginx', '-e', '/dev/stderr', '-c', '/etc/loki-gateway/nginx.conf'],
            ports: [{ containerPort: 80 }],
            resources: { requests: { cpu: '100m', memory: '128Mi' } },
            securityContext: { readOnlyRootFilesystem: true },
          },
        ],
      },
    },
  });
});

test('every pod of a single binary is found by the headless Service, again every ten seconds', () => {
  const text = configText(made().gateway, 'nginx.conf');
  expect(text).toContain('resolver kube-dns.kube-system.svc.cluster.local valid=10s;');
  expect(text).toContain('set $writers http://loki-headless.store.svc.cluster.local:3100;');
  expect(text).toContain('set $readers http://loki-headless.store.svc.cluster.local:3100;');
});

test('of a distributed Loki, writes go to the distributors and reads to the query-frontends', () => {
  const platform = testPlatform();
  const volume = Size.gibibytes(50);
  const loki = new LokiDistributed(platform, 'loki', {
    ...STORE,
    chunks: blobContainer(platform, 'chunks'),
    volumes: { storageClass: 'managed', ingester: volume, indexGateway: volume, compactor: volume },
  });
  const gateway = new LokiGateway(platform, 'loki-gateway', { namespace: 'store', loki, load });
  const text = configText(gateway, 'nginx.conf');
  expect(text).toContain('set $writers http://loki-distributor.store.svc.cluster.local:3100;');
  expect(text).toContain('set $readers http://loki-query-frontend.store.svc.cluster.local:3100;');
});

test('limits of a client', () => {
  const text = configText(
    made({
      pushes: { perSecond: 7, burst: 8 },
      queries: { perSecond: 3, burst: 4 },
      maxPush: Size.kibibytes(512),
    }).gateway,
    'nginx.conf',
  );
  expect(text).toContain('limit_req_zone $binary_remote_addr zone=pushes:1m rate=7r/s;');
  expect(text).toContain('limit_req zone=pushes burst=8 nodelay;');
  expect(text).toContain('limit_req_zone $binary_remote_addr zone=queries:1m rate=3r/s;');
  expect(text).toContain('limit_req zone=queries burst=4 nodelay;');
  expect(text).toContain('client_max_body_size 512k;');
});

describe('users', () => {
  const password = SecretRef.named('alloy-password');
  const users = { htpasswd: SecretRef.named('loki-users'), passwords: [password] };

  test('come from a Secret, and every client has to present a password', () => {
    const { platform, gateway } = made({ users });
    expect(configText(gateway, 'nginx.conf')).toContain(
      'auth_basic_user_file /etc/loki-gateway-users/loki-users;',
    );
    expect(gateway.push.auth).toMatchObject({ kind: 'basic', accepted: [password] });
    expect(manifest(platform, 'ExternalSecret', 'loki-gateway-secrets').spec).toMatchObject({
      data: [{ secretKey: 'loki-users', remoteRef: { key: 'loki-users' } }],
    });
    expect(problemsOf(platform)).toContain(
      [
        'test/user: credential for loki-gateway/http = "none"',
        '  rule:   loki-gateway/http asks for basic',
        '  remedy: present a basic credential',
      ].join('\n'),
    );
  });

  test('there are none unless they are wanted', () => {
    const { gateway } = made();
    expect(configText(gateway, 'nginx.conf')).not.toContain('auth_basic_user_file');
    expect(gateway.push.auth.kind).toBe('none');
  });
});

test('a push that the gateway could not hold is refused', () => {
  expect(problemsOf(made({ maxPush: Size.mebibytes(100) }).platform)).toContain(
    [
      'test/loki-gateway: maxPush = "100Mi"',
      '  rule:   a push is at most 64Mi: the gateway holds the whole of it before Loki sees any',
      '  remedy: let senders use smaller batches',
    ].join('\n'),
  );
});
