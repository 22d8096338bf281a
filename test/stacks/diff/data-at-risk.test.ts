/**
 * One test for each rule of the table: a change that it speaks about, and beside it one that it must not speak about.
 */
import { object, changeOf, effectOf, claims, config } from './one-change';

describe('data at risk', () => {
  test('a shrunk volume of a StatefulSet', () => {
    const change = changeOf(object('StatefulSet', claims('1Ti')), object('StatefulSet', claims('512Gi')));
    expect(change).toEqual({
      object: 'StatefulSet small/it',
      change: 'changed',
      effect: 'data at risk',
      why: 'a volume cannot shrink: it must be made anew, and its data moved',
      fields: [
        {
          path: 'spec.volumeClaimTemplates[data].spec.resources.requests.storage',
          before: '1Ti',
          after: '512Gi',
          effect: 'data at risk',
          why: 'a volume cannot shrink: it must be made anew, and its data moved',
        },
      ],
    });
  });

  test('a shrunk claim; a grown one does nothing', () => {
    const claim = (storage: string): object => ({ spec: { resources: { requests: { storage } } } });
    expect(effectOf('PersistentVolumeClaim', claim('10Gi'), claim('10240Mi'))).toBe('none');
    expect(effectOf('PersistentVolumeClaim', claim('10Gi'), claim('9Gi'))).toBe('data at risk');
    expect(effectOf('PersistentVolumeClaim', claim('10Gi'), claim('11Gi'))).toBe('none');
  });

  test.each([
    ['volumeClaimTemplates', claims('1Gi'), claims('1Gi', 'b')],
    ['a volume that grows', claims('1Gi'), claims('2Gi')],
    ['serviceName', { spec: { serviceName: 'a' } }, { spec: { serviceName: 'b' } }],
    [
      'selector',
      { spec: { selector: { matchLabels: { a: 'b' } } } },
      { spec: { selector: { matchLabels: { a: 'c' } } } },
    ],
    [
      'podManagementPolicy',
      { spec: { podManagementPolicy: 'Parallel' } },
      { spec: { podManagementPolicy: 'OrderedReady' } },
    ],
  ])('what cannot change in a StatefulSet: %s', (_title, before, after) => {
    const change = changeOf(object('StatefulSet', before), object('StatefulSet', after));
    expect(change?.effect).toBe('data at risk');
    expect(change?.why).toContain('of a StatefulSet cannot be changed: it must be deleted and made anew');
  });

  test('fewer partitions, in a custom resource and in the list of topics; more are fine', () => {
    expect(effectOf('KafkaTopic', { spec: { partitions: 6 } }, { spec: { partitions: 3 } })).toBe(
      'data at risk',
    );
    expect(effectOf('KafkaTopic', { spec: { partitions: 6 } }, { spec: { partitions: 9 } })).toBe('none');
    const topics = (partitions: number): object =>
      config(
        'topics.txt',
        `failover-logs ${partitions} 3 retention.ms=3600000,cleanup.policy=delete\nother 1 3 a=b\n`,
      );
    expect(effectOf('ConfigMap', topics(12), topics(9))).toBe('data at risk');
    expect(effectOf('ConfigMap', topics(9), topics(12))).toBe('none');
  });

  test("Loki's retention", () => {
    const loki = (text: string): object => config('config.yaml', `limits_config:\n  ${text}\n`);
    expect(effectOf('ConfigMap', loki('retention_period: 720h'), loki('retention_period: 168h'))).toBe(
      'data at risk',
    );
    expect(effectOf('ConfigMap', loki('retention_period: 168h'), loki('retention_period: 7d'))).toBe('none');
    expect(effectOf('ConfigMap', loki('retention_period: 168h'), loki('retention_period: 0s'))).toBe('none');
    expect(effectOf('ConfigMap', loki('other: 1'), loki('retention_period: 168h'))).toBe('data at risk');
    const stream = (period: string): object =>
      loki(`retention_stream: [{ selector: x, priority: 1, period: ${period} }]`);
    expect(effectOf('ConfigMap', stream('48h'), stream('24h'))).toBe('data at risk');
  });

  test("Tempo's retention", () => {
    const tempo = (hours: number): object =>
      config('tempo.yaml', `backend_worker:\n  compaction:\n    block_retention: ${hours}h\n`);
    expect(effectOf('ConfigMap', tempo(336), tempo(168))).toBe('data at risk');
    expect(effectOf('ConfigMap', tempo(168), tempo(336))).toBe('none');
  });

  test.each([
    ['-retentionPeriod=336h', '-retentionPeriod=7d', 'data at risk'],
    ['-retentionPeriod=7d', '-retentionPeriod=336h', 'restart'],
    ['-retentionPeriod=336h', '-other=1', 'data at risk'],
    ['--storage.tsdb.retention.time=15d', '--storage.tsdb.retention.time=10d', 'data at risk'],
    ['--storage.tsdb.retention.size=100', '--storage.tsdb.retention.size=50', 'data at risk'],
  ])('retention as a flag: %s → %s is %s', (before, after, effect) => {
    const store = (flag: string): object => ({
      spec: { template: { spec: { containers: [{ name: 'vmstorage', args: ['-a=b', flag] }] } } },
    });
    expect(effectOf('StatefulSet', store(before), store(after))).toBe(effect);
  });

  test.each([
    [
      'KafkaTopic',
      { spec: { config: { 'retention.ms': 7200000 } } },
      { spec: { config: { 'retention.ms': 3600000 } } },
    ],
    [
      'KafkaTopic',
      { spec: { config: { 'retention.bytes': -1 } } },
      { spec: { config: { 'retention.bytes': 1000 } } },
    ],
    [
      'ConfigMap',
      config('server.properties', 'log.retention.hours=168\n'),
      config('server.properties', 'log.retention.hours=24\n'),
    ],
    [
      'ConfigMap',
      config('topics.txt', 'a 1 1 retention.ms=2\n'),
      config('topics.txt', 'a 1 1 retention.ms=1\n'),
    ],
  ])("Kafka's retention in a %s", (kind, before, after) => {
    expect(effectOf(kind, before, after)).toBe('data at risk');
    expect(effectOf(kind, after, before)).toBe('none');
  });

  test('replicas with volumes that are stopped; those without are a disruption', () => {
    const store = (replicas: number, fields: object): object => ({ spec: { replicas, ...fields } });
    const volumes = (claims('1Gi') as { spec: object }).spec;
    const change = changeOf(
      object('StatefulSet', store(3, volumes)),
      object('StatefulSet', store(2, volumes)),
    );
    expect(change).toMatchObject({
      effect: 'data at risk',
      why: 'nobody reads any more what lies on the volumes of the replicas that are stopped',
    });
    expect(effectOf('StatefulSet', store(2, volumes), store(3, volumes))).toBe('none');
    expect(effectOf('StatefulSet', store(3, {}), store(2, {}))).toBe('disruption');
  });

  test('a topic that is declared no longer; a new one is fine', () => {
    const [two, one] = ['a 1 1 b=c\nd 1 1 b=c\n', 'a 1 1 b=c\n'].map((text) => config('topics.txt', text));
    expect(effectOf('ConfigMap', two ?? {}, one ?? {})).toBe('data at risk');
    expect(effectOf('ConfigMap', one ?? {}, two ?? {})).toBe('none');
  });

  test.each([
    ['an index of ILM', config('l.json', phases('604800s')), config('l.json', phases('86400s'))],
    [
      'a snapshot',
      config('s.json', '{"retention":{"expire_after":"7d"}}'),
      config('s.json', '{"retention":{"expire_after":"3d"}}'),
    ],
    ["Curator's age", filters('age, unit_count: 345600'), filters('age, unit_count: 86400')],
    ["Curator's size", filters('space, disk_space: 47.9'), filters('space, disk_space: 40')],
  ])('Elasticsearch keeps less: %s', (_title, before, after) => {
    expect(effectOf('ConfigMap', before, after)).toBe('data at risk');
    expect(effectOf('ConfigMap', after, before)).toBe('none');
  });

  test('an index that was kept without limit', () => {
    expect(
      effectOf(
        'ConfigMap',
        config('l.json', '{"policy":{"phases":{"hot":{}}}}'),
        config('l.json', phases('1d')),
      ),
    ).toBe('data at risk');
  });

  test('what a stream of Loki keeps for itself comes and goes', () => {
    const loki = (...selectors: readonly string[]): object =>
      config(
        'config.yaml',
        `limits_config:\n  retention_stream:\n${selectors.map((selector) => `    - { selector: ${selector}, period: 24h }\n`).join('')}`,
      );
    expect(effectOf('ConfigMap', loki('a'), loki('a', 'b'))).toBe('data at risk');
    expect(effectOf('ConfigMap', loki('a', 'b'), loki('a'))).toBe('data at risk');
    expect(effectOf('ConfigMap', loki('a', 'b'), loki('b', 'a'))).toBe('none');
  });

  test("Prometheus' size is in powers of two, and may grow", () => {
    const prometheus = (size: string): object => ({
      spec: {
        template: { spec: { containers: [{ name: 'a', args: [`--storage.tsdb.retention.size=${size}`] }] } },
      },
    });
    expect(effectOf('StatefulSet', prometheus('13107MB'), prometheus('13GB'))).toBe('restart');
    expect(effectOf('StatefulSet', prometheus('13GB'), prometheus('13107MB'))).toBe('data at risk');
  });

  test("ClickHouse's columns change beside the time to live, in what makes a table and in what alters it", () => {
    const schema = (days: number, column: string): object =>
      config(
        'schema.sql',
        `CREATE TABLE x.t ON CLUSTER \`r\`\n(\n  ${column} Int8\n)\nTTL T + toIntervalDay(${days})\nSETTINGS b = 1;\nALTER TABLE x.t ON CLUSTER \`r\` MODIFY TTL T + toIntervalDay(${days});\n`,
      );
    const change = changeOf(object('ConfigMap', schema(7, 'a')), object('ConfigMap', schema(3, 'b')));
    expect(change?.fields.map(({ path, effect }) => [path, effect])).toEqual([
      ['data["schema.sql"]["ALTER x.t"].TTL', 'data at risk'],
      ['data["schema.sql"]["x.t"].TTL', 'data at risk'],
      ['data["schema.sql"]["x.t"].statement', 'none'],
    ]);
  });

  test("ClickHouse's time to live", () => {
    const table = (ttl: string): object =>
      config(
        'schema.sql',
        `CREATE DATABASE x;\nCREATE TABLE IF NOT EXISTS x.traces\n(\n  a Int8\n)\nENGINE = MergeTree\nTTL ${ttl}\nSETTINGS b = 1;\n`,
      );
    const before = object('ConfigMap', table('toDateTime(Timestamp) + toIntervalDay(30)'));
    const change = changeOf(before, object('ConfigMap', table('toDateTime(Timestamp) + toIntervalDay(14)')));
    expect(change?.effect).toBe('data at risk');
    expect(change?.fields.map(({ path }) => path)).toEqual(['data["schema.sql"]["x.traces"].TTL']);
    expect(changeOf(before, object('ConfigMap', table('Timestamp + INTERVAL 3 MONTH')))?.effect).toBe('none');
    expect(changeOf(before, object('ConfigMap', table('Timestamp + INTERVAL 1 WEEK')))?.effect).toBe(
      'data at risk',
    );
  });

  test("a past period of Loki's schema; a new one is fine", () => {
    const schema = (...periods: readonly string[]): object =>
      config(
        'config.yaml',
        `schema_config:\n  configs:\n${periods.map((period) => `    - ${period}\n`).join('')}`,
      );
    const first = '{ from: 2025-01-01, store: tsdb }';
    expect(effectOf('ConfigMap', schema(first), schema(first, '{ from: 2026-01-01, store: tsdb }'))).toBe(
      'none',
    );
    expect(effectOf('ConfigMap', schema(first), schema('{ from: 2025-01-01, store: boltdb }'))).toBe(
      'data at risk',
    );
    expect(effectOf('ConfigMap', schema(first), schema('{ from: 2025-02-01, store: tsdb }'))).toBe(
      'data at risk',
    );
  });

  test.each([
    ['StatefulSet', claims('1Gi')],
    ['PersistentVolumeClaim', {}],
    ['KafkaTopic', {}],
    ['Namespace', {}],
    ['CustomResourceDefinition', {}],
  ])('a removed %s that holds data', (kind, fields) => {
    expect(changeOf(object(kind, fields), undefined)?.effect).toBe('data at risk');
  });
});

function phases(age: string): string {
  return `{"policy":{"phases":{"delete":{"min_age":"${age}"}}}}`;
}

function filters(filter: string): object {
  return config('actions.yml', `actions:\n  1:\n    filters:\n      - { filtertype: ${filter} }\n`);
}
