import { Duration, Size } from 'cdk8s';
import { parse } from 'yaml';
import { complete } from '../../../constructs/core/complete';
import type { Platform } from '../../../constructs/core/platform';
import type { ClickHouseProps } from '../../../constructs/store/clickhouse';
import { renderClickHouseSchema } from '../../../constructs/store/clickhouse-schema';
import { manifest, manifests, problemsOf } from '../core/fixture';
import { KEEPER, clickHouseSystem, type ClickHouseSystem } from './clickhouse-fixture';
import { configText, innerConnections } from './log-and-trace-fixture';

function one(props: Partial<ClickHouseProps> = {}): ClickHouseSystem {
  const system = clickHouseSystem(props);
  complete(system.platform);
  return system;
}

function replicated(props: Partial<ClickHouseProps> = {}): ClickHouseSystem {
  const system = clickHouseSystem({ keeper: KEEPER, ...props }, { tier: 'prod', zones: 3 });
  complete(system.platform);
  return system;
}

interface PodSpec {
  readonly terminationGracePeriodSeconds: number;
  readonly containers: readonly {
    readonly image: string;
    readonly command: readonly string[];
    readonly env: readonly { readonly name: string; readonly value?: string }[];
    readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
    readonly resources: unknown;
    readonly volumeMounts: readonly { readonly mountPath: string; readonly readOnly?: boolean }[];
    readonly readinessProbe?: { readonly httpGet: { readonly path: string; readonly port: number } };
    readonly livenessProbe?: unknown;
  }[];
}

function podOf(platform: Platform, kind: string, name: string): PodSpec {
  return (manifest(platform, kind, name).spec as { template: { spec: PodSpec } }).template.spec;
}

function containerOf(platform: Platform, kind: string, name: string): PodSpec['containers'][number] {
  const container = podOf(platform, kind, name).containers[0];
  if (container === undefined) throw new Error(`no container in ${kind} ${name}`);
  return container;
}

function schemaJob(platform: Platform): string {
  const job = manifests(platform).find(({ kind }) => kind === 'Job');
  if (job === undefined) throw new Error('no Job');
  return job.metadata.name;
}

const ONE_SERVER = {
  logger: { level: 'information', console: true, formatting: { type: 'json' } },
  listen_host: ['::', '0.0.0.0'],
  listen_try: true,
  tcp_port: 9000,
  http_port: 8123,
  prometheus: {
    port: 9363,
    endpoint: '/metrics',
    metrics: true,
    events: true,
    asynchronous_metrics: true,
  },
  path: '/var/lib/clickhouse/',
  tmp_path: '/var/lib/clickhouse/tmp/',
  user_files_path: '/var/lib/clickhouse/user_files/',
  format_schema_path: '/var/lib/clickhouse/format_schemas/',
  user_directories: { users_xml: { path: '/etc/clickhouse-server/users.yaml' } },
  default_profile: 'default',
  timezone: 'UTC',
  max_server_memory_usage_to_ram_ratio: 0.8,
  mlock_executable: false,
  shutdown_wait_unfinished: 60,
  shutdown_wait_unfinished_queries: true,
  ignore_empty_sql_security_in_create_view_query: false,
  access_control_improvements: {
    on_cluster_queries_require_cluster_grant: true,
    select_from_system_db_requires_grant: true,
    table_engines_require_grant: false,
  },
  query_log: {
    database: 'system',
    table: 'query_log',
    partition_by: 'event_date',
    ttl: 'event_date + INTERVAL 7 DAY DELETE',
    flush_interval_milliseconds: 7500,
  },
};

const HEADLESS = 'clickhouse-headless.store.svc.cluster.local';
const KEEPER_HEADLESS = 'clickhouse-keeper-headless.store.svc.cluster.local';

describe('the server’s configuration', () => {
  test('one server, whole: no port and no system table but these', () => {
    expect(parse(configText(one().clickHouse, 'config.yaml'))).toEqual(ONE_SERVER);
  });

  test('replicated: the same, and where servers and Keepers find each other', () => {
    expect(parse(configText(replicated().clickHouse, 'config.yaml'))).toEqual({
      ...ONE_SERVER,
      macros: { shard: '01', replica: { '@from_env': 'REPLICA_NAME' } },
      zookeeper: {
        node: [0, 1, 2].map((i) => ({ host: `clickhouse-keeper-${i}.${KEEPER_HEADLESS}`, port: 9181 })),
      },
      distributed_ddl: { path: '/clickhouse/task_queue/ddl' },
      remote_servers: {
        replicas: {
          shard: [
            {
              internal_replication: true,
              replica: [0, 1].map((i) => ({ host: `clickhouse-${i}.${HEADLESS}`, port: 9000 })),
            },
          ],
        },
      },
      interserver_http_port: 9009,
      interserver_http_credentials: {
        user: 'interserver',
        password: { '@from_env': 'INTERSERVER_PASSWORD', '@hide_in_preprocessed': true },
      },
    });
  });
});

