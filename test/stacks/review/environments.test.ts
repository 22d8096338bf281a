/** What holds for the review of every environment. */
import { External } from '../../../constructs/core/party';
import { formatResource, type Manifest } from '../../../policies/manifest';
import { ENVIRONMENTS } from '../../../stacks/environments';
import { gatherReview } from '../../../stacks/review/gather';
import type { ReviewDocument } from '../../../stacks/review/review-document';
import { secretNames } from '../../../stacks/pulumi/demand-secrets';
import { ENVIRONMENT_NAMES, synthesisOf } from '../../environments';
import { AS_OF } from './small-review';

// The first one loads the layout engine.
jest.setTimeout(60_000);

const made = new Map<string, Promise<ReviewDocument>>();

function gather(name: string): Promise<ReviewDocument> {
  const environment = ENVIRONMENTS[name];
  if (environment === undefined) throw new Error(`no environment ${name}`);
  return gatherReview(name, environment, { asOf: AS_OF });
}

function reviewOf(name: string): Promise<ReviewDocument> {
  const known = made.get(name) ?? gather(name);
  made.set(name, known);
  return known;
}

function idOf({ kind, metadata }: Manifest): string {
  return formatResource({ kind, ...metadata });
}

describe.each(ENVIRONMENT_NAMES)('%s', (name) => {
  test('has every component, outsider, connection, object and image of its model', async () => {
    const review = await reviewOf(name);
    const { platform, objects, files } = synthesisOf(name);
    const { parties, connections, endpoints } = platform.graph;
    const components = platform.components.map(({ node }) => node.id);
    expect(review.components.map((component) => component.name)).toEqual([...components, 'policies']);
    expect(review.components.flatMap((component) => component.endpoints)).toHaveLength(
      endpoints.filter(({ owner }) => !(owner instanceof External)).length,
    );
    expect(review.externals.map((external) => external.name)).toEqual(
      parties.filter((party) => party instanceof External).map(({ id }) => id),
    );
    expect(review.connections.map(({ from, to, purpose }) => [from, to, purpose])).toEqual(
      connections.map(({ from, to, purpose }) => [from.id, to.id, purpose]),
    );
    expect(review.objects.map(({ id }) => id)).toEqual(objects.map(({ object }) => idOf(object)));
    expect(review.images.map(({ image }) => `${image}\n`).join('')).toBe(files.get('images.txt'));
    const written = [...files.keys()].filter((path) => path.startsWith('config/')).sort();
    const shown = review.components.flatMap((one) =>
      one.configs.map(({ file }) => `config/${one.name}/${file}`),
    );
    expect([...new Set(shown)].sort()).toEqual(written);
  });

  test('names nothing that it has not', async () => {
    const { components, externals, connections, objects, alerts, images, picture } = await reviewOf(name);
    const { secrets, access, dashboards } = await reviewOf(name);
    const known = {
      component: unique(components.map((component) => component.name)),
      connection: unique(connections.map(({ id }) => id)),
      object: unique(objects.map(({ id }) => id)),
      alert: unique(alerts.map(({ id }) => id)),
      endpoint: new Set(synthesisOf(name).platform.graph.endpoints.map(({ id }) => id)),
      image: unique(images.map(({ image }) => image)),
      party: new Set([...components, ...externals].map((one) => one.name)).add(''),
    };
    const named: Readonly<Record<keyof typeof known, readonly string[]>> = {
      component: [
        ...[...objects, ...dashboards].map(({ component }) => component),
        ...alerts.flatMap((alert) => [alert.evaluatedBy, ...alert.components]),
        ...images.flatMap(({ usedBy }) => usedBy),
        ...secrets.flatMap(({ readers }) => readers.map(({ component }) => component)),
      ],
      connection: [
        ...components.flatMap((component) => component.connections),
        ...picture.lines.flatMap((line) => line.connections),
      ],
      object: [
        ...components.flatMap((component) => component.objects),
        ...components.flatMap((one) => one.networkPolicies.map((policy) => `NetworkPolicy ${policy}`)),
        ...connections.flatMap((one) => one.networkPolicies.map(policyObject)),
      ],
      alert: components.flatMap((component) => component.alerts),
      endpoint: [...connections.map(({ to }) => to), ...secrets.flatMap(({ acceptedBy }) => acceptedBy)],
      image: components.flatMap(({ workloads }) => workloads.flatMap((workload) => workload.images)),
      party: [
        ...connections.flatMap(({ fromComponent, toComponent }) => [fromComponent, toComponent]),
        ...access.map(({ component }) => component),
      ],
    };
    for (const kind of Object.keys(known) as (keyof typeof known)[]) {
      expect([kind, named[kind].filter((one) => !known[kind].has(one))]).toEqual([kind, []]);
    }
    expect(components.flatMap((component) => component.objects)).toHaveLength(objects.length);
  });

  test('each connection names the policy of each end that is a pod of the platform', async () => {
    const { connections } = await reviewOf(name);
    const { graph } = synthesisOf(name).platform;
    const policies = new Set(
      synthesisOf(name)
        .objects.filter(({ object }) => object.kind === 'NetworkPolicy')
        .map(({ object: { metadata } }) => `${metadata.namespace ?? ''}/${metadata.name}`),
    );
    for (const [index, { from, to }] of graph.connections.entries()) {
      const wanted = [[from, 'egress'] as const, [to.owner, 'ingress'] as const].flatMap(
        ([{ reach, id }, way]) =>
          // Of an outsider's pods the policies are somebody else's.
          reach.kind === 'pods' && policies.has(`${reach.namespace}/${id}`)
            ? [`${reach.namespace}/${id}: ${way}`]
            : [],
      );
      expect(connections[index]?.networkPolicies).toEqual(wanted);
    }
    const ownPods = graph.parties.filter((party) => !(party instanceof External));
    const crossing = graph.connections.filter(
      ({ from, to }) => from !== to.owner && ownPods.includes(from) && ownPods.includes(to.owner),
    );
    for (const connection of crossing) {
      const entry = connections[graph.connections.indexOf(connection)];
      // Rook's and other operators' pods stand in namespaces of their own.
      const guests = [connection.from, connection.to.owner].filter(
        ({ reach, id }) => reach.kind === 'pods' && !policies.has(`${reach.namespace}/${id}`),
      );
      expect(entry?.networkPolicies).toHaveLength(2 - guests.length);
    }
  });

  test('has every secret by name, with a reader, and no value of any', async () => {
    const { secrets } = await reviewOf(name);
    const names = secrets.map((secret) => secret.name);
    expect(names).toEqual(expect.arrayContaining(secretNames(synthesisOf(name))));
    expect(secrets.filter(({ readers }) => readers.length === 0)).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
    const { objects } = synthesisOf(name);
    expect(objects.filter(({ object }) => object.kind === 'Secret' && hasValues(object))).toEqual([]);
    const accepted = synthesisOf(name).platform.graph.endpoints.flatMap(({ auth }) => auth.accepted);
    const ours = accepted.filter((secret) => names.includes(secret.name));
    for (const secret of ours) {
      expect(secrets.find((entry) => entry.name === secret.name)?.acceptedBy).not.toEqual([]);
    }
  });

  test('tells of every service account and every connection what it may do', async () => {
    const { access, connections } = await reviewOf(name);
    const accounts = synthesisOf(name).objects.filter(({ object }) => object.kind === 'ServiceAccount');
    const principals = new Set(access.map(({ principal }) => principal));
    for (const { object } of accounts) {
      expect(principals).toContain(`${object.metadata.namespace ?? ''}/${object.metadata.name}`);
    }
    for (const { from, to, toComponent } of connections) {
      expect(
        access.some(
          (row) => row.principal === from && row.scope === toComponent && row.resources.startsWith(`${to}, `),
        ),
      ).toBe(true);
    }
  });

  test('is fine, and the same the second time', async () => {
    const review = await reviewOf(name);
    expect(review.findings).toEqual([]);
    expect(JSON.stringify(await gather(name))).toBe(JSON.stringify(review));
  });
});

