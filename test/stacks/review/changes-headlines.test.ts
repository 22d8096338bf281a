/**
 * Which sentence a reviewer reads about each kind of change; beside it, where there is one, the change that says nothing.
 */
import { changesOf, config, connection, made, textsOf, workload } from './compared';

describe('what stores keep', () => {
  test.each([
    [
      'Loki',
      config('loki-config', 'config.yaml', 'limits_config:\n  retention_period: 720h\n'),
      config('loki-config', 'config.yaml', 'limits_config:\n  retention_period: 168h\n'),
      'data at risk: loki keeps logs for 7 d instead of 30 d: what is beyond that is deleted',
      'none: loki keeps logs for 30 d instead of 7 d',
    ],
    [
      'a stream of Loki',
      config(
        'loki-config',
        'config.yaml',
        'a:\n  retention_stream: [{ selector: \'{a="b"}\', period: 48h }]\n',
      ),
      config(
        'loki-config',
        'config.yaml',
        'a:\n  retention_stream: [{ selector: \'{a="b"}\', period: 36h }]\n',
      ),
      'data at risk: loki keeps logs of {a="b"} for 36 h instead of 2 d: what is beyond that is deleted',
      'none: loki keeps logs of {a="b"} for 2 d instead of 36 h',
    ],
    [
      'ClickHouse, in what makes a table and in what alters it',
      config('clickhouse-schema', 's.sql', sql(30)),
      config('clickhouse-schema', 's.sql', sql(7)),
      'data at risk: clickhouse keeps table otel.traces for 7 d instead of 30 d: what is beyond that is deleted',
      'none: clickhouse keeps table otel.traces for 30 d instead of 7 d',
    ],
    [
      'Curator',
      config(
        'elasticsearch-curator',
        'actions.yml',
        'filters:\n  - { filtertype: age, unit_count: 345600 }\n',
      ),
      config(
        'elasticsearch-curator',
        'actions.yml',
        'filters:\n  - { filtertype: age, unit_count: 172800 }\n',
      ),
      'data at risk: elasticsearch keeps indices for 2 d instead of 4 d: what is beyond that is deleted',
      'none: elasticsearch keeps indices for 4 d instead of 2 d',
    ],
    [
      "Kafka's topics, together",
      config('kafka-admin', 'topics.txt', 'a 3 3 retention.bytes=2097152\nb 3 3 retention.ms=7200000\n'),
      config('kafka-admin', 'topics.txt', 'a 3 3 retention.bytes=1048576\nb 3 3 retention.ms=3600000\n'),
      'data at risk: kafka keeps less of 2 topics, in each partition: a 2 MiB → 1 MiB, b 2 h → 60 min',
      'none: kafka keeps more or as much of 2 topics, in each partition: a 1 MiB → 2 MiB, b 60 min → 2 h',
    ],
  ])('%s', (_title, before, after, less, more) => {
    expect(textsOf({ objects: [before] }, { objects: [after] })).toEqual([less]);
    expect(textsOf({ objects: [after] }, { objects: [before] })).toEqual([more]);
  });

  test('a flag of a workload, with the restart that it takes', () => {
    const store = (days: number) =>
      workload('StatefulSet', 'vm-storage', {}, { args: [`-retentionPeriod=${days * 24}h`] });
    expect(textsOf({ objects: [store(14)] }, { objects: [store(7)] })).toEqual([
      'data at risk: vm keeps metrics for 7 d instead of 14 d: what is beyond that is deleted',
    ]);
  });

  test('topics and their partitions', () => {
    const topics = (text: string) => [config('kafka-admin', 'topics.txt', text)];
    expect(
      textsOf(
        { objects: topics('a 9 3 x=1\nb 3 3 x=1\nc 1 1 x=1\n') },
        { objects: topics('a 6 3 x=1\nb 6 3 x=1\nd 2 3 retention.bytes=1073741824\n') },
      ),
    ).toEqual([
      'data at risk: Topic a loses 3 of its 9 partitions: Kafka cannot take partitions away: the topic must be deleted and made anew',
      'data at risk: Topic c is declared no longer: the topic stays in Kafka, unread: whoever deletes it deletes what it holds',
      'none: More partitions: b 3 → 6: from then on the same key may lead to another partition: the order of records with one key is lost once',
      'none: New topic d: 2 partitions in 3 copies, at the most 6 GiB on the brokers',
    ]);
  });
});

