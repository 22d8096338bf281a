/**
 * Connections as ways from one component or external party to another, in the direction of the data.
 */
import { TELEMETRY, type Signal } from '../../../constructs/core/endpoint';
import type { GraphUnion, IdentifiedConnection, Marked } from './graph-union';
import type { Mark } from './picture';

export interface Way {
  readonly id: string;
  /** Names of a component or an external party. */
  readonly from: string;
  readonly to: string;
  /** Who dials; either of both. */
  readonly dialledBy: string;
  readonly kind: WayKind;
  readonly signals: readonly string[];
  readonly protocol: string;
  readonly port: number;
  readonly mark: Mark | undefined;
}

/** `other`: queries, alerts, state, objects, messages, pages. */
export type WayKind = 'telemetry' | 'other' | 'coordination' | 'scrape';

const SIGNALS: readonly string[] = [
  ...TELEMETRY,
  ...(['messages', 'queries', 'alerts', 'state', 'objects', 'web', 'coordination'] satisfies Signal[]),
];

/** Without what the parts of one component tell each other. */
export function waysOf(union: GraphUnion): Way[] {
  const ownerOf = owners(union);
  const accessOf = accesses(union);
  return union.connections.flatMap(({ part: { id, connection }, mark }) => {
    const dialledBy = ownerOf(connection.from);
    const dialled = ownerOf(connection.to.split('/')[0] ?? '');
    if (dialledBy === dialled) return [];
    const signals = SIGNALS.filter((signal) => connection.signals.includes(signal));
    const kind = kindOf(connection.protocol, signals);
    const isAnswer = comesBack(kind, signals, accessOf(connection));
    const [from, to] = isAnswer ? [dialled, dialledBy] : [dialledBy, dialled];
    const { protocol, port } = connection;
    return [{ id, from, to, dialledBy, kind, signals, protocol, port, mark }];
  });
}

export function isTelemetry(signal: string): boolean {
  return (TELEMETRY as readonly string[]).includes(signal);
}

function kindOf(protocol: string, signals: readonly string[]): WayKind {
  if (protocol === 'prometheus-scrape') return 'scrape';
  if (signals.some(isTelemetry)) return 'telemetry';
  return signals.every((signal) => signal === 'coordination') ? 'coordination' : 'other';
}

/** Whether the data goes to who dials: answers to queries, what a consumer takes from a topic, what is scraped. */
function comesBack(kind: WayKind, signals: readonly string[], access: string): boolean {
  switch (kind) {
    case 'scrape':
      return true;
    case 'telemetry':
      return access === 'read';
    case 'other':
      return signals[0] === 'queries' || (signals[0] === 'messages' && access === 'read');
    case 'coordination':
      return false;
  }
}

function owners({ components, externals }: GraphUnion): (party: string) => string {
  const byParty = new Map<string, string>(externals.map(({ part: { name } }) => [name, name]));
  for (const { part } of components) for (const party of part.parties) byParty.set(party, part.name);
  return (party) => byParty.get(party) ?? party;
}

/** What the connection says; in files that were written before it did, what its endpoint says. */
function accesses({ endpoints, connections }: GraphUnion): (connection: Connection) => string {
  const said = new Map(
    connections.flatMap(({ part: { connection } }: Marked<IdentifiedConnection>) =>
      connection.access === undefined ? [] : [[keyOf(connection), connection.access] as const],
    ),
  );
  return (connection) =>
    connection.access ??
    said.get(keyOf(connection)) ??
    endpoints.find(
      ({ id, protocol, signals }) =>
        id === connection.to &&
        protocol === connection.protocol &&
        connection.signals.every((signal) => signals.includes(signal)),
    )?.access ??
    'write';
}

type Connection = IdentifiedConnection['connection'];

function keyOf({ from, to, purpose }: Connection): string {
  return [from, to, purpose].join('\0');
}
