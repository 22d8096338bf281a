/**
 * How the hub and its spokes are wired, and what an operator can get wrong in their values.
 */
import { Duration, Size } from 'cdk8s';
import { coverOf } from '../../../constructs/core/outage-budget';
import type { HubProps, SpokeProps } from '../../../constructs/systems/hub-and-spoke-props';
import { HUB_DEV } from '../../../stacks/environments/hub-dev';
import { HUB_INFRA } from '../../../stacks/environments/hub-infra';
import { HUB_PROD } from '../../../stacks/environments/hub-prod';
import { SPOKES } from '../../../stacks/environments/hub-spokes';
import { builtHub, builtSpoke, components, configText, flows, messageOf } from './hub-and-spoke-fixture';

test('a spoke scrapes its cluster and writes to the hub over TLS, and to its cold tier what is kept for years', () => {
  const platform = builtSpoke(HUB_PROD);
  expect(components(platform)).toEqual([
    'exporter-readers',
    'kube-state-metrics',
    'namespaces',
    'node-exporter',
    'vmagent',
    'zone-ca',
  ]);
  expect(flows(platform)).toEqual([
    'vmagent → https://victoria-metrics-cold.infra.service:443/api/v1/write: disk-queue, 150/s',
    'vmagent → https://victoria-metrics.infra.service:443/api/v1/write: disk-queue, 1500/s',
  ]);
});

test('everything that the design names is scraped, under the labels of the cluster', () => {
  const platform = builtSpoke(HUB_DEV);
  const scrapes = configText(platform, 'vmagent', 'scrape.yml');
  expect([...scrapes.matchAll(/job_name: (.+)/g)].map(([, job]) => job)).toEqual([
    'node-exporter',
    'kube-state-metrics',
    'kubelet',
    'cadvisor',
    'api-server',
    'pods-8080',
    'pods-9090',
    'external-secrets',
    'vmagent',
  ]);
  expect(scrapes).toContain('external_labels:\n    cluster: dev\n    environment: dev\n');
  expect(scrapes).toContain('scrape_interval: 30s\n');
});

test('how long the hub may be away: what the 10 GiB of each spoke hold', () => {
  const covers = SPOKES.map((props) => {
    const { graph } = builtSpoke(props);
    const [first] = graph.connections.filter(({ to }) => to.protocol === 'prometheus-remote-write');
    if (first === undefined) throw new Error('nobody writes');
    return { cluster: props.cluster.name, hours: Math.floor(coverOf(graph, first).seconds / 3600) };
  });
  expect(covers).toEqual([
    { cluster: 'dev', hours: 772 },
    { cluster: 'staging', hours: 386 },
    { cluster: 'prod', hours: 154 },
  ]);
  for (const { hours } of covers) expect(hours).toBeGreaterThan(HUB_DEV.survivesOutage.toHours());
});

test('what flows in the hub: the declared workloads of all clusters', () => {
  const monitoring = (service: string, rest: string): string =>
    `${service}.monitoring.svc.cluster.local:${rest}`;
  const insert = (cold: string): string =>
    `http://${monitoring(`vminsert${cold}`, '8480/insert/0/prometheus/api/v1/write')}`;
  expect(flows(builtHub(HUB_INFRA))).toEqual(
    [
      `vmagent → https://${monitoring('vmauth', '8427/api/v1/write')}: disk-queue, 600/s`,
      `vmagent → https://${monitoring('vmauth-cold', '8427/api/v1/write')}: disk-queue, 60/s`,
      ...[600, 300, 600, 1500].map((rate) => `vmauth → ${insert('')}: synchronous, ${rate}/s`),
      ...[67, 34, 67, 167].map((rate) => `vmauth-cold → ${insert('-cold')}: synchronous, ${rate}/s`),
    ].sort(),
  );
});

test('who asks whom in the hub', () => {
  const { graph } = builtHub(HUB_INFRA);
  const asked = graph.connections
    .filter(({ signals }) => signals.some((signal) => ['queries', 'alerts', 'web', 'state'].includes(signal)))
    .map(({ from, to }) => `${from.id} → ${to.owner.id}: ${to.protocol}`);
  expect([...new Set(asked)].sort()).toEqual([
    'alertmanager → alertmanager-receivers: https',
    'alertmanager → alertmanager-receivers: smtp',
    'cluster-dev → load-balancer-addresses: https',
    'cluster-prod → load-balancer-addresses: https',
    'cluster-staging → load-balancer-addresses: https',
    'developers → load-balancer-addresses: https',
    'grafana → identity-provider: https',
    'grafana → postgresql: postgresql',
    'grafana → vmauth: prometheus-query',
    'load-balancer-addresses → grafana: http',
    'load-balancer-addresses → vmauth: prometheus-query',
    'operations → load-balancer-addresses: https',
    'vmalert → alertmanager: alertmanager-api',
    'vmalert → vmauth: prometheus-query',
    'vmauth → vmselect: prometheus-query',
    'vmselect → vmstorage-cold: vm-select',
    'vmselect → vmstorage: vm-select',
  ]);
});

