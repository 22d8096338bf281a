/** Who talks to whom, over what, with which guarantee, and through which NetworkPolicies. */
import { isGuarded } from '../../constructs/core/network-access';
import type { Connection } from '../../constructs/core/flow-graph';
import type { Party } from '../../constructs/core/party';
import type { Platform } from '../../constructs/core/platform';
import { deliveryText } from '../delivery-text';
import type { GraphConnection, GraphDocument } from '../graph-document';
import { connectionIds } from './connection-ids';
import type { ConnectionEntry } from './review-document';

export function connectionEntries(platform: Platform, graph: GraphDocument): ConnectionEntry[] {
  const ids = connectionIds(graph.connections);
  return platform.graph.connections.flatMap((connection, index) => {
    const written = graph.connections[index];
    const id = ids[index];
    return written === undefined || id === undefined ? [] : [connectionEntry(id, connection, written)];
  });
}

function connectionEntry(
  id: string,
  { from, to, credential }: Connection,
  { load, guarantee, delivery, ...written }: GraphConnection,
): ConnectionEntry {
  return {
    id,
    from: from.id,
    fromComponent: from.componentName,
    to: to.id,
    toComponent: to.owner.componentName,
    signals: written.signals,
    protocol: written.protocol,
    port: written.port,
    auth: credentialText({ to, credential }),
    tls: to.tls,
    delivery: deliveryText(delivery),
    purpose: written.purpose,
    ...(load === undefined
      ? {}
      : { load: { itemsPerSecond: load.eventsPerSecond, bytesPerSecond: load.bytesPerSecond } }),
    ...(guarantee === undefined ? {} : { guarantee }),
    networkPolicies: [...policyOf(from, 'egress'), ...policyOf(to.owner, 'ingress')],
  };
}

/** What the client presents, e.g. `bearer (vmauth-grafana-token)`; `none` where nobody asks. */
export function credentialText({ to, credential }: Pick<Connection, 'to' | 'credential'>): string {
  if (credential === undefined) return to.auth.kind === 'none' ? 'none' : `${to.auth.kind}, its own`;
  if ('secret' in credential) return `${credential.kind} (${credential.secret.name})`;
  return credential.kind === 'forwarded' ? "forwarded: its own client's" : credential.kind;
}

function policyOf(party: Party, direction: 'egress' | 'ingress'): string[] {
  return isGuarded(party) ? [`${party.reach.namespace}/${party.id}: ${direction}`] : [];
}
