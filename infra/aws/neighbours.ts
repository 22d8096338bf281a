/**
 * The networks around an environment's own: how hub and spokes are joined, and how the owner's networks reach them.
 */
import { Type, type Static } from '@sinclair/typebox';
import { overlap, parseBlock } from '../cidr';
import type { CloudDemand, HubRole, NetworkNeighbour, SpokeRole } from '../cloud';
import type { SettingProblem } from '../setting-error';
import { checkAccountId } from './regions';

export const TransitSettings = Type.Object(
  {
    /**
     * `transit-gateway`: one gateway for all, to which the owner's networks attach as well. `peering`: one connection for each
     * spoke, which costs nothing by the hour, works between regions, and leads to the hub only.
     */
    kind: Type.Union([Type.Literal('transit-gateway'), Type.Literal('peering')]),
    /** Whether all accounts belong to one AWS organization with resource sharing switched on: nobody has to accept a share. */
    oneOrganization: Type.Boolean(),
    /** CIDR blocks of the owner that the gateway leads to: operations, developers, the identity provider. */
    ownerNetworks: Type.Array(Type.String()),
    /**
     * The VPN's or Direct Connect's attachment to the hub's gateway, which the owner's network team makes.
     * @default none yet: the gateway is there, and leads to the owner's networks once it is set
     */
    ownerAttachmentId: Type.Optional(Type.String({ pattern: '^tgw-attach-[0-9a-f]+$' })),
  },
  { additionalProperties: false },
);
export type TransitSettings = Static<typeof TransitSettings>;

/** By the spoke's environment; in the hub's settings only. */
export const SpokeAccounts = Type.Record(
  Type.String(),
  Type.Object(
    {
      accountId: Type.String(),
      /** The role that runs the spoke's `pulumi up`: it alone may join its network to the hub's. */
      deployerArn: Type.String(),
    },
    { additionalProperties: false },
  ),
);
export type SpokeAccounts = Static<typeof SpokeAccounts>;

/** In a spoke's settings only. */
export const HubReference = Type.Object(
  {
    /** Full name of the hub's stack, e.g. `example/hyperion/hub-infra`. */
    stack: Type.String(),
    /** Whether AWS Private CA signed the hub's certificate: then the hub hands the authority over, else a person gives it. */
    privateAuthority: Type.Boolean(),
  },
  { additionalProperties: false },
);

interface NeighbourSettings {
  readonly accountId: string;
  readonly transit: TransitSettings;
  readonly spokes?: SpokeAccounts;
  readonly hub?: Static<typeof HubReference>;
}

type Role = HubRole | SpokeRole;

/** Networks of the platform that this one exchanges packets with. */
function neighboursOf(role: Role): readonly NetworkNeighbour[] {
  return role.kind === 'hub' ? role.spokes : [role.hub];
}

export function checkNeighbours(
  { block, role, demand }: { readonly block: string; readonly role: Role; readonly demand: CloudDemand },
  settings: NeighbourSettings,
  path: string,
): readonly SettingProblem[] {
  return [
    ...checkRole(role, settings, path),
    ...checkTokens(role, demand, path),
    ...checkOverlaps(block, role, settings.transit.ownerNetworks, path),
    ...checkOwnerNetworks(settings.transit, `${path}.transit`),
    ...checkReachable(block, role, demand, settings.transit.ownerNetworks, path),
  ];
}

function checkRole(role: Role, settings: NeighbourSettings, path: string): readonly SettingProblem[] {
  return role.kind === 'hub' ? checkHub(role, settings, path) : checkSpoke(role, settings, path);
}

function checkSpoke(
  role: SpokeRole,
  { hub, spokes }: NeighbourSettings,
  path: string,
): readonly SettingProblem[] {
  const problems: SettingProblem[] = [];
  if (spokes !== undefined) {
    problems.push({
      path,
      property: 'spokes',
      value: Object.keys(spokes),
      rule: 'only a hub has spokes, and this environment is a spoke',
      remedy: `remove it, and set hub.stack to the stack of ${role.hub.environment}`,
    });
  }
  if (hub?.stack.split('/').at(-1) !== role.hub.environment || hub.stack.split('/').length !== 3) {
    problems.push({
      path,
      property: 'hub',
      value: hub,
      rule: `a spoke reads the outputs of its hub's stack, which is ${role.hub.environment}`,
      remedy: `set hub.stack to <organization>/<project>/${role.hub.environment}`,
    });
  }
  return problems;
}

function checkHub(role: HubRole, settings: NeighbourSettings, path: string): readonly SettingProblem[] {
  const { accountId, hub, spokes = {} } = settings;
  const problems: SettingProblem[] = [];
  if (hub !== undefined) {
    problems.push({
      path,
      property: 'hub',
      value: hub,
      rule: 'only a spoke has a hub, and this environment is one',
      remedy: 'remove it, and name the accounts of its spokes in `spokes`',
    });
  }
  const known = role.spokes.map(({ environment }) => environment);
  const missing = known.filter((environment) => spokes[environment] === undefined);
  const unknown = Object.keys(spokes).filter((environment) => !known.includes(environment));
  if (missing.length > 0 || unknown.length > 0) {
    problems.push({
      path,
      property: 'spokes',
      value: Object.keys(spokes),
      rule: `the hub's spokes are ${known.join(', ')}, each with an account`,
      remedy: 'give each of them its accountId and deployerArn, and remove the others',
    });
  }
  const accounts = new Map<string, string>([[accountId, 'the hub']]);
  for (const [environment, spoke] of Object.entries(spokes)) {
    problems.push(...checkSpokeAccount(spoke, accounts, `${path}.spokes.${environment}`));
    accounts.set(spoke.accountId, environment);
  }
  return problems;
}

