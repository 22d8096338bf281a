/**
 * Grafana's own configuration and data sources, literally: no program of the registries reads them here.
 */
import { Size } from 'cdk8s';
import { parse } from 'yaml';
import { AuthScheme } from '../../../constructs/core/credential';
import { CONFIG_HASH_ANNOTATION, configVersion } from '../../../constructs/core/pod-patches';
import { External } from '../../../constructs/core/party';
import type { Platform } from '../../../constructs/core/platform';
import { SecretRef } from '../../../constructs/core/secrets';
import { Grafana, type GrafanaProps } from '../../../constructs/view/grafana';
import type { GrafanaSignIn } from '../../../constructs/view/grafana-sign-in';
import { renderIni } from '../../../constructs/view/ini';
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

test('dashboards are rendered when the environment is complete, and do not restart Grafana', () => {
  const { platform, grafana } = made();
  const mounted = grafana.configs.filter(({ configMapName }) =>
    configMapName.startsWith('grafana-dashboards'),
  );
  expect(mounted.map(({ configMapName, files }) => [configMapName, files.length])).toEqual([
    ['grafana-dashboards-questions', 0],
    ['grafana-dashboards-stores', 0],
  ]);
  platform.runDerivers();
  const names = mounted.flatMap(({ files }) => files.map(({ name }) => name));
  // Nothing is scraped in this platform but Grafana; logs and traces have their data sources.
  expect(names).toEqual(['telemetry-arriving.json', 'telemetry-senders.json', 'front-door.json']);
  // The annotation that restarts a pod is made of the other files alone: Grafana reads these anew by itself.
  const { spec } = manifest(platform, 'Deployment', 'grafana') as unknown as {
    spec: { template: { metadata: { annotations: Record<string, string> } } };
  };
  const emptied = grafana.configs.map((config) =>
    mounted.includes(config) ? { ...config, files: [] } : config,
  );
  expect(spec.template.metadata.annotations[CONFIG_HASH_ANNOTATION]).toBe(configVersion(emptied));
});

function metricsOver(platform: Platform): GrafanaProps['dataSources']['metrics'] {
  const hub = new External(platform, 'hub', {
    description: 'A metrics store over TLS',
    cidrs: ['192.0.2.8/32'],
    host: 'metrics.example.com',
  });
  return {
    endpoint: hub.listen({
      name: 'prom',
      port: 8427,
      protocol: 'prometheus-query',
      signals: ['queries'],
      access: 'read',
      tls: true,
    }),
    ca: { secretName: 'vmauth-trust' },
  };
}

test('a metrics store over TLS is known by its own authority', () => {
  const { platform, grafana } = made({ dataSources: { metrics: metricsOver(testPlatform()) } });
  expect(parse(file(grafana, 'datasources.yaml'))).toEqual({
    apiVersion: 1,
    prune: true,
    datasources: [
      {
        name: 'Metrics',
        uid: 'metrics',
        type: 'prometheus',
        access: 'proxy',
        url: 'https://metrics.example.com:8427',
        isDefault: true,
        jsonData: { httpMethod: 'POST', timeInterval: '30s', tlsAuthWithCACert: true },
        secureJsonData: { tlsCACert: '$__file{/etc/hyperion/metrics-ca/ca.crt}' },
      },
    ],
  });
  const text = JSON.stringify(manifest(platform, 'Deployment', 'grafana'));
  expect(text).toContain('"mountPath":"/etc/hyperion/metrics-ca"');
  expect(text).toContain('"secretName":"vmauth-trust"');
});

test.each([
  ['logs alone', { traces: false, logs: true }],
  ['traces alone', { traces: true, logs: false }],
  ['neither', { traces: false, logs: false }],
])('with %s, no data source links to one that is not there', (_what, has) => {
  const all = made();
  const uids = (text: string): string[] =>
    [...text.matchAll(/datasourceUid: (\S+)/g)].map(([, uid]) => uid ?? '');
  const sources = all.platform.graph.connections.flatMap(({ from, to }) =>
    from.id === 'grafana' ? [to] : [],
  );
  const found = (name: string): never => sources.find((to) => to.name === name) as never;
  const { grafana } = made({
    dataSources: {
      metrics: metricsOver(testPlatform()),
      ...(has.logs ? { logs: found('loki') } : {}),
      ...(has.traces ? { traces: found('tempo') } : {}),
    },
  });
  const text = file(grafana, 'datasources.yaml');
  const there = (parse(text) as { datasources: { uid: string }[] }).datasources.map(({ uid }) => uid);
  expect(there).toEqual(['metrics', ...(has.logs ? ['logs'] : []), ...(has.traces ? ['traces'] : [])]);
  expect(uids(text).filter((uid) => !there.includes(uid))).toEqual([]);
});

