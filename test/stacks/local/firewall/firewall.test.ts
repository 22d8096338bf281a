/** The rules as text; `test/proof/local-firewall.test.ts` sends packets through them. */
import type { Manifest } from '../../../../policies/manifest';
import { firewallTables } from '../../../../stacks/local/firewall/firewall';
import type { ClusterPlan } from '../../../../stacks/local/cluster-plan';
import { object, planOf, workload } from '../plan-fixture';

function firewallRuleset(...args: Parameters<typeof firewallTables>): string {
  return firewallTables(...args).join('');
}

const pods = (name: string, replicas: number, namespace = 'shop'): Manifest => {
  const made = workload(
    'StatefulSet',
    name,
    { containers: [{ name, image: 'some', ports: [{ name: 'http', containerPort: replicas * 1000 }] }] },
    { replicas },
  );
  return { ...made, metadata: { name, namespace } };
};
const namespace = (name: string, team: string): Manifest => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels: { team } },
});
const WORLD = [
  namespace('shop', 'red'),
  namespace('bank', 'blue'),
  pods('api', 1),
  pods('db', 2),
  pods('vault', 3, 'bank'),
];

const policy = (
  spec: Record<string, unknown>,
  of: Record<string, unknown> = { matchLabels: { app: 'api' } },
): Manifest => object('NetworkPolicy', 'p', { spec: { podSelector: of, ...spec } });

const dns = (protocol: string): string => `ip daddr 169.254.20.10 ${protocol} dport 53 accept`;

function planWith(...objects: readonly Manifest[]): ClusterPlan {
  return planOf([...WORLD, ...objects]);
}

/** The lines between `<kind> <name> {` and its closing brace. */
function blockOf(text: string, head: string): string[] | undefined {
  const lines = text.split('\n').map((line) => line.trim());
  const start = lines.indexOf(`${head} {`);
  return start === -1 ? undefined : lines.slice(start + 1, lines.indexOf('}', start));
}

function tableOf(plan: ClusterPlan, direction: 'egress' | 'ingress'): string {
  const found = firewallTables(plan, new Set()).find((table) =>
    table.startsWith(`table ip hyperion_${direction}\n`),
  );
  if (found === undefined) throw new Error(`no table for ${direction}`);
  return found;
}

/** What a workload of namespace shop may send or receive; comments are left out. */
function allowed(
  direction: 'egress' | 'ingress',
  spec: Record<string, unknown>,
  name = 'api',
): string[] | undefined {
  const text = tableOf(planWith(policy(spec)), direction);
  return blockOf(text, `chain allowed/shop/${name}`)?.filter((line) => !line.startsWith('#'));
}

const egress = (...rules: readonly unknown[]): string[] | undefined =>
  allowed('egress', { policyTypes: ['Egress'], egress: rules });
const ingress = (...rules: readonly unknown[]): string[] | undefined =>
  allowed('ingress', { policyTypes: ['Ingress'], ingress: rules });

test('without policies every pod reaches every other', () => {
  const text = firewallRuleset(planWith(), new Set());
  expect(blockOf(text, 'map senders')).toEqual(['type ipv4_addr : verdict']);
  expect(blockOf(text, 'map receivers')).toEqual(['type ipv4_addr : verdict']);
});

test('each table is replaced as a whole', () => {
  const lines = firewallRuleset(planWith(), new Set()).split('\n');
  for (const table of ['ip hyperion_egress', 'ip hyperion_ingress', 'ip hyperion_services']) {
    const start = lines.indexOf(`table ${table}`);
    expect(lines.slice(start, start + 3)).toEqual([
      `table ${table}`,
      `delete table ${table}`,
      `table ${table} {`,
    ]);
  }
});

test('a selected pod is cut off in the direction of the policy, and what is dropped is counted', () => {
  const text = firewallRuleset(planWith(policy({ policyTypes: ['Egress'] })), new Set());
  expect(blockOf(text, 'map senders')).toContain('10.244.2.1 : jump egress/shop/api-0,');
  expect(blockOf(text, 'map receivers')).toEqual(['type ipv4_addr : verdict']);
  expect(blockOf(text, 'chain egress/shop/api-0')).toEqual(['jump allowed/shop/api', 'counter drop']);
  expect(blockOf(text, 'chain allowed/shop/api')).toEqual([]);
});

test('an empty selector takes every pod of its namespace, and of no other', () => {
  const text = firewallRuleset(planWith(policy({ policyTypes: ['Ingress'] }, {})), new Set());
  const elements = blockOf(text, 'map receivers')?.filter((line) => line.includes('jump'));
  expect(elements).toEqual([
    '10.244.2.1 : jump ingress/shop/api-0,',
    '10.244.3.1 : jump ingress/shop/db-0,',
    '10.244.3.2 : jump ingress/shop/db-1,',
  ]);
});