function sql(days: number): string {
  const ttl = `TTL toDateTime(Time) + toIntervalDay(${days})`;
  return `CREATE TABLE IF NOT EXISTS otel.traces\n(\n  a Int8\n)\nENGINE = MergeTree\n${ttl}\nSETTINGS b = 1;\nALTER TABLE otel.traces MODIFY ${ttl};\n`;
}

describe('who gets what', () => {
  const toDesk = connection({
    from: 'desk',
    to: 'kafka/external#egress-desk',
    protocol: 'kafka',
    port: 9095,
    access: 'read',
    credential: { kind: 'sasl-plain', secret: 'kafka-desk-password' },
  });

  test('a consumer outside comes and goes', () => {
    const [without, having] = [{ graph: {} }, { graph: { connections: [toDesk] } }];
    const sentence =
      'desk reads logs from kafka, topic egress-desk, over kafka 9095 with sasl-plain (kafka-desk-password)';
    expect(textsOf(without, having)).toEqual([`none: New: ${sentence}`]);
    expect(textsOf(having, without)).toEqual([`none: No longer: ${sentence}`]);
    expect(changesOf(without, having).headlines[0]?.link).toBe(
      '#/connection/desk%20%E2%86%92%20kafka%2Fexternal%23egress-desk',
    );
  });

  test('what a connection speaks, presents and promises', () => {
    const before = { graph: { connections: [connection()] } };
    const after = {
      graph: {
        connections: [
          connection({
            port: 3101,
            credential: { kind: 'bearer', secret: 'a-token' },
            delivery: { kind: 'memory-queue', sizeBytes: 1024 ** 2, mayDrop: true },
          }),
        ],
      },
    };
    expect(textsOf(before, after)).toEqual([
      'none: shop → loki/http: port is 3101 instead of 3100',
      'none: shop → loki/http: authentication is bearer (a-token) instead of none',
      'none: shop → loki/http: delivery is memory queue of 1 MiB, may drop instead of synchronous',
    ]);
  });

  test('a role, a NetworkPolicy, a grant of Kafka, a secret', () => {
    const role = (...verbs: readonly string[]) =>
      made('Role', 'loki', { rules: verbs.map((verb) => ({ verbs: [verb], resources: ['pods'] })) });
    const policy = (...cidrs: readonly string[]) =>
      made('NetworkPolicy', 'loki', {
        spec: { ingress: cidrs.map((cidr) => ({ from: [{ ipBlock: { cidr } }], ports: [{ port: 443 }] })) },
      });
    const acls = (...users: readonly string[]) =>
      config('kafka-admin', 'acls.txt', users.map((user) => `TOPIC orders LITERAL ${user} READ\n`).join(''));
    const secrets = (...keys: readonly string[]) =>
      made('ExternalSecret', 'loki', {
        spec: { data: keys.map((key) => ({ secretKey: key, remoteRef: { key } })) },
      });
    const few = { objects: [role('get'), policy('10.1.0.0/16'), acls('a'), secrets('one')] };
    const many = {
      objects: [
        role('get', 'list'),
        policy('10.1.0.0/16', '10.2.0.0/16'),
        acls('a', 'b'),
        secrets('one', 'two'),
      ],
    };
    expect(textsOf(few, many)).toEqual([
      'none: Kafka grants: b READ on topic orders',
      'none: NetworkPolicy ns/loki is opened: from 10.2.0.0/16 on 443',
      'none: Role ns/loki may also: list pods',
      'none: Before the roll-out the store of secrets must hold two: pods that read it wait for it',
    ]);
    expect(textsOf(many, few)).toEqual([
      'disruption: Kafka grants no longer: b READ on topic orders',
      'disruption: NetworkPolicy ns/loki is closed: from 10.2.0.0/16 on 443',
      'disruption: Role ns/loki may no longer: list pods',
      'none: Nobody reads these secrets any more: two',
    ]);
  });

  test('a new role of a component that was there', () => {
    const role = made('ClusterRole', 'loki', {
      rules: [{ verbs: ['get', 'list'], resources: ['nodes', 'pods'] }],
    });
    expect(textsOf({}, { objects: [role] })).toEqual([
      'none: New ClusterRole ns/loki of loki: get, list nodes, pods',
    ]);
    expect(textsOf({ graph: { components: [] } }, { objects: [role] })).not.toContain(
      'none: New ClusterRole ns/loki of loki: get, list nodes, pods',
    );
  });

  test('an exception comes, goes and is prolonged', () => {
    const exception = (expiresAt?: string) =>
      made('PolicyException', 'no-host-path.daemonset.agent', {
        spec: { expiresAt, properties: { reason: 'It reads the node', owner: 'platform' } },
      });
    const text = 'no-host-path.daemonset.agent: It reads the node (platform';
    expect(textsOf({}, { objects: [exception()] })).toEqual([`none: New exception ${text})`]);
    expect(textsOf({ objects: [exception()] }, {})).toEqual([`none: An exception is gone: ${text})`]);
    expect(
      textsOf(
        { objects: [exception('2026-01-01T00:00:00Z')] },
        { objects: [exception('2027-01-01T00:00:00Z')] },
      ),
    ).toEqual([`none: An exception reads ${text}, until 2027-01-01) instead of ${text}, until 2026-01-01)`]);
  });
});

