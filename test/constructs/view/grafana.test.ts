/**
 * Grafana's own configuration and data sources, literally: no program of the registries reads them here.
 */
import { parse } from 'yaml';
import { AuthScheme } from '../../../constructs/core/credential';
import { External } from '../../../constructs/core/party';
import type { Platform } from '../../../constructs/core/platform';
import { SecretRef } from '../../../constructs/core/secrets';
import { Grafana, type GrafanaProps } from '../../../constructs/view/grafana';
import { renderIni } from '../../../constructs/view/ini';
import { LAYER_DASHBOARDS } from '../../../constructs/view/layer-dashboards';
import { telemetryDashboardFiles } from '../../../constructs/view/telemetry-dashboards';
import { manifest, problemsOf, testPlatform } from '../core/fixture';

const READER = SecretRef.named('metrics-reader');
const ANALYST = SecretRef.named('analytics-reader');
const DATABASE = SecretRef.named('database-password');

function made(props: Partial<GrafanaProps> = {}): { platform: Platform; grafana: Grafana } {
  const platform = testPlatform();
  const outside = new External(platform, 'outside', {
    description: 'everything else',
    cidrs: ['192.0.2.0/24'],
    host: 'outside.example.com',
  });
  const grafana = new Grafana(platform, 'grafana', {
    namespace: 'view',
    host: 'grafana.example.com',
    database: {
      endpoint: outside.listen({
        name: 'sql',
        port: 5432,
        protocol: 'postgresql',
        signals: ['state'],
        access: 'write',
        tls: true,
        auth: AuthScheme.secret('password', [DATABASE]),
      }),
      name: 'grafana',
      user: 'grafana',
      password: DATABASE,
    },
    dataSources: {
      metrics: {
        endpoint: outside.listen({
          name: 'prom',
          port: 8427,
          protocol: 'prometheus-query',
          signals: ['queries'],
          access: 'read',
          path: '/select/0/prometheus',
          auth: AuthScheme.secret('bearer', [READER]),
        }),
        credential: { kind: 'bearer', secret: READER },
      },
      logs: outside.listen({
        name: 'loki',
        port: 3100,
        protocol: 'loki-http',
        signals: ['queries'],
        access: 'read',
      }),
      traces: outside.listen({
        name: 'tempo',
        port: 3200,
        protocol: 'tempo-http',
        signals: ['queries'],
        access: 'read',
      }),
      traceAnalytics: {
        endpoint: outside.listen({
          name: 'native',
          port: 9000,
          protocol: 'clickhouse-native',
          signals: ['queries'],
          access: 'read',
          auth: AuthScheme.secret('password', [ANALYST]),
        }),
        database: 'traces',
        user: 'grafana',
        credential: { kind: 'password', secret: ANALYST },
      },
    },
    secretKey: SecretRef.named('secret-key'),
    adminPassword: SecretRef.named('admin-password'),
    internet: outside.listen({
      name: 'https',
      port: 443,
      protocol: 'https',
      signals: ['web'],
      access: 'control',
    }),
    ...props,
  });
  return { platform, grafana };
}