test('replicas share a volume for plug-ins', () => {
  const { platform, grafana } = made({
    replicas: 2,
    sharedFiles: { size: Size.gibibytes(10), storageClass: 'efs' },
  });
  expect(manifest(platform, 'PersistentVolumeClaim', 'grafana-shared').spec).toMatchObject({
    accessModes: ['ReadWriteMany'],
    storageClassName: 'efs',
    resources: { requests: { storage: '10Gi' } },
  });
  expect(file(grafana, 'grafana.ini')).toContain('plugins = /var/lib/grafana-shared/plugins');
  const text = JSON.stringify(manifest(platform, 'Deployment', 'grafana'));
  expect(text).toContain('"persistentVolumeClaim":{"claimName":"grafana-shared"');
  expect(text).toContain('"mountPath":"/var/lib/grafana-shared"');
});

function signIn(platform: Platform, roles: GrafanaSignIn['roles']): GrafanaSignIn {
  const provider = new External(platform, 'identity-provider', {
    description: 'Company accounts',
    cidrs: ['192.0.2.9/32'],
    host: 'login.example.com',
  });
  return {
    name: 'Company account',
    provider: provider.listen({
      name: 'https',
      port: 443,
      protocol: 'https',
      signals: ['web'],
      access: 'control',
      tls: true,
    }),
    paths: { authorize: '/oauth2/authorize', token: '/oauth2/token', userInfo: '/oauth2/userinfo' },
    clientId: 'grafana',
    clientSecret: SecretRef.named('sign-in-client-secret'),
    roles,
  };
}

test('people sign in at the identity provider, and have the role of their group or are refused', () => {
  const { platform, grafana } = made({
    signIn: signIn(testPlatform(), { admin: ['operations'], viewer: ['developers', 'guests'] }),
  });
  expect(file(grafana, 'grafana.ini')).toContain(`[auth.generic_oauth]
enabled = true
name = Company account
client_id = grafana
client_secret = $__file{/etc/hyperion/secrets/sign-in-client-secret}
scopes = openid profile email groups
auth_url = https://login.example.com/oauth2/authorize
token_url = https://login.example.com/oauth2/token
api_url = https://login.example.com/oauth2/userinfo
use_pkce = true
allow_sign_up = true
role_attribute_path = contains(groups[*], 'operations') && 'Admin' || contains(groups[*], 'developers') && 'Viewer' || contains(groups[*], 'guests') && 'Viewer'
role_attribute_strict = true
allow_assign_grafana_admin = false
skip_org_role_sync = false`);
  expect(
    platform.graph.connections
      .filter(({ to }) => to.owner.id === 'identity-provider')
      .map(({ from }) => from.id),
  ).toEqual(['grafana']);
});

test('sign-in for nobody, and a group that would break the expression, are reported', () => {
  const nobody = made({ signIn: signIn(testPlatform(), { admin: [], viewer: [] }) });
  expect(problemsOf(nobody.platform)).toContain(
    [
      'test/grafana: signIn.roles = {"admin":[],"viewer":[]}',
      '  rule:   who is in none of these groups is refused, so nobody could sign in',
      '  remedy: name the groups of each role',
    ].join('\n'),
  );
  const quoted = made({ signIn: signIn(testPlatform(), { admin: ["o'brien"], viewer: [] }) });
  expect(problemsOf(quoted.platform)).toContain(
    [
      'test/grafana: signIn.roles = "o\'brien"',
      '  rule:   a group stands in an expression between quotes: letters, digits, spaces and . _ : @ / -',
      "  remedy: use the group's identifier instead of its name",
    ].join('\n'),
  );
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
  platform.runDerivers();
  const names = grafana.configs.flatMap(({ files }) => files.map(({ name }) => name));
  expect(names).toContain('gpu-fleet.json');
  expect(file(grafana, 'gpu-fleet.json')).toContain('from(bucket: \\"telem_bucket\\")');
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