describe('how much', () => {
  const loki = (replicas: number, storage = '10Gi') =>
    workload('StatefulSet', 'loki', {
      replicas,
      volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: { resources: { requests: { storage } } } }],
    });

  test('twice the load, with what follows from it', () => {
    const graph = (factor: number) => ({
      connections: [
        connection({
          load: { eventsPerSecond: 1000 * factor, bytesPerSecond: 1024 ** 2 * factor },
          guarantee: {
            survivesSeconds: 7200 / factor,
            wantedSeconds: 1800,
            arithmetic: ['7.2 GiB ÷ 1 MiB/s'],
          },
        }),
      ],
      endpoints: [
        {
          id: 'kafka/clients#failover-logs',
          component: 'kafka',
          party: 'kafka',
          protocol: 'kafka',
          url: 'kafka:9093',
          port: 9093,
          signals: ['logs'],
          access: 'write',
          auth: { kind: 'none', accepts: [] },
          tls: false,
          topic: 'failover-logs',
          queue: { capacityBytes: 1024 ** 3 * factor },
        },
      ],
    });
    const changes = changesOf(
      { objects: [loki(2)], graph: graph(1) },
      { objects: [loki(4)], graph: graph(2) },
    );
    expect(changes.headlines.map(({ effect, text }) => `${effect}: ${text}`)).toEqual([
      'none: Twice the logs: 1 MiB/s → 2 MiB/s on shop → loki/http; so pods of loki 2 → 4; volumes of loki 20 GiB → 40 GiB; room in failover-logs 1 GiB → 2 GiB; shop → loki/http survives 60 min instead of 2 h 0 min',
      'none: 1 guarantee is shorter: shop → loki/http survives an outage of 60 min instead of 2 h 0 min, 30 min wanted',
      'none: It requests 4 pods, 40 GiB of volumes instead of 2 pods, 20 GiB of volumes',
    ]);
    expect(changes.connections).toEqual([
      {
        id: 'shop → loki/http',
        change: 'changed',
        fields: [{ what: 'load', before: '1 MiB/s, 1000 events/s', after: '2 MiB/s, 2000 events/s' }],
      },
    ]);
    expect(changes.guarantees).toEqual([
      {
        connection: 'shop → loki/http',
        beforeSeconds: 7200,
        afterSeconds: 3600,
        wantedSeconds: 1800,
        arithmetic: ['7.2 GiB ÷ 1 MiB/s'],
      },
    ]);
    expect(changes.amounts).toEqual([
      { component: 'loki', what: 'pods', before: 2, after: 4 },
      { component: 'loki', what: 'volumes', before: 20 * 1024 ** 3, after: 40 * 1024 ** 3 },
      { component: 'total', what: 'pods', before: 2, after: 4 },
      { component: 'total', what: 'volumes', before: 20 * 1024 ** 3, after: 40 * 1024 ** 3 },
    ]);
  });

  test('a hundredth more is no news', () => {
    const graph = (bytesPerSecond: number) => ({
      connections: [connection({ load: { eventsPerSecond: 1, bytesPerSecond } })],
    });
    expect(textsOf({ graph: graph(1000) }, { graph: graph(1005) })).toEqual([]);
    expect(textsOf({ graph: graph(1000) }, { graph: graph(750) })).toEqual([
      'none: 25 % fewer logs: 1000 B/s → 750 B/s on shop → loki/http',
    ]);
  });

  test('replicas that stop, volumes that shrink', () => {
    expect(textsOf({ objects: [loki(3)] }, { objects: [loki(2)] })).toEqual([
      'data at risk: StatefulSet ns/loki runs 2 replicas instead of 3: nobody reads any more what lies on the volumes of the replicas that are stopped',
      'none: It requests 2 pods, 20 GiB of volumes instead of 3 pods, 30 GiB of volumes',
    ]);
    expect(textsOf({ objects: [loki(1)] }, { objects: [loki(1, '5Gi')] })).toEqual([
      'data at risk: Each volume data of StatefulSet ns/loki has 5Gi instead of 10Gi: a volume cannot shrink: it must be made anew, and its data moved',
      'none: It requests 5 GiB of volumes instead of 10 GiB of volumes',
    ]);
  });
});