test.each([
  [{}, ['ingress']],
  [{ egress: [] }, ['ingress']],
  [{ egress: [{}] }, ['ingress', 'egress']],
  [{ policyTypes: ['Egress'], ingress: [{}] }, ['egress']],
])('policyTypes of %j are %j', (spec, directions) => {
  const found = (['ingress', 'egress'] as const).filter(
    (direction) => allowed(direction, spec) !== undefined,
  );
  expect(found).toEqual(directions);
});

test('a rule without peers is for all, one without ports for every port', () => {
  expect(egress({})).toEqual(['accept']);
  expect(egress({ to: [], ports: [] })).toEqual(['accept']);
  expect(egress({ ports: [{ port: 80 }] })).toEqual(['tcp dport 80 accept']);
});

test.each([
  ['pods of its own namespace', { podSelector: { matchLabels: { app: 'db' } } }, ['@shop/db']],
  ['none in its own namespace', { podSelector: { matchLabels: { app: 'vault' } } }, []],
  [
    'pods of another namespace',
    { namespaceSelector: { matchLabels: { team: 'blue' } }, podSelector: { matchLabels: { app: 'vault' } } },
    ['@bank/vault'],
  ],
  [
    'both have to fit',
    { namespaceSelector: { matchLabels: { team: 'blue' } }, podSelector: { matchLabels: { app: 'db' } } },
    [],
  ],
  [
    'a namespace by its name',
    { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'bank' } } },
    ['@bank/vault'],
  ],
  [
    'expressions',
    {
      namespaceSelector: { matchExpressions: [{ key: 'team', operator: 'In', values: ['blue', 'red'] }] },
      podSelector: { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['db'] }] },
    },
    ['@bank/vault', '@shop/api'],
  ],
  [
    'one pod of several, by its address',
    { podSelector: { matchLabels: { 'statefulset.kubernetes.io/pod-name': 'db-1' } } },
    ['10.244.3.2'],
  ],
  [
    'some pods of several workloads',
    {
      namespaceSelector: {},
      podSelector: { matchLabels: { 'apps.kubernetes.io/pod-index': '0' } },
    },
    ['@shop/api', '{ 10.244.1.1, 10.244.3.1 }'],
  ],
])('peers: %s', (_title, peer, addresses) => {
  expect(egress({ to: [peer] })).toEqual(addresses.map((address) => `ip daddr ${address} accept`));
  expect(ingress({ from: [peer] })).toEqual(addresses.map((address) => `ip saddr ${address} accept`));
});

test('workloads are sets of addresses', () => {
  const rules = policy({ policyTypes: ['Egress'], egress: [{ to: [{ namespaceSelector: {} }] }] });
  const text = firewallRuleset(planWith(rules), new Set());
  expect(blockOf(text, 'set bank/vault')).toEqual([
    'type ipv4_addr',
    'elements = { 10.244.1.1, 10.244.1.2, 10.244.1.3 }',
  ]);
  expect(firewallRuleset(planWith(), new Set())).not.toContain('set bank/vault');
});

test('every namespace includes the name server', () => {
  const everywhere = { namespaceSelector: {} };
  expect(egress({ to: [everywhere], ports: [{ port: 53, protocol: 'UDP' }] })).toContain(dns('udp'));
  const kubeDns = {
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
    podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
  };
  const ports = [
    { port: 53, protocol: 'UDP' },
    { port: 'dns-tcp', protocol: 'TCP' },
  ];
  expect(egress({ to: [kubeDns], ports })).toEqual([dns('udp'), dns('tcp')]);
});

test.each([
  [{ cidr: '10.0.0.0/8' }, ['ip daddr 10.0.0.0/8 accept']],
  [
    { cidr: '0.0.0.0/0', except: ['10.1.0.0/16', '10.1.2.0/24'] },
    ['ip daddr 0.0.0.0/0 ip daddr != 10.1.0.0/16 ip daddr != 10.1.2.0/24 accept'],
  ],
  [{ cidr: '2001:db8::/32' }, []],
  [{ cidr: '${cloud:cidr}' }, []],
])('addresses outside: %j', (ipBlock, rules) => {
  expect(egress({ to: [{ ipBlock }] })).toEqual(rules);
});

