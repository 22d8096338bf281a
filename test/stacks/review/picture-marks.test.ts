/** What changed against a base is marked, and what was taken away is still drawn. */
import type { GraphDocument } from '../../../stacks/graph-document';
import { drawPicture } from '../../../stacks/review/picture/draw-picture';
import type { Picture } from '../../../stacks/review/picture/picture';
import { component, connection, external, overlapping, smallGraph } from './picture-fixture';

const BASE = smallGraph();

test('a new store is added with its line, and nothing else is', async () => {
  const picture = await drawPicture(
    smallGraph({
      components: [...BASE.components, component('tempo', 'store')],
      connections: [...BASE.connections, connection('collector', 'tempo', { signals: ['traces'] })],
    }),
    BASE,
  );
  expect(marksOf(picture)).toEqual({ tempo: 'added', 'collector → tempo (telemetry)': 'added' });
});

test('what is gone is drawn where it was', async () => {
  const picture = await drawPicture(BASE, {
    ...BASE,
    components: [...BASE.components, component('tempo', 'store')],
    connections: [...BASE.connections, connection('collector', 'tempo', { signals: ['traces'] })],
  });
  expect(marksOf(picture)).toEqual({ tempo: 'removed', 'collector → tempo (telemetry)': 'removed' });
  expect(overlapping(picture.nodes)).toEqual([]);
});

test.each<[string, Partial<GraphDocument>, Record<string, string>]>([
  [
    'a rate that was not declared before',
    {
      connections: BASE.connections.map((each) =>
        each.to === 'loki/http' && each.from === 'collector'
          ? { ...each, load: { bytesPerSecond: 24, eventsPerSecond: 2 } }
          : each,
      ),
    },
    { 'collector → loki (telemetry)': 'changed' },
  ],
  [
    'another port',
    {
      connections: BASE.connections.map((each) => (each.from === 'shop' ? { ...each, port: 4319 } : each)),
    },
    { 'shop → collector (telemetry)': 'changed' },
  ],
  [
    'more replicas',
    {
      components: BASE.components.map((each) =>
        each.name === 'loki'
          ? { ...each, workloads: [{ id: 'loki', kind: 'Deployment', replicas: 3, maxReplicas: 4 }] }
          : each,
      ),
    },
    { loki: 'changed' },
  ],
  [
    'another derived value',
    { derivations: [{ component: 'loki', what: 'volume', value: '10 GiB', from: '1 GiB × 10' }] },
    { loki: 'changed' },
  ],
  [
    'what files of earlier versions do not say, which is no change',
    {
      connections: BASE.connections.map((each) => ({
        ...each,
        access: 'write',
        guarantee: { survivesSeconds: 60, wantedSeconds: 60, arithmetic: [] },
      })),
    },
    {},
  ],
  [
    'a place in the start order, which is no change',
    { components: BASE.components.map((each) => ({ ...each, startsInWave: 7 })) },
    {},
  ],
])('%s', async (_, changes, marks) => {
  expect(marksOf(await drawPicture(smallGraph(changes), BASE))).toEqual(marks);
});

test('a doubled rate is a change', async () => {
  const withRate = (bytesPerSecond: number): GraphDocument =>
    smallGraph({
      connections: BASE.connections.map((each) =>
        each.from === 'shop' ? { ...each, load: { bytesPerSecond, eventsPerSecond: 1 } } : each,
      ),
    });
  expect(marksOf(await drawPicture(withRate(24), withRate(12)))).toEqual({
    'shop → collector (telemetry)': 'changed',
  });
});

test('a line of which one connection is new is changed', async () => {
  const picture = await drawPicture(
    smallGraph({
      connections: [
        ...BASE.connections,
        connection('shop', 'collector', { signals: ['traces'], purpose: 'spans to keep' }),
      ],
    }),
    BASE,
  );
  expect(marksOf(picture)).toEqual({ 'shop → collector (telemetry)': 'changed' });
  expect(picture.lines.find(({ from }) => from === 'shop')?.signals).toEqual(['logs', 'traces']);
});

test('who becomes somebody outside keeps his name and is drawn once', async () => {
  const now = smallGraph({
    components: BASE.components.filter(({ name }) => name !== 'grafana'),
    externals: [...BASE.externals, external('grafana')],
  });
  const picture = await drawPicture(now, BASE);
  expect(picture.nodes.filter(({ id }) => id === 'grafana')).toEqual([
    expect.objectContaining({ kind: 'external', mark: 'added', frame: 'outside' }),
  ]);
});

test('a new one of many alike stands out of their group', async () => {
  const names = Array.from({ length: 6 }, (_, index) => `site-${index}`);
  const withSites = (sites: readonly string[]): GraphDocument =>
    smallGraph({
      externals: [...BASE.externals, ...sites.map(external)],
      connections: [
        ...BASE.connections,
        ...sites.map((site) => connection(site, 'collector', { port: 443 })),
      ],
    });
  const { nodes } = await drawPicture(withSites([...names, 'site-new']), withSites(names));
  const sites = nodes.filter(({ id }) => id.startsWith('site'));
  expect(sites.map(({ id, kind, members, mark }) => ({ id, kind, members, mark }))).toEqual(
    expect.arrayContaining([
      { id: 'site-*', kind: 'group', members: names, mark: undefined },
      { id: 'site-new', kind: 'external', members: undefined, mark: 'added' },
    ]),
  );
  expect(sites).toHaveLength(2);
});

function marksOf({ nodes, lines }: Picture): Record<string, string> {
  return Object.fromEntries(
    [...nodes, ...lines].flatMap(({ id, mark }) => (mark === undefined ? [] : [[id, mark]])),
  );
}