describe('versions', () => {
  const image = (tag: string) =>
    workload('Deployment', 'loki', {}, { image: `docker.io/grafana/loki${tag}` });

  test.each([
    [':3.5.0', ':4.0.0', 'a major version'],
    [':3.5.0', ':3.6.1', 'a minor version'],
    [':v3.5.0', ':v3.5.2', 'a patch'],
    [':3.6.0', ':3.5.9', 'back by a minor version'],
    [':3.5.0-a', ':3.5.0-b', 'another build'],
  ])('%s → %s is %s', (before, after, step) => {
    expect(textsOf({ objects: [image(before)] }, { objects: [image(after)] })).toEqual([
      `restart: 1 workload restarts, pod by pod: loki`,
      `restart: loki goes from ${before.slice(1)} to ${after.slice(1)}, ${step}, in Deployment ns/loki`,
    ]);
  });
});

test('a component comes and goes', () => {
  const graph = { components: [] };
  const [object] = [made('Service', 'loki', {})];
  const component = {
    components: [{ name: 'loki', layer: 'store', summary: 'Log store', namespace: 'ns', parties: [] }],
  };
  expect(textsOf({ graph }, { objects: [object], graph: component })).toEqual(['none: New: loki, log store']);
  expect(textsOf({ objects: [object], graph: component }, { graph })).toEqual([
    'disruption: Gone: loki, log store',
  ]);
});

test('what is grave and no other sentence tells, has one of its own', () => {
  const service = (port: number) => made('Service', 'loki', { spec: { ports: [{ name: 'a', port }] } });
  expect(textsOf({ objects: [service(1), made('Service', 'shop', {})] }, { objects: [service(2)] })).toEqual([
    'disruption: Service ns/loki: clients that know the old port or the old pods cannot connect (spec.ports[a].port)',
    'disruption: Service ns/shop is removed: what used it does not find it any more',
  ]);
});

test('between two environments: both values, and no effect', () => {
  const retention = (hours: number) => ({
    objects: [config('loki-config', 'config.yaml', `limits_config:\n  retention_period: ${hours}h\n`)],
  });
  const changes = changesOf(retention(720), retention(168), {
    kind: 'compare',
    label: 'made-up-dev',
    environment: 'made-up-dev',
  });
  expect(changes.headlines).toEqual([
    {
      topic: 'data',
      effect: 'none',
      link: '#/changes/ConfigMap%20ns%2Floki-config',
      text: 'loki keeps logs: 30 d in made-up-dev, 7 d in made-up-prod',
    },
  ]);
  expect(changes.effect).toBe('none');
  expect(changes.objects.flatMap(({ why, fields }) => [why, ...fields.map((field) => field.why)])).toEqual([
    '',
    '',
  ]);
});