describe('the users', () => {
  const user = (variable: string, profile: string, query: readonly string[]) => ({
    password: { '@from_env': variable, '@hide_in_preprocessed': true },
    networks: { ip: '::/0' },
    profile,
    grants: { query },
  });
  const SCHEMA_GRANTS = [
    'GRANT CREATE DATABASE, CREATE TABLE, CREATE VIEW, DROP VIEW, DROP TABLE ON otel.*',
    'GRANT SELECT, INSERT ON otel.*',
    'GRANT ALTER TTL, ALTER MATERIALIZE TTL ON otel.*',
  ];

  test('are three, each with what it needs; nobody may administer', () => {
    const resources = { cpuMillis: 1000, memory: Size.gibibytes(10) };
    expect(parse(configText(one({ resources }).clickHouse, 'users.yaml'))).toEqual({
      profiles: {
        default: {
          deduplicate_blocks_in_dependent_materialized_views: 1,
          async_insert: 0,
          max_partitions_per_insert_block: 1000,
          default_view_definer: 'schema',
        },
        reader: {
          readonly: 2,
          max_execution_time: 60,
          max_rows_to_read: 10_000_000_000,
          max_memory_usage: 2 * 1024 ** 3,
          max_memory_usage_for_user: 4 * 1024 ** 3,
          max_concurrent_queries_for_user: 50,
          constraints: {
            max_execution_time: { min: 1, max: 60 },
            max_rows_to_read: { const: true },
            max_memory_usage: { const: true },
            max_memory_usage_for_user: { const: true },
            max_concurrent_queries_for_user: { const: true },
          },
        },
      },
      users: {
        otel: user('WRITER_PASSWORD', 'default', ['GRANT INSERT ON otel.otel_traces']),
        grafana: user('READER_PASSWORD', 'reader', ['GRANT SELECT ON otel.*']),
        schema: user('SCHEMA_PASSWORD', 'default', SCHEMA_GRANTS),
      },
    });
  });

  test('replicated: the schema’s user may run statements on all servers', () => {
    const { users } = parse(configText(replicated().clickHouse, 'users.yaml')) as {
      users: { schema: { grants: { query: string[] } } };
    };
    expect(users.schema.grants.query).toEqual([...SCHEMA_GRANTS, 'GRANT CLUSTER ON *.*']);
  });

  test('the reader’s limits can be chosen', () => {
    const readerLimits = { executionTime: Duration.seconds(20), concurrentQueries: undefined };
    const { profiles } = parse(configText(one({ readerLimits }).clickHouse, 'users.yaml')) as {
      profiles: { reader: Record<string, unknown> };
    };
    expect(profiles.reader).toMatchObject({
      max_execution_time: 20,
      max_concurrent_queries_for_user: 50,
      constraints: { max_execution_time: { min: 1, max: 20 } },
    });
  });
});

