/**
 * Who comes to the cluster from outside it, and where its pods go, from the flow graph: what clouds' firewalls admit.
 */
import type { Connection } from '../../constructs/core/flow-graph';
import type { Party } from '../../constructs/core/party';
import { External } from '../../constructs/core/party';
import type { Platform } from '../../constructs/core/platform';
import type { InboundFlow, OutboundFlow } from '../../infra/cloud';
import { fieldsAt, listAt, numberAt, textAt } from '../manifest-data';
import type { Synthesis } from '../synthesis';
import { STATIC_ADDRESS } from './demand-hosts';

/** An address block and a port. */
type Entrance = Pick<InboundFlow, 'to' | 'port'>;

export function inboundFlows(synthesis: Synthesis): InboundFlow[] {
  const flows = synthesis.platform.graph.connections.flatMap((connection) => {
    const { from, to } = connection;
    if (!isOutside(from)) return [];
    const purpose = `${from.id} to ${to.owner.id}`;
    return entrances(connection, synthesis).map((entrance) => ({
      purpose,
      from: from.reach.cidrs,
      ...entrance,
    }));
  });
  return distinct(flows);
}

export function outboundFlows({ graph }: Platform): OutboundFlow[] {
  const flows = graph.connections.flatMap(({ from, to }) => {
    const { owner } = to;
    if (from instanceof External || !isOutside(owner) || to.transport !== 'TCP') return [];
    const host = nameOf(to.host);
    return [
      { purpose: to.id, to: owner.reach.cidrs, ...(host === undefined ? {} : { host }), port: to.port },
    ];
  });
  return distinct(flows);
}

/** Somebody whom address blocks name. */
type Outside = External & { readonly reach: Extract<External['reach'], { readonly kind: 'addresses' }> };

function isOutside(party: Party): party is Outside {
  return party instanceof External && party.reach.kind === 'addresses';
}

/**
 * Where the cloud listens for the cluster: a load balancer of its own, which the graph knows as somebody who comes in
 * itself; or the static address of a Service.
 */
function entrances({ to }: Connection, { platform, objects }: Synthesis): Entrance[] {
  const { owner } = to;
  if (isOutside(owner)) {
    const passesOn = platform.graph.outOf(owner).some((next) => !(next.to.owner instanceof External));
    return passesOn ? [{ to: owner.reach.cidrs, port: to.port }] : [];
  }
  return objects.flatMap(({ component, object }) => {
    const address = textAt(object.metadata, 'annotations', STATIC_ADDRESS);
    if (component !== owner.componentName || object.kind !== 'Service' || address === undefined) return [];
    return listAt(object, 'spec', 'ports')
      .filter((port) => [to.port, to.name].some((target) => target === fieldsAt(port).targetPort))
      .map((port) => ({ to: [`${address}/32`], port: numberAt(port, 'port') ?? to.port }));
  });
}

/** A party without a DNS name is named by its own; a placeholder's name is the cloud's, behind a private endpoint. */
function nameOf(host: string): string | undefined {
  const isName = host.includes('.') && !host.includes('${') && !/^[\d.]+$/.test(host);
  return isName ? host : undefined;
}

function distinct<T>(flows: readonly T[]): T[] {
  const byText = new Map(flows.map((flow) => [JSON.stringify(flow), flow]));
  return [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, flow]) => flow);
}