/** The hub makes what a spoke presents; a spoke keeps it under the same name. */
function checkTokens(role: Role, { secrets }: CloudDemand, path: string): readonly SettingProblem[] {
  const expected = role.kind === 'hub' ? 'generated' : 'given';
  const names = role.kind === 'hub' ? role.spokes.map(({ tokenSecret }) => tokenSecret) : [role.tokenSecret];
  return names
    .filter((name) => !secrets.some((one) => one.name === name && one.made === expected))
    .map((name) => ({
      path,
      property: 'tokenSecret',
      value: name,
      rule: `a spoke's token is a secret that its hub's platform generates and that its own is given; here none is ${expected} under this name`,
      remedy: "name in the environments' roles the secret of the spoke's agents",
    }));
}

function checkSpokeAccount(
  { accountId, deployerArn }: SpokeAccounts[string],
  accounts: ReadonlyMap<string, string>,
  path: string,
): readonly SettingProblem[] {
  const problems: SettingProblem[] = [...checkAccountId(accountId, path)];
  const other = accounts.get(accountId);
  if (other !== undefined) {
    problems.push({
      path,
      property: 'accountId',
      value: accountId,
      rule: `each environment has an account of its own, and this one is that of ${other}`,
      remedy: 'give the number of the account in which the spoke stands',
    });
  }
  if (!deployerArn.startsWith(`arn:aws:iam::${accountId}:role/`)) {
    problems.push({
      path,
      property: 'deployerArn',
      value: deployerArn,
      rule: "the role that deploys a spoke is one of the spoke's account",
      remedy: `give its ARN: arn:aws:iam::${accountId}:role/<name>`,
    });
  }
  return problems;
}

/** Two networks with a common address cannot talk: the route to it would be each one's own. */
function checkOverlaps(
  block: string,
  role: Role,
  ownerNetworks: readonly string[],
  path: string,
): readonly SettingProblem[] {
  const networks = [
    { name: 'this environment', block },
    ...neighboursOf(role).map((neighbour) => ({ name: neighbour.environment, block: neighbour.block })),
    ...ownerNetworks.map((owned) => ({ name: 'transit.ownerNetworks', block: owned })),
  ];
  return networks.flatMap((network, index) =>
    networks.slice(0, index).flatMap((earlier) => {
      const [a, b] = [parseBlock(network.block), parseBlock(earlier.block)];
      if (a === undefined || b === undefined || !overlap(a, b)) return [];
      return [
        {
          path,
          property: network.name,
          value: network.block,
          rule: `networks that are joined share no address; it overlaps ${earlier.block} of ${earlier.name}`,
          remedy: 'give one of the two another block: an environment takes its own from stacks/environments',
        },
      ];
    }),
  );
}

function checkOwnerNetworks(transit: TransitSettings, path: string): readonly SettingProblem[] {
  const problems: SettingProblem[] = transit.ownerNetworks
    .filter((block) => parseBlock(block) === undefined)
    .map((block) => ({
      path,
      property: 'ownerNetworks',
      value: block,
      rule: 'a network is a CIDR block that begins at its own first address',
      remedy: 'write it like 10.200.0.0/16',
    }));
  if (transit.kind === 'peering' && transit.ownerNetworks.length > 0) {
    problems.push({
      path,
      property: 'ownerNetworks',
      value: transit.ownerNetworks,
      rule: 'a peering connection leads from one VPC to another and to nothing behind it',
      remedy:
        "take transit.kind = 'transit-gateway', or let the owner's networks have a VPC of their own among the spokes",
    });
  }
  return problems;
}

/** Whoever the platform admits or calls at a private address has to be somewhere that a route leads to. */
function checkReachable(
  block: string,
  role: Role,
  demand: CloudDemand,
  ownerNetworks: readonly string[],
  path: string,
): readonly SettingProblem[] {
  const joined = [block, ...neighboursOf(role).map((neighbour) => neighbour.block), ...ownerNetworks];
  const lost = (wanted: string): boolean => {
    const target = parseBlock(wanted);
    if (target === undefined || !isPrivate(wanted)) return false;
    return !joined.some((known) => {
      const network = parseBlock(known);
      return network !== undefined && overlap(network, target);
    });
  };
  const flows = [
    ...demand.inbound.flatMap(({ purpose, from }) => from.map((address) => ({ purpose, address }))),
    ...demand.outbound.flatMap(({ purpose, to }) => to.map((address) => ({ purpose, address }))),
  ].filter(({ address }) => lost(address));
  return [...new Map(flows.map((flow) => [flow.address, flow])).values()].map(({ purpose, address }) => ({
    path: `${path}.transit`,
    property: 'ownerNetworks',
    value: ownerNetworks,
    rule: `the platform talks to ${address} (${purpose}), and no route leads there`,
    remedy: `add a block with ${address} to ownerNetworks, if the Transit Gateway leads there`,
  }));
}

/** Addresses that the internet does not carry (RFC 1918); link-local ones never leave their node. */
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];

function isPrivate(block: string): boolean {
  const target = parseBlock(block);
  if (target === undefined || target.bits === 0) return false;
  return PRIVATE.some((range) => {
    const network = parseBlock(range);
    return network !== undefined && overlap(network, target);
  });
}
