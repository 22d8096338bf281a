/** Of the dashboards of every environment: which there are, that they hold together, and that mistakes in them are found. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ENVIRONMENT_NAMES, parsedManifests, synthesisOf } from '../../../environments';
import {
  brokenReferences,
  mistakesInDashboard,
  type DashboardLike,
} from '../../../proof/validators/grafana/dashboard-mistakes';
import { queriesOf } from '../../../proof/validators/grafana/dashboard-queries';

const QUESTIONS = [
  'telemetry-arriving',
  'telemetry-stuck',
  'telemetry-dropped',
  'telemetry-senders',
  'end-to-end-latency',
  'objectives',
  'stores-filling',
  'alerting',
];
const HYPERION = [
  ...QUESTIONS,
  'store-loki',
  'store-tempo',
  'store-victoria-metrics',
  'store-clickhouse',
  'store-kafka',
  'collectors',
  'front-door',
];
const TELEMETRY = [
  ...QUESTIONS,
  'store-prometheus',
  'store-influxdb',
  'services-answering',
  'front-door',
  'gpu-fleet',
];
const EPIPHANY = [
  ...QUESTIONS,
  'store-prometheus',
  'store-elasticsearch',
  'store-kafka',
  'front-door',
  'nodes-workloads',
];
/** Of each environment; spokes have no Grafana: the hub shows them, by its selector. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  anton: [...QUESTIONS, 'store-loki', 'store-ceph'],
  'epiphany-dev': EPIPHANY,
  'epiphany-prod': EPIPHANY,
  'hyperion-dev': HYPERION,
  'hyperion-prod': HYPERION,
  'telemetry-dev': TELEMETRY,
  'telemetry-prod': TELEMETRY,
  'hub-infra': [...QUESTIONS, 'hub-overview', 'store-victoria-metrics', 'front-door', 'nodes-workloads'],
  'hub-dev': [],
  'hub-staging': [],
  'hub-prod': [],
};

/**
 * `kubectl apply` keeps the object in an annotation of itself, and Kubernetes takes 256 KiB of annotations
 * (`TotalAnnotationSizeLimitB`); a ConfigMap itself may be four times that.
 */
const APPLIED_BYTES = 262_144;

const all: Readonly<Record<string, readonly DashboardLike[]>> = Object.fromEntries(
  ENVIRONMENT_NAMES.map((name) => [name, dashboardsOf(name)]),
);

function dashboardsOf(name: string): DashboardLike[] {
  return [...synthesisOf(name).files]
    .filter(([path]) => /^config\/(loki-)?grafana\/.*\.json$/.test(path))
    .map(([, text]) => JSON.parse(text) as DashboardLike);
}

/** As Grafana has them: what we provision, and in `anton` the source of metrics that was there before. */
function sourcesOf(name: string): ReadonlyMap<string, string> {
  const files = synthesisOf(name).files;
  const text =
    files.get('config/grafana/datasources.yaml') ?? files.get('config/loki-grafana/loki-data-source.yaml');
  const { datasources } = parse(text ?? 'datasources: []') as {
    datasources: { uid: string; type: string }[];
  };
  return new Map([
    ...datasources.map(({ uid, type }) => [uid, type] as const),
    ...(name === 'anton' ? [['prometheus', 'prometheus'] as const] : []),
  ]);
}

function sample(): DashboardLike {
  const found = all['hyperion-dev']?.find(({ uid }) => uid === 'telemetry-stuck');
  if (found === undefined) throw new Error('hyperion-dev has no telemetry-stuck');
  return structuredClone(found);
}

describe.each(ENVIRONMENT_NAMES)('%s', (name) => {
  const dashboards = all[name] ?? [];

  test('has the dashboards of its system', () => {
    expect(dashboards.map(({ uid }) => uid).sort()).toEqual([...(EXPECTED[name] ?? ['unknown'])].sort());
  });

  test('no mistake in any of them', () => {
    expect(dashboards.flatMap(mistakesInDashboard)).toEqual([]);
  });

  test('every data source and dashboard that is referred to is there', () => {
    expect(brokenReferences(dashboards, sourcesOf(name))).toEqual([]);
  });

  test('every link to a runbook is one of an alert that is evaluated here', () => {
    const { platform } = synthesisOf(name);
    const runbooks = new Set(
      platform.evaluatedRules
        .flatMap(({ groups }) => groups.flatMap(({ rules }) => rules))
        .flatMap((rule) => ('alert' in rule ? [rule.runbook] : [])),
    );
    const linked = dashboards
      .flatMap(({ panels }) => panels.flatMap(({ links = [] }) => links))
      .filter(({ title }) => title.startsWith('Runbook: '));
    expect(linked.filter(({ url = '' }) => !runbooks.has(url))).toEqual([]);
    if (dashboards.length > 0) expect(linked.length).toBeGreaterThanOrEqual(10);
  });

  test('kubectl can apply each ConfigMap with dashboards', () => {
    const sizes = parsedManifests(name)
      .filter(({ kind, data }) => kind === 'ConfigMap' && JSON.stringify(data).includes('schemaVersion'))
      .map((object) => Buffer.byteLength(JSON.stringify(object)));
    expect(sizes.length > 0).toBe(dashboards.length > 0);
    for (const size of sizes) expect(size).toBeLessThan(APPLIED_BYTES);
  });
});

