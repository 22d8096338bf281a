/** Which way lines point, where boxes stand, and what lines are called: on graphs of a few parts. */
import type { GraphConnection, GraphDocument } from '../../../stacks/graph-document';
import { drawPicture } from '../../../stacks/review/picture/draw-picture';
import { shortened, titleLines } from '../../../stacks/review/picture/title-lines';
import { component, connection, external, smallGraph } from './picture-fixture';

const BASE = smallGraph();

async function linesOf(connections: readonly GraphConnection[], changes: Partial<GraphDocument> = {}) {
  const { lines } = await drawPicture(smallGraph({ ...changes, connections }));
  return lines.map(({ from, to, group, signal, label }) => ({ from, to, group, signal, label }));
}

test('data goes from left to right, and each box stands in the frame of its layer', async () => {
  const { frames, nodes } = await drawPicture(BASE);
  expect(frames.map(({ title }) => title)).toEqual(['Senders', 'Collect', 'Store', 'View']);
  expect(nodes.map(({ id, frame, subtitle }) => [id, frame, subtitle])).toEqual([
    ['shop', 'senders', "Somebody else's shop"],
    ['collector', 'collect', 'Deployment × 2–4'],
    ['loki', 'store', 'Deployment × 2–4'],
    ['grafana', 'view', 'Deployment × 2–4'],
  ]);
  const starts = frames.map(({ x }) => x);
  expect([...starts].sort((a, b) => a - b)).toEqual(starts);
});

test('an answer goes to who asked, and what is read of a topic to its reader', async () => {
  expect(await linesOf([connection('grafana', 'loki', { signals: ['queries'] })])).toEqual([
    { from: 'loki', to: 'grafana', group: 'other', signal: 'queries', label: 'OTLP/HTTP 4318' },
  ]);
  expect(await linesOf([connection('collector', 'loki', { access: 'read' })])).toEqual([
    { from: 'loki', to: 'collector', group: 'telemetry', signal: 'logs', label: 'OTLP/HTTP 4318' },
  ]);
});

test('where a file does not say whether a topic is read, its endpoint does', async () => {
  const endpoint = {
    id: 'loki/http',
    component: 'loki',
    party: 'loki',
    protocol: 'otlp-http',
    url: 'http://loki',
    port: 4318,
    signals: ['logs'],
    access: 'read',
    auth: { kind: 'none', accepts: [] },
    tls: false,
  };
  const [line] = await linesOf([connection('collector', 'loki')], { endpoints: [endpoint] });
  expect(line).toMatchObject({ from: 'loki', to: 'collector' });
});

test('signals of the same two components share a line; what is no telemetry has its own', async () => {
  const { lines } = await drawPicture(
    smallGraph({
      connections: [
        connection('collector', 'loki', { signals: ['traces'], purpose: 'a' }),
        connection('collector', 'loki', {
          signals: ['logs'],
          purpose: 'b',
          protocol: 'otlp-grpc',
          port: 4317,
        }),
        connection('collector', 'loki', { signals: ['state'], purpose: 'c', protocol: 's3', port: 443 }),
      ],
    }),
  );
  expect(lines.map(({ id, signals, label, connections }) => ({ id, signals, label, connections }))).toEqual([
    {
      id: 'collector → loki (other)',
      signals: ['state'],
      label: 'S3 443',
      connections: ['collector → loki/http (c)'],
    },
    {
      id: 'collector → loki (telemetry)',
      signals: ['traces', 'logs'],
      label: 'OTLP 4317, 4318',
      connections: ['collector → loki/http', 'collector → loki/http (b)'],
    },
  ]);
});

test('scrapes are their own group, and go to who scrapes', async () => {
  const scrape = { signals: ['metrics'], protocol: 'prometheus-scrape', port: 9100 };
  expect(await linesOf([connection('collector', 'loki', scrape)])).toEqual([
    { from: 'loki', to: 'collector', group: 'scrapes', signal: 'metrics', label: 'scrape 9100' },
  ]);
});

