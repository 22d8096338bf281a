import { CATALOG, type CatalogEntry } from '../../../constructs/core/catalog';
import {
  checkCatalog,
  compatibilityProblems,
  usedEntries,
  type UsedEntry,
  type Waiver,
} from '../../../constructs/core/catalog-checks';
import { formatProblem } from '../../../constructs/core/config-error';
import type { Platform } from '../../../constructs/core/platform';
import { Workload } from '../../../constructs/core/workload';
import { CONTAINER, TestComponent, testPlatform } from './fixture';

const OLD: CatalogEntry = {
  name: 'old',
  version: '1.2.3',
  repository: 'registry.example.com/old',
  license: 'MIT',
  endOfLife: '2026-03-31',
  successor: 'new 2',
};

const WAIVER: Waiver = {
  component: 'old',
  reason: 'its successor cannot read the data',
  owner: 'storage team',
  expires: '2026-09-01',
};

function platformWith(...images: readonly CatalogEntry[]): Platform {
  const platform = testPlatform();
  images.forEach((image, i) => {
    const id = `part-${i}`;
    new Workload(new TestComponent(platform, id), id, {
      kind: 'Deployment',
      uid: 1000,
      drainSeconds: 30,
      container: { ...CONTAINER, image },
    });
  });
  return platform;
}

function problems(platform: Platform, asOf: string, waivers: readonly Waiver[] = []): string {
  return checkCatalog(platform, { asOf, waivers }).map(formatProblem).join('\n');
}

describe('end of life', () => {
  test('what has ended is a problem from the next day on', () => {
    expect(problems(platformWith(OLD), '2026-03-31')).toBe('');
    expect(problems(platformWith(OLD, OLD), '2026-04-01')).toBe(
      [
        'test/part-0, part-1: catalog["old"].endOfLife = "2026-03-31"',
        '  rule:   old 1.2.3 gets no security fixes after that day (today is 2026-04-01)',
        '  remedy: move to new 2, or add a waiver with reason, owner and expiry',
      ].join('\n'),
    );
  });

  test('a waiver holds until its day', () => {
    expect(problems(platformWith(OLD), '2026-08-31', [WAIVER])).toBe('');
    expect(problems(platformWith(OLD), '2026-09-01', [WAIVER])).toBe(
      [
        'test/waiver for old: expires = "2026-09-01"',
        '  rule:   a waiver ends on its day (today is 2026-09-01)',
        '  remedy: replace the component, or have storage team renew the waiver with a later day',
      ].join('\n'),
    );
  });

  test('a waiver has a reason, an owner and a day', () => {
    const text = problems(platformWith(OLD), '2026-08-31', [
      { ...WAIVER, reason: ' ', owner: '', expires: 'soon' },
    ]);
    expect(text).toContain(
      'reason = " "\n  rule:   a waiver carries a reason and an owner\n  remedy: say why',
    );
    expect(text).toContain(
      'owner = ""\n  rule:   a waiver carries a reason and an owner\n  remedy: name the team',
    );
    expect(text).toContain('expires = "soon"\n  rule:   an expiry is a day, written YYYY-MM-DD');
  });

  test('a waiver for what needs none is a problem', () => {
    expect(problems(platformWith(CATALOG.loki), '2026-08-31', [WAIVER])).toContain(
      'component = "old"\n  rule:   a waiver names a component that runs here and is past its end of life',
    );
  });
});

describe('compatibility', () => {
  const used = (name: string, version: string, parts = 1): UsedEntry => ({
    entry: { name, version, repository: `registry.example.com/${name}`, license: 'MIT' },
    parties: Array.from({ length: parts }, (_, i) => `${name}-${i}`),
  });
  const rulesBrokenBy = (...entries: readonly UsedEntry[]): string[] =>
    compatibilityProblems(entries).map(({ rule }) => rule);

  test.each([
    [
      'Kafka 4 with ZooKeeper',
      [used('kafka', '4.3.0'), used('zookeeper', '3.9.3')],
      'Kafka 4 and newer runs without ZooKeeper',
    ],
    [
      'the legacy Kafka without ZooKeeper',
      [used('kafka-legacy', '3.9.2')],
      'the legacy Kafka keeps its metadata in ZooKeeper',
    ],
    [
      'Tempo 3 in parts without Kafka',
      [used('tempo', '3.0.3', 2)],
      'Tempo 3 as microservices takes its spans from Kafka',
    ],
    [
      'a canary of another Loki',
      [used('loki', '3.7.8'), used('loki-canary', '3.6.0')],
      'the canary comes from the release',
    ],
    [
      'Kibana of another version',
      [used('elasticsearch', '9.0.1'), used('kibana', '9.0.2')],
      'Kibana and Elasticsearch have one version',
    ],
    ['Filebeat without Elasticsearch', [used('filebeat', '9.0.1')], 'Filebeat writes to Elasticsearch here'],
  ])('%s does not go', (_title, entries, rule) => {
    expect(rulesBrokenBy(...entries)).toEqual([expect.stringContaining(rule)]);
  });

  test.each([
    ['Kafka 3.9 with ZooKeeper', [used('kafka', '3.9.1'), used('zookeeper', '3.9.3')]],
    ['the legacy Kafka with ZooKeeper', [used('kafka-legacy', '3.9.2'), used('zookeeper', '3.9.5')]],
    [
      'Kafka 4 beside what it replaces',
      [used('kafka', '4.3.0'), used('kafka-legacy', '3.9.2'), used('zookeeper', '3.9.5')],
    ],
    ['Kafka 4 alone', [used('kafka', '4.3.0')]],
    ['Tempo 3 in one part without Kafka', [used('tempo', '3.0.3')]],
    ['Tempo 3 in parts with Kafka', [used('tempo', '3.0.3', 2), used('kafka', '4.3.0')]],
    ['Loki and its canary', [used('loki', '3.7.8'), used('loki-canary', '3.7.8')]],
    ['Kafka 10 is newer than 4', [used('kafka', '10.0'), used('grafana', '13.1')]],
  ])('%s goes', (_title, entries) => {
    expect(rulesBrokenBy(...entries)).toEqual([]);
  });

  test('a problem says who runs what', () => {
    expect(compatibilityProblems([used('tempo', '3.0.3', 2)])).toEqual([
      {
        path: 'tempo-0, tempo-1',
        property: 'catalog["tempo"].version',
        value: '3.0.3',
        rule: 'Tempo 3 as microservices takes its spans from Kafka (`ingest.kafka`)',
        remedy: 'add Kafka, or run Tempo as one workload',
      },
    ]);
  });
});

test('what an environment runs is read off its workloads', () => {
  expect(
    usedEntries(platformWith(OLD, CATALOG.loki, OLD)).map(({ entry, parties }) => [entry.name, parties]),
  ).toEqual([
    ['loki', ['part-1']],
    ['old', ['part-0', 'part-2']],
  ]);
});
