/**
 * How Epiphany is wired, and what its choices change.
 */
import { Duration, Size } from 'cdk8s';
import { complete } from '../../../constructs/core/complete';
import type { Platform } from '../../../constructs/core/platform';
import { epiphany } from '../../../constructs/systems/epiphany';
import type { EpiphanyProps } from '../../../constructs/systems/epiphany-props';
import { EPIPHANY_DEV } from '../../../stacks/environments/epiphany-dev';
import { EPIPHANY_PROD } from '../../../stacks/environments/epiphany-prod';

function built(props: EpiphanyProps): Platform {
  const platform = epiphany(props);
  complete(platform);
  return platform;
}

/** `from → to: signals`, of connections with one of these signals. */
function connections(platform: Platform, ...signals: string[]): string[] {
  return platform.graph.connections
    .filter((connection) => connection.signals.some((signal) => signals.includes(signal)))
    .map(({ from, to, signals: carried }) => `${from.id} → ${to.id}: ${carried.join(', ')}`)
    .sort();
}

test('logs go from every node to Elasticsearch, and from there to Kibana', () => {
  const platform = built(EPIPHANY_PROD);
  expect(connections(platform, 'logs')).toEqual(['filebeat → elasticsearch/https: logs']);
  expect(connections(platform, 'queries')).toContain('kibana → elasticsearch/https: queries');
});

test('applications and pages are reached through HAProxy alone', () => {
  const into = connections(built(EPIPHANY_DEV), 'web').filter((line) => !line.startsWith('kibana-'));
  expect([...new Set(into)]).toEqual([
    'clients → haproxy/http: web',
    'clients → haproxy/https: web',
    'haproxy → application-billing/http: web',
    'haproxy → application-shop/http: web',
    'haproxy → grafana/http: web',
    'haproxy → kibana/http: web',
  ]);
});

test('applications use the topics that name them', () => {
  expect(connections(built(EPIPHANY_DEV), 'messages')).toEqual([
    'application-billing → kafka/clients#orders: messages',
    'application-shop → kafka/clients#orders: messages',
  ]);
});

test('applications do not notice which profile Kafka has', () => {
  const legacy = { kind: 'zookeeper', ensembleVolume: Size.gibibytes(8) } as const;
  const before = connections(
    built({ ...EPIPHANY_DEV, messaging: { ...EPIPHANY_DEV.messaging, profile: legacy } }),
    'messages',
    'state',
  );
  const after = connections(built(EPIPHANY_DEV), 'messages', 'state');
  const renamed = before.map((line) => line.replaceAll('kafka-legacy', 'kafka'));
  expect(renamed.filter((line) => !line.includes('zookeeper'))).toEqual(after);
});

test('every exporter of the document is scraped', () => {
  const scraped = built(EPIPHANY_PROD)
    .graph.connections.filter(({ to }) => to.protocol === 'prometheus-scrape')
    .map(({ from, to }) => `${from.id} → ${to.id}`);
  expect(scraped).toEqual(
    expect.arrayContaining([
      'prometheus → node-exporter/metrics',
      'prometheus → kafka-exporter/metrics',
      'prometheus → nodes/cadvisor',
      'prometheus → kafka-legacy/jmx',
      'prometheus → zookeeper/jmx',
      'prometheus → haproxy/metrics',
    ]),
  );
});

test.each([
  ['curator', true],
  ['ilm', false],
] as const)('old logs are deleted by %s', (kind, isCurator) => {
  const { logs } = EPIPHANY_DEV;
  const platform = built({ ...EPIPHANY_DEV, logs: { ...logs, retention: { ...logs.retention, kind } } });
  const parties = platform.graph.parties.map(({ id }) => id);
  expect(parties.includes('elasticsearch-curator')).toBe(isCurator);
});

test('logs that would fill the disks are refused with the arithmetic', () => {
  const logs = {
    ...EPIPHANY_DEV.logs,
    lines: { perSecond: 20_000, bytesEach: 400 },
    retention: { kind: 'ilm', maxAge: Duration.days(30), maxTotalSize: Size.gibibytes(48) },
  } as const;
  expect(() => built({ ...EPIPHANY_DEV, logs })).toThrow(/epiphany-dev\/elasticsearch: retention/);
});

test('a topic of an application that nobody knows is reported', () => {
  const topics = EPIPHANY_DEV.messaging.topics.map((topic) => ({ ...topic, readers: ['warehouse'] }));
  expect(() => built({ ...EPIPHANY_DEV, messaging: { ...EPIPHANY_DEV.messaging, topics } })).toThrow(
    [
      'epiphany-dev/messaging/topics/orders: readers = "warehouse"',
      '  rule:   the applications are shop, billing',
      '  remedy: name one of them, or add this one to applications',
    ].join('\n'),
  );
});
