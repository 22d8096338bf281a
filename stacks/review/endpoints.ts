/** Where a component can be reached, and who stands outside: as the graph has them, in words. */
import type { Reach } from '../../constructs/core/party';
import type { GraphDocument, GraphEndpoint } from '../graph-document';
import type { EndpointEntry, ExternalEntry } from './review-document';

/** Of one component, in the order in which they were opened. */
export function endpointEntries(graph: GraphDocument, component: string): EndpointEntry[] {
  return graph.endpoints
    .filter((endpoint) => endpoint.component === component)
    .map(({ id, party, protocol, url, port, signals, access, auth, tls }) => ({
      id,
      party,
      protocol,
      url,
      port,
      signals,
      access,
      auth: acceptedText(auth),
      tls,
    }));
}

/** `bearer (token-a, token-b)`; without the names where the endpoint asks elsewhere. */
function acceptedText({ kind, accepts }: GraphEndpoint['auth']): string {
  return accepts.length === 0 ? kind : `${kind} (${accepts.join(', ')})`;
}

export function externalEntries(graph: GraphDocument): ExternalEntry[] {
  return graph.externals.map(({ name, description, host, reach }) => ({
    name,
    description,
    host,
    reach: reachText(reach),
  }));
}

function reachText(reach: Reach): string {
  if (reach.kind === 'addresses') {
    const except = reach.except === undefined ? '' : ` but not ${reach.except.join(', ')}`;
    return `${reach.cidrs.join(', ')}${except}`;
  }
  const labels = Object.entries(reach.labels).map(([key, value]) => `${key}=${value}`);
  return `pods of ${reach.namespace} with ${labels.join(', ')}`;
}
