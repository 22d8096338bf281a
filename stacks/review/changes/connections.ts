/** Connections that came, went, or carry, ask or promise something else. */
import { humanBytes } from '../../../constructs/core/quantity';
import { deliveryText } from '../../delivery-text';
import type { GraphConnection, GraphDocument } from '../../graph-document';
import { connectionIds } from '../connection-ids';
import type { ChangedConnection } from './changes';
import { pairs, type Graphs } from './graphs';

export function changedConnections({ before, after }: Graphs): ChangedConnection[] {
  return pairs(connectionsById(before), connectionsById(after)).flatMap(
    ({ id, before: old, after: fresh }): ChangedConnection[] => {
      if (old === undefined) return [{ id, change: 'added', fields: [] }];
      if (fresh === undefined) return [{ id, change: 'removed', fields: [] }];
      const fields = changedFields(old, fresh);
      return fields.length === 0 ? [] : [{ id, change: 'changed', fields }];
    },
  );
}

export function connectionsById({ connections }: GraphDocument): Map<string, GraphConnection> {
  const ids = connectionIds(connections);
  return new Map(connections.map((connection, i) => [ids[i] ?? '', connection]));
}

/** What is shown of a connection, in the order in which it is shown. */
const SHOWN: readonly (readonly [string, (connection: GraphConnection) => string])[] = [
  ['load', loadText],
  ['signals', ({ signals }) => signals.join(', ')],
  ['protocol', ({ protocol }) => protocol],
  ['port', ({ port }) => String(port)],
  ['authentication', ({ credential }) => credentialText(credential)],
  ['delivery', ({ delivery }) => deliveryText(delivery)],
];

function changedFields(before: GraphConnection, after: GraphConnection): ChangedConnection['fields'] {
  return SHOWN.flatMap(([what, show]) => {
    const [old, fresh] = [show(before), show(after)];
    return old === fresh ? [] : [{ what, before: old, after: fresh }];
  });
}

/** e.g. `66.8 MiB/s, 200000 events/s`. */
export function loadText({ load }: GraphConnection): string {
  if (load === undefined) return 'none';
  return `${humanBytes(load.bytesPerSecond)}/s, ${Math.round(load.eventsPerSecond)} events/s`;
}

export function credentialText(credential: GraphConnection['credential']): string {
  if (credential === undefined) return 'none';
  return credential.secret === undefined ? credential.kind : `${credential.kind} (${credential.secret})`;
}