test('all queries of a hub are of the clusters that are chosen, but those of alerts and objectives', () => {
  const unscoped = (all['hub-infra'] ?? [])
    .flatMap((dashboard) => dashboard.panels.flatMap(({ targets = [] }) => targets))
    .filter(({ expr = '' }) => !expr.includes('cluster=~"$cluster"') && !/ALERTS|objective:/.test(expr))
    .map(({ expr }) => expr);
  expect(unscoped).toEqual([]);
});

test('each language is asked somewhere', () => {
  const languages = Object.values(all)
    .flat()
    .flatMap((dashboard) => queriesOf(dashboard))
    .map(({ language }) => language);
  expect([...new Set(languages)].sort()).toEqual(['flux', 'logql', 'promql', 'sql']);
});

describe('what is wrong is found', () => {
  const [, first, second] = sample().panels;
  if (first === undefined || second === undefined) throw new Error('the sample has no two panels');

  test.each<[string, (dashboard: DashboardLike) => DashboardLike, string]>([
    [
      'panels over each other',
      (d) => ({ ...d, panels: [first, { ...second, gridPos: first.gridPos }] }),
      `"${first.title}" and "${second.title}" lie over each other`,
    ],
    [
      'a number twice',
      (d) => ({ ...d, panels: [first, { ...second, id: first.id }] }),
      `two panels have the number ${first.id}`,
    ],
    [
      'a panel beside the grid',
      (d) => ({ ...d, panels: [{ ...first, gridPos: { ...first.gridPos, x: 20 } }] }),
      `"${first.title}" lies beside the grid`,
    ],
    [
      'no question',
      (d) => ({ ...d, panels: [{ ...first, description: 'Queues' }] }),
      `"${first.title}" says no question`,
    ],
    ['no query', (d) => ({ ...d, panels: [{ ...first, targets: [] }] }), `"${first.title}" asks nothing`],
    [
      'a variable that is not there',
      (d) => ({ ...d, panels: [{ ...first, targets: [{ refId: 'A', expr: 'up{pod="$pod"}' }] }] }),
      `"${first.title}": there is no variable pod`,
    ],
    [
      'an identifier that Grafana does not take',
      (d) => ({ ...d, uid: 'x'.repeat(41) }),
      `${'x'.repeat(41)} is no identifier for Grafana: at most 40 of letters, digits, - and _`,
    ],
  ])('%s', (_what, spoil, says) => {
    expect(mistakesInDashboard(sample())).toEqual([]);
    expect(mistakesInDashboard(spoil(sample()))).toEqual([says]);
  });

  test('a data source, a dashboard, and a source behind a link that are not there; a namesake', () => {
    const sources = new Map([['metrics', 'prometheus']]);
    const lost = { ...first, datasource: { type: 'prometheus', uid: 'elsewhere' }, targets: [], links: [] };
    const pane = encodeURIComponent(
      JSON.stringify({ a: { queries: [{ datasource: { type: 'loki', uid: 'logs' } }] } }),
    );
    const links = [
      { title: 'next', url: '/d/nowhere?x' },
      { title: 'logs', url: `/explore?panes=${pane}` },
    ];
    const dashboard = {
      uid: 'one',
      title: 'One',
      panels: [{ ...lost, links, fieldConfig: { defaults: {} } }],
    };
    expect(brokenReferences([dashboard, { ...dashboard, panels: [] }], sources)).toEqual([
      'two dashboards are called one',
      'one: there is no dashboard nowhere',
      'one: there is no data source elsewhere of type prometheus',
      'one: there is no data source logs of type loki',
    ]);
  });
});

test('no question names an alert that no environment evaluates: its panel would lose the runbook without a word', () => {
  const questions = join(__dirname, '../../../../constructs/view/dashboards/questions');
  const named = readdirSync(questions).flatMap((file) =>
    [...readFileSync(join(questions, file), 'utf8').matchAll(/\balert: '(\w+)'/g)].map(([, alert]) => alert),
  );
  const evaluated = ENVIRONMENT_NAMES.flatMap((name) =>
    synthesisOf(name).platform.evaluatedRules.flatMap(({ groups }) =>
      groups.flatMap(({ rules }) => rules.flatMap((rule) => ('alert' in rule ? [rule.alert] : []))),
    ),
  );
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((alert) => alert === undefined || !evaluated.includes(alert))).toEqual([]);
});