test('every cluster is watched, and Grafana’s roles are the groups of the access matrix', () => {
  const platform = builtHub(HUB_INFRA);
  const rules = configText(platform, 'vmalert', 'rules.yml');
  expect([...rules.matchAll(/count\(up\{cluster="([^"]+)"\}\)/g)].map(([, name]) => name)).toEqual([
    'infra',
    'dev',
    'staging',
    'prod',
  ]);
  expect(configText(platform, 'grafana', 'grafana.ini')).toContain(
    "role_attribute_path = contains(groups[*], 'operations') && 'Admin' || contains(groups[*], 'developers') && 'Viewer'",
  );
});

test('notifications go to Slack, PagerDuty and by e-mail', () => {
  const config = configText(builtHub(HUB_INFRA), 'alertmanager', 'alertmanager.yml');
  for (const service of ['slack_configs', 'pagerduty_configs', 'email_configs']) {
    expect(config).toContain(`${service}:`);
  }
});

test('writes with one vmstorage away: the model says what two of them with two copies are good for', () => {
  const { derivations } = builtHub(HUB_INFRA);
  expect(
    derivations.find(
      ({ component, what }) => component === 'victoria-metrics' && what === 'with 1 of 2 vmstorages away',
    )?.value,
  ).toBe('complete answers, writes in reduced replication');
});

interface Mistake {
  readonly what: string;
  readonly build: () => unknown;
  readonly says: readonly string[];
}

const hubWith = (change: Partial<HubProps>) => () => builtHub({ ...HUB_INFRA, ...change });
const spokeWith = (change: Partial<SpokeProps>) => () => builtSpoke({ ...HUB_DEV, ...change });
const [DEV, STAGING, PROD] = SPOKES.map(({ cluster }) => cluster);
if (DEV === undefined || STAGING === undefined || PROD === undefined) throw new Error('three spokes');

const MISTAKES: readonly Mistake[] = [
  {
    what: 'two clusters of one name',
    build: hubWith({ spokes: [DEV, STAGING, { ...PROD, name: 'dev' }] }),
    says: [
      'hub-infra/clusters: name = "dev"',
      '  rule:   every cluster has a name of its own: its token and the label cluster of all its series come from it',
      '  remedy: rename one of the two',
    ],
  },
  {
    what: 'a spoke that has the hub’s own name',
    build: hubWith({ spokes: [{ ...DEV, name: 'infra' }] }),
    says: ['hub-infra/clusters: name = "infra"'],
  },
  {
    what: 'a name that is no name',
    build: hubWith({ spokes: [{ ...DEV, name: 'Dev_1' }] }),
    says: [
      'hub-infra/clusters: name = "Dev_1"',
      '  rule:   a cluster is named by at most 40 of a-z, 0-9 and hyphens, a letter first and no hyphen last: secrets and users are named after it',
      '  remedy: choose another name; it is also the label cluster of all its series',
    ],
  },
  {
    what: 'addresses that two clusters claim',
    build: hubWith({ spokes: [DEV, { ...STAGING, cidrs: ['10.120.64.0/18'] }] }),
    says: [
      'hub-infra/clusters/staging: cidrs = "10.120.64.0/18"',
      '  rule:   the same addresses are in 10.120.0.0/16 of dev: nobody could say which cluster calls',
      '  remedy: give each cluster blocks of its own',
    ],
  },
  {
    what: 'a block that does not begin at its first address',
    build: hubWith({ spokes: [{ ...DEV, cidrs: ['10.120.1.0/16'] }] }),
    says: [
      'hub-infra/clusters/dev: cidrs = "10.120.1.0/16"',
      '  rule:   an IPv4 block begins at its own first address, e.g. 10.1.0.0/16',
    ],
  },
  {
    what: 'a cluster that sends logs which nobody keeps',
    build: hubWith({ spokes: [{ ...DEV, sends: { logs: { perSecond: 100, bytesEach: 350 } } }] }),
    says: [
      'hub-infra/clusters/dev: sends.logs = {"perSecond":100,"bytesEach":350}',
      '  rule:   the hub keeps no logs',
      '  remedy: give the hub logs, or let the cluster send none',
    ],
  },
  {
    what: 'a hub that is to be active and stands nowhere',
    build: hubWith({ hubs: { ...HUB_INFRA.hubs, active: 'standby' } }),
    says: [
      'hub-infra/hubs: hubs.active = "standby"',
      '  rule:   the hubs are primary',
      '  remedy: say in hubs.standby where it stands, or name another one',
    ],
  },
  {
    what: 'more vmselects than the design allows',
    build: hubWith({ metrics: { ...HUB_INFRA.metrics, queryReplicas: 11 } }),
    says: ['hub-infra/victoria-metrics: ', 'at most 10'],
  },
  {
    what: 'more vmstorages than the design allows',
    build: hubWith({ metrics: { ...HUB_INFRA.metrics, storages: 21 } }),
    says: ['hub-infra/victoria-metrics: storage.replicas = 21', '  rule:   at most 20'],
  },
  {
    what: 'volumes that cannot hold 15 days',
    build: hubWith({ metrics: { ...HUB_INFRA.metrics, volume: Size.gibibytes(4) } }),
    says: [
      'hub-infra/victoria-metrics: volume.size = "2 × 4 GiB = 8 GiB"',
      '  rule:   1 B × 3000 samples/s × 2 copies × (15 d + 1 d) × 1.25 = 9.7 GiB has to fit',
    ],
  },
  {
    what: 'an outage that a spoke’s queue does not cover',
    build: spokeWith({ survivesOutage: Duration.days(60) }),
    says: [
      'hub-dev/vmagent: delivery to hub-primary/metrics (metrics) = "survives 32 d 4 h: ',
      '  rule:   the environment survives an outage of 60 d 0 h of any store or processor',
    ],
  },
  {
    what: 'a workload that does not fit its series',
    build: spokeWith({
      cluster: { ...DEV, workload: { nodes: 3, activeSeries: 10_000, samplesPerSecond: 3000 } },
    }),
    says: ['hub-dev/vmagent: declared.samplesPerSecond = 3000'],
  },
];

test.each(MISTAKES)('reports $what', ({ build, says }) => {
  const message = messageOf(build);
  for (const text of says) expect(message).toContain(text);
});
