/**
 * What an operator decides about the network: who is beside it. Addresses come from the environment's plan.
 */
import { type Static, Type } from '@sinclair/typebox';
import type { AzureAddresses } from '../address-plan';
import { type Block, contains, overlap, parseBlock } from '../cidr';
import type { CloudDemand, InboundFlow } from '../cloud';
import type { SettingProblem } from '../setting-error';

export const Peer = Type.Object(
  {
    /** E.g. `shops`. */
    name: Type.String({ pattern: '^[a-z][a-z0-9-]{0,39}$' }),
    /** Every block of it, or behind it, from which somebody comes or to which somebody goes. */
    blocks: Type.Array(Type.String(), { minItems: 1 }),
    /** The other network; its owner peers from that side. */
    virtualNetworkId: Type.String({
      pattern:
        '^/subscriptions/[0-9a-f-]{36}/resourceGroups/[^/]+/providers/Microsoft\\.Network/virtualNetworks/[^/]+$',
    }),
    /** Its VPN or ExpressRoute gateway serves this network too. @default false */
    useItsGateway: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
export type Peer = Static<typeof Peer>;

export const NetworkSettings = Type.Object(
  {
    /** Networks beside this one: senders of OTLP/gRPC, consumers, people. */
    peers: Type.Array(Peer),
  },
  { additionalProperties: false },
);
export type NetworkSettings = Static<typeof NetworkSettings>;

export function checkNetwork(
  { inbound }: Pick<CloudDemand, 'inbound'>,
  addresses: AzureAddresses,
  { peers }: NetworkSettings,
  path: string,
): SettingProblem[] {
  return [
    ...overlaps(addresses, peers, path),
    ...unknownSenders(inbound, addresses, peers, path),
    ...wrongFrontends(inbound, addresses, path),
  ];
}

/** Two networks that share an address cannot be routed between. */
function overlaps(addresses: AzureAddresses, peers: readonly Peer[], path: string): SettingProblem[] {
  const known: { readonly owner: string; readonly block: string }[] = [
    { owner: 'this network', block: addresses.block },
  ];
  const problems: SettingProblem[] = [];
  for (const { name, block } of blocksOf(peers)) {
    const at = { path: `${path}.peers.${name}`, property: 'blocks', value: block };
    const parsed = parseBlock(block);
    const other = known.find(
      (one) => parsed !== undefined && one.owner !== name && overlapping(one.block, parsed),
    );
    if (parsed === undefined) {
      problems.push({
        ...at,
        rule: 'a block begins at its own first address and is written like 10.50.0.0/16',
        remedy: 'write the block as the other network declares it',
      });
    } else if (other !== undefined) {
      problems.push({
        ...at,
        rule: `networks beside each other share no address, and ${block} overlaps ${other.block} of ${other.owner}`,
        remedy: 'give one of the two another block',
      });
    }
    known.push({ owner: name, block });
  }
  return problems;
}

/** Who comes from outside, comes from a peer: only its blocks have a way back through the firewall. */
function unknownSenders(
  inbound: readonly InboundFlow[],
  addresses: AzureAddresses,
  peers: readonly Peer[],
  path: string,
): SettingProblem[] {
  const reachable = [addresses.block, ...blocksOf(peers).map(({ block }) => block)];
  return inbound.flatMap(({ purpose, from }) =>
    from
      .filter((block) => !reachable.some((outer) => holds(outer, block)))
      .map((block) => ({
        path,
        property: 'peers',
        value: peers.map(({ name }) => name),
        rule: `whoever comes in belongs to this network or to a peer, and ${block} (${purpose}) belongs to none`,
        remedy: `add the network that has ${block} to the peers, or remove it from the environment's values`,
      })),
  );
}

function wrongFrontends(
  inbound: readonly InboundFlow[],
  { loadBalancers }: AzureAddresses,
  path: string,
): SettingProblem[] {
  const wrong = new Map<string, string>();
  for (const { purpose, to } of inbound) {
    for (const block of to) if (!holds(loadBalancers, block)) wrong.set(block, purpose);
  }
  return [...wrong].map(([block, purpose]) => ({
    path,
    property: 'loadBalancers',
    value: block,
    rule: `addresses of internal load balancers lie in ${loadBalancers}, where no node can take them (${purpose})`,
    remedy: "choose an address of that subnet in the environment's values",
  }));
}

function blocksOf(peers: readonly Peer[]): { readonly name: string; readonly block: string }[] {
  return peers.flatMap(({ name, blocks }) => blocks.map((block) => ({ name, block })));
}

function overlapping(cidr: string, block: Block): boolean {
  const other = parseBlock(cidr);
  return other !== undefined && overlap(other, block);
}

/** Whether one block lies in the other; a block that is none lies nowhere. */
export function holds(outer: string, inner: string): boolean {
  const [around, within] = [parseBlock(outer), parseBlock(inner)];
  return around !== undefined && within !== undefined && contains(around, within);
}
