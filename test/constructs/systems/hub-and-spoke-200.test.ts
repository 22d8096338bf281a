/**
 * A hub with 200 spokes: what follows from the list holds for all of them.
 */
import { Duration, Size } from 'cdk8s';
import type { Platform } from '../../../constructs/core/platform';
import type { Cluster, HubProps } from '../../../constructs/systems/hub-and-spoke-props';
import { parse } from 'yaml';
import { HUB_INFRA } from '../../../stacks/environments/hub-infra';
import { HUB_DEV } from '../../../stacks/environments/hub-dev';
import { synthesise } from '../../../stacks/synthesis';
import { builtHub, builtSpoke, configText } from './hub-and-spoke-fixture';

const COUNT = 200;

const CLUSTERS: readonly Cluster[] = Array.from({ length: COUNT }, (_, i) => ({
  // The longest name that is allowed is among them.
  name: i === 0 ? 'a'.repeat(40) : `spoke-${String(i).padStart(3, '0')}`,
  environment: i % 3 === 0 ? 'production' : 'dev',
  cidrs: [`100.${64 + Math.floor(i / 16)}.${(i % 16) * 16}.0/20`],
  workload: { nodes: 3, activeSeries: 10_000, samplesPerSecond: 300 },
}));

const PROPS: HubProps = {
  ...HUB_INFRA,
  spokes: CLUSTERS,
  hubs: {
    ...HUB_INFRA.hubs,
    coldTier: { every: Duration.minutes(5), retention: Duration.days(400), volume: Size.gibibytes(500) },
  },
  metrics: { ...HUB_INFRA.metrics, volume: Size.gibibytes(200) },
};

interface Door {
  readonly users: readonly { readonly name: string; readonly bearer_token: string }[];
}

let platform: Platform;
beforeAll(() => {
  platform = builtHub(PROPS);
});

test('the users of the door are the clusters and those who read, each with a token of his own', () => {
  const { users } = parse(configText(platform, 'vmauth', 'auth.yml')) as Door;
  expect(users.map(({ name }) => name)).toEqual([
    'vmagent-infra',
    ...CLUSTERS.map(({ name }) => `vmagent-${name}`),
    'grafana',
    'vmalert',
    'operations',
  ]);
  expect(new Set(users.map(({ bearer_token }) => bearer_token)).size).toBe(COUNT + 4);
});

test('the names of secrets, of users and of objects are unique and within the limits of those who keep them', () => {
  const { objects } = synthesise(platform);
  const secrets = objects.flatMap(({ object }) =>
    object.kind === 'ExternalSecret' && object.metadata.name === 'vmauth-secrets'
      ? (object as unknown as { spec: { data: { remoteRef: { key: string } }[] } }).spec.data.map(
          ({ remoteRef }) => remoteRef.key,
        )
      : [],
  );
  expect(secrets).toHaveLength(COUNT + 4);
  expect(new Set(secrets).size).toBe(secrets.length);
  // A key of a Kubernetes Secret, and a name in AWS Secrets Manager, which takes 512 characters.
  for (const name of secrets) expect(name).toMatch(/^[-._a-zA-Z0-9]{1,253}$/);
  const names = objects.map(
    ({ object: { apiVersion, kind, metadata } }) =>
      `${apiVersion} ${kind} ${metadata.namespace ?? ''}/${metadata.name}`,
  );
  expect(new Set(names).size).toBe(names.length);
  for (const { object } of objects) expect(object.metadata.name.length).toBeLessThanOrEqual(253);
});

test('the load balancer admits every cluster and nobody else', () => {
  const callers = platform.graph.connections
    .filter(({ to }) => to.owner.id === 'load-balancer-addresses')
    .map(({ from }) => from.reach);
  const cidrs = callers.flatMap((reach) => (reach.kind === 'addresses' ? reach.cidrs : ['pods']));
  expect([...new Set(cidrs)].sort()).toEqual(
    [
      ...CLUSTERS.flatMap(({ cidrs }) => cidrs),
      ...PROPS.network.operations,
      ...PROPS.network.developers,
    ].sort(),
  );
});

test('the stores are sized for all of them, and each is watched', () => {
  const disk = platform.derivations.find(
    ({ component, what }) => component === 'victoria-metrics' && what === 'disk for all vmstorages',
  );
  expect(disk?.from).toBe('1 B × 60600 samples/s × 2 copies × (15 d + 1 d) × 1.25');
  const rules = configText(platform, 'vmalert', 'rules.yml');
  expect(rules.match(/alert: SpokeSilent\n/g)).toHaveLength(COUNT + 1);
});

test('no file outgrows what Kubernetes keeps in one object', () => {
  for (const component of platform.components) {
    for (const { files } of component.configs) {
      const bytes = files.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
      expect(bytes).toBeLessThan(1024 ** 2 / 2);
    }
  }
});

test('a spoke presents its own token to every door, and no other secret is in its cluster but the zone’s authority', () => {
  const secrets = new Set<string>();
  for (const cluster of CLUSTERS.slice(0, 20)) {
    const spoke = builtSpoke({ ...HUB_DEV, environment: `hub-${cluster.name}`, cluster });
    const keys = synthesise(spoke).objects.flatMap(({ object }) =>
      object.kind === 'ExternalSecret'
        ? (object as unknown as { spec: { data: { remoteRef: { key: string } }[] } }).spec.data.map(
            ({ remoteRef }) => remoteRef.key,
          )
        : [],
    );
    expect(keys.sort()).toEqual([`vmauth-vmagent-${cluster.name}-token`, 'zone-certificate-authority']);
    for (const key of keys) secrets.add(key);
  }
  expect(secrets.size).toBe(21);
});
