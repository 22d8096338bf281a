/**
 * What an environment is compared with: read from a folder or from git, with or without a graph, or another environment.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Size } from 'cdk8s';
import { baselineAgainst, baselineOf, graphOf } from '../../../stacks/review/changes/baseline';
import { changesSince } from '../../../stacks/review/changes/changes-since';
import { asNamedLike } from '../../../stacks/review/changes/other-environment';
import { synthesise } from '../../../stacks/synthesis';
import { smallEnvironment, smallPlatform } from '../small-platform';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'baseline-'));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

/** What `hyperion synth` writes, some of it changed or left out. */
function write(folder: string, change: Readonly<Record<string, string | undefined>> = {}): void {
  for (const [path, text] of synthesise(smallPlatform()).files) {
    const written = path in change ? change[path] : text;
    if (written === undefined) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), written);
  }
}

test('an earlier state from a folder: each object with its component, and the graph', () => {
  write(join(root, 'small-dev'));
  const baseline = baselineAgainst('small-dev', root, root);
  const synthesis = synthesise(smallPlatform());
  expect(baseline.objects.map(({ component, object }) => [component, object.metadata.name])).toEqual(
    synthesis.objects.map(({ component, object }) => [component, object.metadata.name]),
  );
  expect(baseline.graph).toEqual(graphOf(synthesis));
  expect(changesSince(baseline, synthesis)).toEqual({
    kind: 'against',
    base: root,
    effect: 'none',
    headlines: [],
    objects: [],
    components: [],
    connections: [],
    amounts: [],
    guarantees: [],
  });
});

test('an earlier state from git', () => {
  write(join(root, 'test/golden/small-dev'));
  const git = (...args: readonly string[]): void => {
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], { cwd: root });
  };
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '--message', 'first');
  const baseline = baselineAgainst('small-dev', 'git:HEAD', root);
  expect(baseline.label).toBe('git:HEAD');
  expect(changesSince(baseline, synthesise(smallPlatform())).objects).toEqual([]);
  expect(baseline.graph?.components.map(({ name }) => name)).toEqual(['namespaces', 'store', 'collector']);
});

test('without a graph: objects and requests are compared, and it says what cannot be', () => {
  write(join(root, 'small-dev'), { 'graph.json': undefined });
  const baseline = baselineAgainst('small-dev', root, root);
  const changes = changesSince(baseline, synthesise(smallPlatform({ retention: '24h', replicas: 3 })));
  expect(changes.notCompared).toBe(
    `${root} has no graph.json of small-dev: components, connections, guarantees and the picture cannot be compared`,
  );
  expect(changes.headlines.map(({ text }) => text)).toContain(
    'store keeps logs for 24 h instead of 7 d: what is beyond that is deleted',
  );
  expect(changes.amounts.filter(({ what }) => what === 'pods')).toEqual([
    { component: 'store', what: 'pods', before: 2, after: 3 },
    { component: 'total', what: 'pods', before: 3, after: 4 },
  ]);
  expect([changes.components, changes.connections, changes.guarantees]).toEqual([[], [], []]);
});

test('a graph that is older than workloads, guarantees and access', () => {
  const { components, connections, ...rest } = graphOf(synthesise(smallPlatform()));
  const older = {
    ...rest,
    components: components.map((component) => without(component, 'workloads')),
    connections: connections.map((connection) => without(connection, 'guarantee', 'access')),
  };
  write(join(root, 'small-dev'), { 'graph.json': JSON.stringify(older) });
  const changes = changesSince(baselineAgainst('small-dev', root, root), synthesise(smallPlatform()));
  // That it was not written down is no change.
  expect([changes.headlines, changes.connections, changes.guarantees, changes.amounts]).toEqual([
    [],
    [],
    [],
    [],
  ]);
});

test.each([
  [
    '{',
    /^.*: small-dev\/graph\.json is no JSON: .*; write it anew with hyperion synth, or delete it to compare objects only$/,
  ],
  [
    '[]',
    /^.*: small-dev\/graph\.json has no list of components; write it anew with hyperion synth, or delete it to compare objects only$/,
  ],
])('a graph that is none: %s', (text, message) => {
  write(join(root, 'small-dev'), { 'graph.json': text });
  expect(() => baselineAgainst('small-dev', root, root)).toThrow(message);
});

test('manifests that are none', () => {
  write(join(root, 'small-dev'), { 'manifests/02-store.yaml': 'a: [' });
  expect(() => baselineAgainst('small-dev', root, root)).toThrow(
    `${root}: small-dev/manifests/02-store.yaml is no YAML: `,
  );
});

function without(fields: object, ...names: readonly string[]): object {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}

describe('another environment', () => {
  test('what bears its own name is no difference', () => {
    const baseline = baselineOf('small-dev', smallEnvironment());
    const changes = changesSince(baseline, synthesise(smallPlatform({ name: 'small-prod' })));
    expect(changes).toMatchObject({ kind: 'compare', base: 'small-dev', effect: 'none' });
    expect([changes.objects, changes.headlines, changes.components, changes.connections]).toEqual([
      [],
      [],
      [],
      [],
    ]);
  });

  test('what differs by more than the name does', () => {
    const baseline = baselineOf('small-dev', smallEnvironment());
    const other = smallPlatform({
      name: 'small-prod',
      retention: '24h',
      replicas: 3,
      queue: Size.gibibytes(2),
    });
    expect(
      changesSince(baseline, synthesise(other)).headlines.map(({ topic, text }) => `${topic}: ${text}`),
    ).toEqual([
      'data: store keeps logs: 7 d in small-dev, 24 h in small-prod',
      'guarantees: how long the receiver of collector → store/http may be away: 17 min in small-dev, 34 min in small-prod',
      'sizes: store: 2 pods in small-dev, 3 pods in small-prod',
      'sizes: store: 20 GiB of volumes in small-dev, 30 GiB of volumes in small-prod',
      'sizes: requested in all: 3 pods, 0.3 CPUs, 384 MiB of memory, 20 GiB of volumes in small-dev, 4 pods, 0.4 CPUs, 512 MiB of memory, 30 GiB of volumes in small-prod',
    ]);
  });

  test('a name within another is none', () => {
    const baseline = {
      ...baselineOf('hub', smallEnvironment({ name: 'hub' })),
      objects: [
        {
          component: 'a',
          object: {
            apiVersion: 'v1',
            kind: 'ConfigMap',
            metadata: {
              name: 'hub-config',
              labels: { 'a.example.com/hub': 'hub', b: 'github', c: 'hub.example.com', d: 'my-hub' },
            },
          },
        },
      ],
    };
    expect(asNamedLike(baseline, 'spoke').objects[0]?.object.metadata).toEqual({
      name: 'spoke-config',
      labels: { 'a.example.com/spoke': 'spoke', b: 'github', c: 'spoke.example.com', d: 'my-hub' },
    });
  });
});