test.each([
  [{ port: 80 }, 'tcp dport 80'],
  [{ port: 53, protocol: 'UDP' }, 'udp dport 53'],
  [{ port: 8000, endPort: 8010 }, 'tcp dport 8000-8010'],
  [{ port: 8000, endPort: 8000 }, 'tcp dport 8000'],
  [{ protocol: 'UDP' }, 'ip protocol udp'],
  [{}, 'ip protocol tcp'],
])('port %j is %s', (port, text) => {
  expect(egress({ ports: [port] })).toEqual([`${text} accept`]);
});

test('a port by name is the receiver’s', () => {
  const ports = [{ port: 'http' }];
  expect(ingress({ ports })).toEqual(['tcp dport 1000 accept']);
  expect(ingress({ ports: [{ port: 'none' }] })).toEqual([]);
  expect(egress({ ports, to: [{ namespaceSelector: {} }] })).toEqual([
    'ip daddr @bank/vault tcp dport 3000 accept',
    'ip daddr @shop/api tcp dport 1000 accept',
    'ip daddr @shop/db tcp dport 2000 accept',
  ]);
  expect(egress({ ports, to: [{ ipBlock: { cidr: '10.0.0.0/8' } }] })).toEqual([]);
});

test('what several policies allow adds up, each with its name', () => {
  const other = object('NetworkPolicy', 'q', {
    spec: {
      podSelector: {},
      policyTypes: ['Egress'],
      egress: [{ ports: [{ port: 81 }] }, { to: [{ podSelector: { matchLabels: { app: 'none' } } }] }],
    },
  });
  const text = firewallRuleset(
    planWith(policy({ policyTypes: ['Egress'], egress: [{ ports: [{ port: 80 }] }] }), other),
    new Set(),
  );
  expect(blockOf(text, 'chain allowed/shop/api')).toEqual([
    '# p egress[0]',
    'tcp dport 80 accept',
    '# q egress[0]',
    'tcp dport 81 accept',
    '# q egress[1]: nobody of whom is here',
  ]);
});

test('pods of a workload share their rules, unless they differ', () => {
  const same = firewallRuleset(planWith(policy({ policyTypes: ['Ingress'] }, {})), new Set());
  expect(blockOf(same, 'chain ingress/shop/db-1')?.[0]).toBe('jump allowed/shop/db');
  const one = policy(
    { policyTypes: ['Ingress'], ingress: [{}] },
    { matchLabels: { 'statefulset.kubernetes.io/pod-name': 'db-1' } },
  );
  const differing = firewallRuleset(
    planWith(policy({ policyTypes: ['Ingress'] }, {}), { ...one, metadata: { ...one.metadata, name: 'q' } }),
    new Set(),
  );
  expect(blockOf(differing, 'chain ingress/shop/db-0')?.[0]).toBe('jump allowed/shop/db');
  expect(blockOf(differing, 'chain ingress/shop/db-1')?.[0]).toBe('jump allowed/shop/db/2');
  expect(blockOf(differing, 'chain allowed/shop/db/2')).toEqual(['# q ingress[0]', 'accept']);
});

describe('Services', () => {
  const service = (name: string, spec: Record<string, unknown> = {}): Manifest =>
    object('Service', name, {
      spec: {
        selector: { app: name },
        ports: [
          { port: 80, targetPort: 8080 },
          { port: 53, protocol: 'UDP' },
        ],
        ...spec,
      },
    });
  const rulesOf = (ready: readonly string[], spec: Record<string, unknown> = {}): string[] | undefined =>
    blockOf(firewallRuleset(planWith(service('db', spec)), new Set(ready)), 'chain services');

  test('lead to the ready pod', () => {
    expect(rulesOf(['shop/db-1', 'shop/api-0'])).toEqual([
      '# shop/db:80',
      'ip daddr 10.96.1.1 tcp dport 80 dnat to 10.244.3.2:8080',
      '# shop/db:53',
      'ip daddr 10.96.1.1 udp dport 53 dnat to 10.244.3.2:53',
    ]);
  });

  test('lead to one of several at random', () => {
    expect(rulesOf(['shop/db-1', 'shop/db-0'])).toContain(
      'ip daddr 10.96.1.1 tcp dport 80 dnat to numgen random mod 2 map { 0 : 10.244.3.1, 1 : 10.244.3.2 }:8080',
    );
  });

  test('without a ready pod lead nowhere', () => {
    expect(rulesOf([])).toEqual(['# shop/db:80 has no ready pod', '# shop/db:53 has no ready pod']);
  });

  test('lead to pods that are not ready, when they say so', () => {
    expect(rulesOf([], { publishNotReadyAddresses: true })).toHaveLength(4);
  });

  test('without an address have no rule', () => {
    expect(rulesOf(['shop/db-1'], { clusterIP: 'None' })).toEqual([]);
  });
});
