/** Who speaks with whom: how, with which credential, what happens to data meanwhile, and which policies let it through. */
import type { ConnectionEntry, GuaranteeEntry } from '../../review-document';
import type { Context, Drawn } from '../context';
import { h, type Child } from '../dom';
import { load, NONE, seconds } from '../format';
import { badge, signalTags } from '../parts/badge';
import { link, networkPolicyLink } from '../parts/links';
import { pageHead } from '../parts/page-head';
import { table, type Column } from '../parts/table';
import { lines } from './component-summary';

export function connectionsView(context: Context): Drawn {
  return {
    title: 'Connections',
    content: [
      pageHead({
        title: 'Connections',
        lead: 'All of them: what is not here is denied. A guarantee says how long the receiver may be away before acknowledged data is lost.',
      }),
      table<ConnectionEntry>({
        id: 'connections',
        one: 'connection',
        states: context.tables,
        rows: telemetryFirst(context.review.connections),
        none: 'Nobody connects to anybody.',
        choices: [
          { title: 'Signal', values: ({ signals }) => signals },
          { title: 'Component', values: ({ fromComponent, toComponent }) => [fromComponent, toComponent] },
          { title: 'Protocol', values: ({ protocol }) => [protocol] },
        ],
        columns: columns(context),
      }),
    ],
  };
}

/** What the platform is for stands before what its parts tell each other. */
function telemetryFirst(connections: readonly ConnectionEntry[]): readonly ConnectionEntry[] {
  const rank = ({ signals, fromComponent, toComponent }: ConnectionEntry): number =>
    (fromComponent === toComponent ? 2 : 0) + (signals.some((signal) => TELEMETRY.has(signal)) ? 0 : 1);
  return [...connections].sort((a, b) => rank(a) - rank(b));
}

const TELEMETRY: ReadonlySet<string> = new Set(['logs', 'metrics', 'traces', 'messages']);

function columns(context: Context): readonly Column<ConnectionEntry>[] {
  return [
    { title: 'From → to', cell: connectionCell, sort: ({ id }) => id, look: 'widest' },
    { title: 'Signals', cell: ({ signals }) => [signalTags(signals)], sort: ({ signals }) => signals.join() },
    {
      title: 'Protocol',
      cell: ({ protocol, port, tls }) => [
        h(
          'span',
          { class: 'lines' },
          `${protocol} ${port}`,
          h('span', { class: 'meta' }, tls ? 'TLS' : 'plain'),
        ),
      ],
      sort: ({ protocol, port }) => `${protocol} ${port}`,
      look: 'tight',
    },
    { title: 'Authentication', cell: ({ auth }) => [auth], sort: ({ auth }) => auth },
    { title: 'Delivery', cell: ({ delivery }) => [delivery], sort: ({ delivery }) => delivery, look: 'wide' },
    {
      title: 'Load',
      cell: (row) => lines(row.load === undefined ? [NONE] : load(row.load).split(', ')),
      sort: (row) => row.load?.bytesPerSecond ?? -1,
      look: 'number',
    },
    { title: 'Guarantee', cell: ({ guarantee }) => guaranteeCell(guarantee), sort: guaranteeRank },
    {
      title: 'Network policies',
      cell: ({ networkPolicies }) => lines(networkPolicies.map((text) => networkPolicyLink(context, text))),
      look: 'wide',
    },
  ];
}

function connectionCell({ id, from, to, purpose }: ConnectionEntry): readonly Child[] {
  return [
    h(
      'span',
      { class: 'lines' },
      link(`${from} → ${to}`, 'connection', id),
      h('span', { class: 'meta' }, purpose),
    ),
  ];
}

export function guaranteeCell(guarantee: GuaranteeEntry | undefined): readonly Child[] {
  if (guarantee === undefined) return [h('span', { class: 'meta' }, NONE)];
  const { survivesSeconds, wantedSeconds } = guarantee;
  if (survivesSeconds === null) return [h('span', { class: 'meta' }, 'nothing flows normally')];
  const short = survivesSeconds < wantedSeconds;
  return [
    badge(seconds(survivesSeconds), short ? 'risk' : 'none', short ? '▲' : '✓'),
    h('span', { class: 'meta' }, ` of ${seconds(wantedSeconds)}`),
  ];
}

/** The least guarantee first; those that have none last. */
export function guaranteeRank({ guarantee }: ConnectionEntry): number {
  return guarantee?.survivesSeconds ?? Number.MAX_SAFE_INTEGER;
}