test('the hub tells who may do what at the door of its store', async () => {
  const { access } = await reviewOf('hub-infra');
  const door = access.filter(({ resources }) => resources.startsWith('vmauth/http, '));
  expect(door).toContainEqual({
    principal: 'whoever holds vmauth-vmagent-prod-token',
    component: '',
    scope: 'vmauth',
    resources: 'vmauth/http, prometheus-remote-write /api/v1/write',
    verbs: ['write'],
    through: 'bearer (vmauth-vmagent-prod-token)',
  });
  expect(door.find(({ principal }) => principal === 'vmalert')).toMatchObject({
    component: 'vmalert',
    through: expect.stringMatching(/^bearer \(vmauth-vmalert-token\)$/) as string,
  });
});

test('what agents may ask of the Kubernetes API, and pods of the cloud', async () => {
  const { access } = await reviewOf('epiphany-dev');
  const filebeat = { principal: 'epiphany-agents/filebeat', component: 'filebeat' };
  const through = 'ClusterRole filebeat';
  const verbs = ['get', 'list', 'watch'];
  expect(access.filter(({ principal }) => principal === filebeat.principal)).toEqual([
    { ...filebeat, scope: 'cluster', resources: 'pods, namespaces, nodes', verbs, through },
    { ...filebeat, scope: 'cluster', resources: 'replicasets (apps)', verbs, through },
    { ...filebeat, scope: 'cluster', resources: 'jobs (batch)', verbs, through },
  ]);
  expect((await reviewOf('hyperion-prod')).access).toContainEqual({
    principal: 'hyperion-store/loki-querier',
    component: 'loki',
    scope: 'cloud',
    resources: 'what identity-logs-client-id is granted',
    verbs: [],
    through: 'workload identity',
  });
});

test('secrets that operators make in the cluster', async () => {
  const { secrets: loki } = await reviewOf('anton');
  expect(loki.find(({ name }) => name === 'monitoring/loki-chunks')).toEqual({
    name: 'monitoring/loki-chunks',
    store: 'Rook (storage-bucket-retain)',
    readers: ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'].map((key) => ({
      component: 'loki',
      secret: 'monitoring/loki-chunks',
      key,
    })),
    acceptedBy: [],
  });
  const { secrets: logging } = await reviewOf('epiphany-dev');
  expect(logging.find(({ store }) => store.startsWith('cert-manager (Issuer '))).toMatchObject({
    acceptedBy: [],
  });
});

test('dashboards, with their panels', async () => {
  const { dashboards } = await reviewOf('anton');
  expect(dashboards.length).toBeGreaterThan(0);
  for (const { uid, title, panels, component } of dashboards) {
    expect([uid, title, component].every((text) => text !== '')).toBe(true);
    expect(panels.length).toBeGreaterThan(0);
  }
});

function unique(names: readonly string[]): ReadonlySet<string> {
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  return new Set(names);
}

function policyObject(policy: string): string {
  return `NetworkPolicy ${policy.replace(/: (egress|ingress)$/, '')}`;
}

function hasValues({ data, stringData }: Manifest): boolean {
  return data !== undefined || stringData !== undefined;
}