test('what a component tells itself is not drawn', async () => {
  expect(await linesOf([connection('loki', 'loki', { signals: ['coordination'] })])).toEqual([]);
});

test('who is dialled for anything but data stands below, and so does who has no connections', async () => {
  const api = { signals: ['coordination'], protocol: 'kubernetes-api', port: 443 };
  const scrape = { signals: ['metrics'], protocol: 'prometheus-scrape', port: 443, purpose: 'its metrics' };
  const { nodes, lines } = await drawPicture(
    smallGraph({
      components: [...BASE.components, component('namespaces', 'secure'), component('dashboards', 'view')],
      externals: [...BASE.externals, external('kubernetes-api'), external('mail')],
      connections: [
        ...BASE.connections,
        connection('collector', 'kubernetes-api', api),
        connection('collector', 'kubernetes-api', scrape),
        connection('grafana', 'mail', { signals: ['alerts'], protocol: 'smtp', port: 587 }),
      ],
    }),
  );
  const frames = Object.fromEntries(nodes.map(({ id, frame }) => [id, frame]));
  expect(frames).toMatchObject({
    'kubernetes-api': 'services',
    namespaces: 'secure',
    dashboards: 'setup',
    mail: 'outside',
  });
  expect(lines.find(({ to }) => to === 'kubernetes-api')?.group).toBe('services');
  const lowest = Math.max(...nodes.filter(({ frame }) => frame === 'store').map(({ y }) => y));
  expect(nodes.filter(({ y }) => y > lowest + 54).map(({ id }) => id)).toEqual([
    'namespaces',
    'dashboards',
    'kubernetes-api',
  ]);
});

test('who calls only somebody outside stands beside him', async () => {
  const web = { signals: ['web'], protocol: 'https', port: 443 };
  const { nodes } = await drawPicture(
    smallGraph({
      externals: [...BASE.externals, external('browser'), external('proxy'), external('reader')],
      connections: [
        ...BASE.connections,
        connection('browser', 'proxy', web),
        connection('proxy', 'reader', web),
        connection('reader', 'loki', { signals: ['queries'], protocol: 'loki-http', port: 3100 }),
      ],
    }),
  );
  const frames = Object.fromEntries(nodes.map(({ id, frame }) => [id, frame]));
  expect(frames).toMatchObject({ browser: 'outside', proxy: 'outside', reader: 'outside' });
});

test('four look-alikes are four boxes, five are one', async () => {
  const sites = (count: number): string[] => Array.from({ length: count }, (_, i) => `site-${i}`);
  const drawn = async (names: readonly string[]) => {
    const { nodes } = await drawPicture(
      smallGraph({
        externals: names.map(external),
        connections: names.map((name) => connection(name, 'collector')),
      }),
    );
    return nodes.filter(({ frame }) => frame === 'senders').map(({ id }) => id);
  };
  expect((await drawn(sites(4))).sort()).toEqual(sites(4));
  expect(await drawn(sites(5))).toEqual(['site-*']);
});

test('nothing at all is a picture, too', async () => {
  const empty = await drawPicture(smallGraph({ components: [], externals: [], connections: [] }));
  expect(empty.nodes).toEqual([]);
  expect(empty.lines).toEqual([]);
  expect(Number.isFinite(empty.width) && Number.isFinite(empty.height)).toBe(true);
});

test('names break at hyphens, and end in an ellipsis where they are longer than two lines', () => {
  expect(titleLines('grafana')).toEqual(['grafana']);
  expect(titleLines('otel-trace-balancer')).toEqual(['otel-trace-', 'balancer']);
  expect(titleLines('consumer-checkpoint-logging')).toEqual(['consumer-', 'checkpoint-logg…']);
  expect(titleLines('a'.repeat(40))).toEqual([`${'a'.repeat(15)}…`]);
  expect(shortened('Amazon S3 by its private endpoint', 22)).toBe('Amazon S3 by its…');
});