function file(grafana: Grafana, name: string): string {
  const found = grafana.configs.flatMap(({ files }) => files).find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no file ${name}`);
  return found.text;
}

test('grafana.ini of one replica: secrets are read from files, TLS to the database is verified', () => {
  expect(file(made().grafana, 'grafana.ini').split('\n\n').slice(0, 4).join('\n\n')).toBe(`[paths]
data = /var/lib/grafana
logs = /var/lib/grafana/log
plugins = /var/lib/grafana/plugins
provisioning = /etc/hyperion/provisioning

[server]
protocol = http
http_port = 3000
domain = grafana.example.com
root_url = https://grafana.example.com/
enable_gzip = true

[database]
type = postgres
host = outside.example.com:5432
name = grafana
user = grafana
password = $__file{/etc/hyperion/secrets/database-password}
ssl_mode = verify-full
max_open_conn = 20
max_idle_conn = 5
conn_max_lifetime = 1800

[security]
admin_user = admin
admin_password = $__file{/etc/hyperion/secrets/admin-password}
secret_key = $__file{/etc/hyperion/secrets/secret-key}
cookie_secure = true
cookie_samesite = lax
disable_gravatar = true
strict_transport_security = true
content_security_policy = true`);
});

test('two replicas tell each other what was sent, over TCP and UDP', () => {
  const { platform, grafana } = made({ replicas: 2 });
  expect(file(grafana, 'grafana.ini')).toContain(`[unified_alerting]
enabled = true
ha_listen_address = $__env{POD_IP}:9094
ha_advertise_address = $__env{POD_IP}:9094
ha_peers = grafana-headless.view.svc.cluster.local:9094
ha_peer_timeout = 15s`);
  expect(manifest(platform, 'Service', 'grafana-headless').spec).toMatchObject({
    clusterIP: 'None',
    publishNotReadyAddresses: true,
    ports: [
      { name: 'gossip-tcp', port: 9094, protocol: 'TCP' },
      { name: 'gossip-udp', port: 9094, protocol: 'UDP' },
    ],
  });
  const peers = platform.graph.connections.filter(
    (c) => c.from.id === 'grafana' && c.to.owner.id === 'grafana',
  );
  expect(peers.map((c) => c.to.name)).toEqual(['gossip-tcp', 'gossip-udp']);
});

test('one replica has no peers', () => {
  expect(file(made().grafana, 'grafana.ini')).not.toContain('ha_peers');
});

test('a private database is checked against its own certificate authority', () => {
  const plain = made();
  const database = {
    endpoint: plain.platform.graph.endpoints[0] as never,
    name: 'g',
    user: 'g',
    password: DATABASE,
    caSecretName: 'postgresql-tls',
  };
  const { platform, grafana } = made({ database });
  expect(file(grafana, 'grafana.ini')).toContain('ca_cert_path = /etc/hyperion/database-ca/ca.crt');
  const { spec } = manifest(platform, 'Deployment', 'grafana') as unknown as {
    spec: { template: { spec: { volumes: { secret?: { secretName: string; items: unknown } }[] } } };
  };
  const secrets = spec.template.spec.volumes.flatMap(({ secret }) => (secret === undefined ? [] : [secret]));
  expect(secrets).toContainEqual({
    defaultMode: 0o440,
    secretName: 'postgresql-tls',
    items: [{ key: 'ca.crt', path: 'ca.crt' }],
  });
});

test('data sources come from the endpoints, linked from trace to log to metric', () => {
  const text = file(made().grafana, 'datasources.yaml');
  expect(text).toContain('url: http://outside.example.com:8427/select/0/prometheus # from outside/prom');
  expect(text).toContain('httpHeaderValue1: Bearer $__file{/etc/hyperion/secrets/metrics-reader}');
  expect(text).toContain('url: http://outside.example.com:3100 # from outside/loki');
  expect(text).toContain('url: http://outside.example.com:3200 # from outside/tempo');
  expect(text).toContain('password: $__file{/etc/hyperion/secrets/analytics-reader}');
  expect(text).toMatch(/tracesToLogsV2:\n\s+datasourceUid: logs/);
  expect(text).toMatch(/serviceMap:\n\s+datasourceUid: metrics/);
  expect(text).toMatch(/derivedFields:\n(.*\n)*?\s+datasourceUid: traces/);
});

test('one dashboard for each layer, every panel with a question and the metrics data source', () => {
  const { grafana } = made();
  expect(LAYER_DASHBOARDS.map(({ title }) => title)).toEqual([
    '1 · Ingestion',
    '2 · Processing',
    '3 · Buffer',
    '4 · Storage',
    '5 · Visualization and egress',
  ]);
  for (const { uid } of LAYER_DASHBOARDS) {
    const dashboard = JSON.parse(file(grafana, `${uid}.json`)) as {
      uid: string;
      panels: {
        title: string;
        description: string;
        datasource: { uid: string };
        gridPos: { x: number; y: number; w: number; h: number };
        targets: { expr: string }[];
      }[];
    };
    expect(dashboard.uid).toBe(uid);
    expect(dashboard.panels).toHaveLength(4);
    for (const panel of dashboard.panels) {
      expect(panel.description).toMatch(/\?$/);
      expect(panel.datasource.uid).toBe('metrics');
      expect(panel.targets[0]?.expr).not.toBe('');
    }
    // No two panels lie over each other.
    expect(new Set(dashboard.panels.map(({ gridPos }) => `${gridPos.x}/${gridPos.y}`)).size).toBe(4);
  }
});

test('GPU readings are asked for in Flux; without traces nothing links to them, and no plug-in is fetched', () => {
  const token = SecretRef.named('store-token');
  const platform = testPlatform();
  const outside = new External(platform, 'outside', {
    description: 'everything else',
    cidrs: ['192.0.2.0/24'],
    host: 'outside.example.com',
  });
  const grafana = new Grafana(platform, 'grafana', {
    namespace: 'view',
    host: 'grafana.example.com',
    database: {
      endpoint: outside.listen({
        name: 'sql',
        port: 5432,
        protocol: 'postgresql',
        signals: ['state'],
        access: 'write',
        auth: AuthScheme.secret('password', [DATABASE]),
      }),
      name: 'grafana',
      user: 'grafana',
      password: DATABASE,
    },
    dataSources: {
      metrics: {
        endpoint: outside.listen({
          name: 'prom',
          port: 9090,
          protocol: 'prometheus-query',
          signals: ['queries'],
          access: 'read',
        }),
      },
      readings: {
        endpoint: outside.listen({
          name: 'influx',
          port: 8086,
          protocol: 'flux',
          signals: ['queries'],
          access: 'read',
          auth: AuthScheme.secret('bearer', [token]),
        }),
        organization: 'telemetryorg',
        bucket: 'telem_bucket',
        credential: { kind: 'bearer', secret: token },
      },
    },
    dashboards: telemetryDashboardFiles('telem_bucket'),
    secretKey: SecretRef.named('secret-key'),
    adminPassword: SecretRef.named('admin-password'),
  });
  const text = file(grafana, 'datasources.yaml');
  expect(parse(text)).toMatchObject({
    datasources: [
      { uid: 'metrics', jsonData: { httpMethod: 'POST', timeInterval: '30s' } },
      {
        name: 'GPU readings',
        uid: 'readings',
        type: 'influxdb',
        access: 'proxy',
        url: 'http://outside.example.com:8086',
        jsonData: {
          version: 'Flux',
          organization: 'telemetryorg',
          defaultBucket: 'telem_bucket',
          httpMode: 'POST',
        },
        secureJsonData: { token: '$__file{/etc/hyperion/secrets/store-token}' },
      },
    ],
  });
  expect(text).not.toContain('traces');
  expect(file(grafana, 'grafana.ini')).not.toContain('preinstall');
  expect(grafana.configs.flatMap(({ files }) => files.map(({ name }) => name))).toEqual([
    'grafana.ini',
    'datasources.yaml',
    'dashboards.yaml',
    'gpu-fleet.json',
    'telemetry-flow.json',
    'telemetry-services.json',
  ]);
});

test('the plug-in for ClickHouse needs the way to where it is fetched', () => {
  expect(problemsOf(made({ internet: undefined }).platform)).toContain(
    [
      'test/grafana: internet = "none"',
      '  rule:   the data source for ClickHouse is a plug-in that is fetched at start',
      "  remedy: give the way to Grafana's plug-in catalogue, or leave traceAnalytics out",
    ].join('\n'),
  );
});

test('an INI value of two lines is refused', () => {
  expect(() => renderIni({ server: { domain: 'a\nb' } })).toThrow(
    '[server] domain: an INI value is one line',
  );
});