describe('the servers', () => {
  test('the pod writes to its volume and /tmp, and takes its secrets from the environment', () => {
    const { platform } = replicated();
    const container = containerOf(platform, 'StatefulSet', 'clickhouse');
    expect(container.image).toBe('docker.io/clickhouse/clickhouse-server:26.8.15.10');
    expect(container.command).toEqual([
      'clickhouse-server',
      '--config-file=/etc/clickhouse-server/config.yaml',
    ]);
    expect(container.env).toEqual([
      { name: 'CLICKHOUSE_WATCHDOG_ENABLE', value: '0' },
      secretVariable('WRITER_PASSWORD', 'otel-password'),
      secretVariable('READER_PASSWORD', 'grafana-password'),
      secretVariable('SCHEMA_PASSWORD', 'clickhouse-schema-password'),
      { name: 'REPLICA_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      secretVariable('INTERSERVER_PASSWORD', 'clickhouse-interserver-password'),
    ]);
    expect(container.volumeMounts.map(({ mountPath, readOnly }) => [mountPath, readOnly === true])).toEqual([
      ['/etc/clickhouse-server', true],
      ['/tmp', false],
      ['/var/lib/clickhouse', false],
    ]);
    expect(container.readinessProbe?.httpGet).toEqual({ path: '/ping', port: 8123, scheme: 'HTTP' });
    // Longer than shutdown_wait_unfinished.
    expect(podOf(platform, 'StatefulSet', 'clickhouse').terminationGracePeriodSeconds).toBe(90);
  });

  test('one server has neither a replica’s name nor a password for others', () => {
    const { platform } = one();
    expect(containerOf(platform, 'StatefulSet', 'clickhouse').env.map(({ name }) => name)).toEqual([
      'CLICKHOUSE_WATCHDOG_ENABLE',
      'WRITER_PASSWORD',
      'READER_PASSWORD',
      'SCHEMA_PASSWORD',
    ]);
    expect(manifests(platform).filter(({ metadata }) => metadata.name.includes('keeper'))).toEqual([]);
  });

  test('two replicas with Keeper, whose names can be found before they are ready', () => {
    const { platform } = replicated();
    expect(manifest(platform, 'StatefulSet', 'clickhouse').spec).toMatchObject({ replicas: 2 });
    expect(manifest(platform, 'Service', 'clickhouse-headless').spec).toMatchObject({
      clusterIP: 'None',
      publishNotReadyAddresses: true,
    });
  });

  test('resources follow from the load: two cores for each 10 MB/s, 4 GiB for each core', () => {
    const load = { eventsPerSecond: 50_000, bytesPerSecond: 30e6 };
    const { platform } = one({ load, volume: { size: Size.gibibytes(8192), storageClass: 'managed' } });
    expect(containerOf(platform, 'StatefulSet', 'clickhouse').resources).toEqual({
      requests: { cpu: '6000m', memory: '24576Mi' },
      limits: { cpu: '12000m', memory: '24576Mi' },
    });
  });
});

describe('the Keepers', () => {
  test('configuration, whole', () => {
    expect(parse(configText(replicated().clickHouse, 'keeper.yaml'))).toEqual({
      logger: ONE_SERVER.logger,
      listen_host: ['::', '0.0.0.0'],
      listen_try: true,
      prometheus: ONE_SERVER.prometheus,
      keeper_server: {
        tcp_port: 9181,
        server_id: { '@from_env': 'KEEPER_SERVER_ID' },
        storage_path: '/var/lib/clickhouse-keeper',
        log_storage_path: '/var/lib/clickhouse-keeper/log',
        snapshot_storage_path: '/var/lib/clickhouse-keeper/snapshots',
        http_control: { port: 9182, readiness: { endpoint: '/ready' } },
        coordination_settings: {
          operation_timeout_ms: 10_000,
          session_timeout_ms: 30_000,
          raft_logs_level: 'information',
        },
        raft_configuration: {
          server: [0, 1, 2].map((id) => ({
            id,
            hostname: `clickhouse-keeper-${id}.${KEEPER_HEADLESS}`,
            port: 9234,
          })),
        },
      },
    });
  });

  test('are three, know their number, and find each other before any of them is ready', () => {
    const { platform } = replicated();
    expect(manifest(platform, 'StatefulSet', 'clickhouse-keeper').spec).toMatchObject({ replicas: 3 });
    expect(manifest(platform, 'Service', 'clickhouse-keeper-headless').spec).toMatchObject({
      publishNotReadyAddresses: true,
    });
    const container = containerOf(platform, 'StatefulSet', 'clickhouse-keeper');
    expect(container.image).toBe('docker.io/clickhouse/clickhouse-keeper:26.8.15.10');
    expect(container.env).toContainEqual({
      name: 'KEEPER_SERVER_ID',
      valueFrom: { fieldRef: { fieldPath: "metadata.labels['apps.kubernetes.io/pod-index']" } },
    });
    expect(container.readinessProbe?.httpGet).toMatchObject({ path: '/ready', port: 9182 });
    expect(container.livenessProbe).toMatchObject({ tcpSocket: { port: 9181 } });
    expect(container.volumeMounts.map(({ mountPath }) => mountPath)).toEqual([
      '/etc/clickhouse-keeper',
      '/tmp',
      '/var/lib/clickhouse-keeper',
    ]);
  });

  test('another number of them reaches configuration and servers', () => {
    const { clickHouse, platform } = replicated({ keeper: { ...KEEPER, replicas: 5 }, replicas: 3 });
    expect(configText(clickHouse, 'config.yaml')).toContain(`clickhouse-keeper-4.${KEEPER_HEADLESS}`);
    expect(configText(clickHouse, 'config.yaml')).toContain(`clickhouse-2.${HEADLESS}`);
    expect(manifest(platform, 'StatefulSet', 'clickhouse-keeper').spec).toMatchObject({ replicas: 5 });
  });
});

describe('the connections', () => {
  test('of one server: the schema’s Job to it, nothing else within', () => {
    expect(innerConnections(one().platform, 'clickhouse')).toEqual(['clickhouse-schema → clickhouse:9000']);
  });

  test('replicated: servers to each other and to Keeper, Keepers to each other', () => {
    expect(innerConnections(replicated().platform, 'clickhouse')).toEqual([
      'clickhouse → clickhouse-keeper:9181',
      'clickhouse → clickhouse:9009',
      'clickhouse-keeper → clickhouse-keeper:9234',
      'clickhouse-schema → clickhouse:9000',
    ]);
  });

  test('what the exporter and Grafana have to know', () => {
    const { writer, reader } = one({ database: 'traces' }).clickHouse;
    expect([writer.to.url, writer.user, writer.password.name, writer.database]).toEqual([
      'clickhouse://clickhouse.store.svc.cluster.local:9000',
      'otel',
      'otel-password',
      'traces',
    ]);
    expect([reader.endpoint.hostPort, reader.user, reader.credential.secret.name, reader.database]).toEqual([
      'clickhouse.store.svc.cluster.local:9000',
      'grafana',
      'grafana-password',
      'traces',
    ]);
  });

  test('metrics of servers and Keepers', () => {
    expect(replicated().clickHouse.metrics.map(({ url }) => url)).toEqual([
      'http://clickhouse.store.svc.cluster.local:9363/metrics',
      'http://clickhouse-keeper.store.svc.cluster.local:9363/metrics',
    ]);
  });

  test('a writer with the reader’s password is refused', () => {
    const { platform, clickHouse } = clickHouseSystem();
    const from = platform.graph.parties.find(({ id }) => id === 'clients');
    if (from === undefined) throw new Error('no clients');
    platform.graph.addConnection({
      from,
      to: clickHouse.insert,
      signals: ['traces'],
      delivery: { kind: 'synchronous' },
      credential: clickHouse.reader.credential,
      load: undefined,
      purpose: 'spans',
    });
    expect(problemsOf(platform)).toBe(`test/clients: credential for clickhouse/native = "grafana-password"
  rule:   clickhouse/native knows otel-password
  remedy: add the secret to those that the endpoint accepts, or present one of them`);
  });
});

describe('the schema’s Job', () => {
  test('runs exactly the statements of the schema', () => {
    const retentionDays = { spans: 3, perMinute: 30, edges: 30, endToEnd: 14 };
    const text = (props: Parameters<typeof renderClickHouseSchema>[0]) =>
      renderClickHouseSchema(props)
        .map(({ sql }) => `${sql};\n`)
        .join('\n');
    expect(configText(one().clickHouse, 'schema.sql')).toBe(text({ database: 'otel', retentionDays }));
    expect(configText(replicated().clickHouse, 'schema.sql')).toBe(
      text({ database: 'otel', retentionDays, cluster: 'replicas' }),
    );
    expect(configText(one({ schema: { zstdLevel: 3 } }).clickHouse, 'schema.sql')).toContain('ZSTD(3)');
  });

  test('waits for a server, no longer than five minutes, then stops at the first statement that fails', () => {
    expect(configText(one().clickHouse, 'apply.sh')).toBe(`#!/bin/sh
set -eu
client() {
  clickhouse-client --host "$CLICKHOUSE_SERVER" --port "$CLICKHOUSE_PORT" --user "$CLICKHOUSE_LOGIN" "$@"
}
attempt=1
until client --query 'SELECT 1' >/dev/null; do
  if [ "$attempt" -ge 60 ]; then
    echo "no answer from $CLICKHOUSE_SERVER after 60 attempts" >&2
    exit 1
  fi
  attempt=$((attempt + 1))
  sleep 5
done
# The first statement that fails ends the script.
client --queries-file /etc/hyperion/clickhouse-schema/schema.sql
`);
  });

  test('logs in as the schema’s user, with the password in the environment and not among the arguments', () => {
    const { platform } = one();
    const container = containerOf(platform, 'Job', schemaJob(platform));
    expect(container.command).toEqual(['/bin/sh', '/etc/hyperion/clickhouse-schema/apply.sh']);
    expect(container.env).toEqual([
      { name: 'CLICKHOUSE_SERVER', value: 'clickhouse.store.svc.cluster.local' },
      { name: 'CLICKHOUSE_PORT', value: '9000' },
      { name: 'CLICKHOUSE_LOGIN', value: 'schema' },
      secretVariable('CLICKHOUSE_PASSWORD', 'clickhouse-schema-password'),
    ]);
  });

  test('another schema is another Job, another volume is not', () => {
    const name = schemaJob(one().platform);
    const volume = { size: Size.gibibytes(256), storageClass: 'managed' };
    expect(name).toMatch(/^clickhouse-schema-[0-9a-f]{8}$/);
    expect(schemaJob(one({ volume }).platform)).toBe(name);
    expect(schemaJob(one({ schema: { zstdLevel: 3 } }).platform)).not.toBe(name);
  });
});

describe('mistakes', () => {
  const mistakes = (props: Partial<ClickHouseProps>, platform: Parameters<typeof clickHouseSystem>[1] = {}) =>
    problemsOf(clickHouseSystem(props, platform).platform);

  test('replicas without Keeper', () => {
    expect(mistakes({ replicas: 2 })).toBe(`test/clickhouse: replicas = 2
  rule:   replicas agree on their parts through Keeper, and there is none: each would keep spans of its own
  remedy: give keeper: { volume }, or run one server`);
  });

  test('an even number of Keepers', () => {
    expect(mistakes({ keeper: { ...KEEPER, replicas: 4 } })).toBe(`test/clickhouse: keeper.replicas = 4
  rule:   Keepers decide by majority: of 4, no more may be away than of 3
  remedy: use 5`);
  });

  test('a single Keeper in production', () => {
    expect(mistakes({ keeper: { ...KEEPER, replicas: 1 } }, { tier: 'prod', zones: 3 }))
      .toBe(`test/clickhouse: keeper.replicas = 1
  rule:   in production a Keeper may be lost without refusing inserts: that takes 3
  remedy: use 3`);
  });

  test('a retention too long for the volume, with the arithmetic', () => {
    const volume = { size: Size.gibibytes(64), storageClass: 'managed' };
    expect(mistakes({ volume })).toBe(`test/clickhouse: volume.size = "64Gi"
  rule:   every server keeps everything: (spans 8.4 GiB/d × (3 + 1) d + trace states 1.4 GiB/d × (14 + 1) d + minutes of services 41.2 MiB/d × (30 + 1) d + minutes of edges 123.6 MiB/d × (30 + 1) d) × 1.25 for merges = 74.1 GiB has to fit
  remedy: make it 75Gi or larger, or keep spans for 2 d`);
  });

  test('a volume that is too small for anything', () => {
    const volume = { size: Size.gibibytes(1), storageClass: 'managed' };
    expect(mistakes({ volume })).toContain('remedy: make it 75Gi or larger, or keep less');
  });

  test('names and times that the schema refuses, under the component’s own names, all at once', () => {
    const retention = {
      spans: Duration.hours(36),
      perMinute: Duration.days(30),
      edges: Duration.days(30),
      endToEnd: Duration.days(1001),
    };
    expect(mistakes({ database: 'otel-traces', retention, schema: { zstdLevel: 23 } }))
      .toBe(`test/clickhouse: database = "otel-traces"
  rule:   a ClickHouse name here is a lower-case letter followed by lower-case letters, digits and _
  remedy: choose such a name, e.g. otel
test/clickhouse: retention.spans = "1.5 d"
  rule:   a whole number from 1 to 1000 of days
  remedy: give 2
test/clickhouse: retention.endToEnd = "1001 d"
  rule:   a whole number from 1 to 1000 of days
  remedy: give at most 1000
test/clickhouse: schema.zstdLevel = 23
  rule:   a whole number from 1 to 22
  remedy: give at most 22`);
  });
});

test('where its figures come from', () => {
  const { platform } = one();
  expect(platform.derivations.map(({ what, value }) => [what, value])).toEqual([
    ['disk of each server', '74.1 GiB'],
    ['resources of each server', '500m CPU, 4Gi'],
  ]);
});

function secretVariable(name: string, key: string): object {
  return { name, valueFrom: { secretKeyRef: { name: 'clickhouse-secrets', key } } };
}
