/**
 * The environment's network: a VPC over the plan's zones, in which only NAT gateways have public addresses.
 */
import { Type, type Static } from '@sinclair/typebox';
import * as ec2 from '@pulumi/aws/ec2';
import type { Output, Resource } from '@pulumi/pulumi';
import type { AwsAddresses } from '../address-plan';
import { contains, parseBlock } from '../cidr';
import type { SettingProblem } from '../setting-error';
import { inLayer, type AwsContext } from './context';
import { checkLogDays } from './log-retention';

export const NetworkSettings = Type.Object(
  {
    /** A NAT gateway for each zone of the nodes. @default in production: a zone that fails takes no other one's way out with it */
    natPerZone: Type.Optional(Type.Boolean()),
    /** How long the record of all connections is kept. CloudWatch takes certain numbers only. */
    flowLogDays: Type.Integer(),
    /** Who may reach the Kubernetes API from outside the network: people who operate it, and the runner of `pulumi up`. */
    administrators: Type.Array(Type.String()),
  },
  { additionalProperties: false },
);
export type NetworkSettings = Static<typeof NetworkSettings>;

export type SubnetPart = Exclude<keyof AwsAddresses, 'block'>;

export interface Network {
  readonly vpcId: Output<string>;
  /** One for each zone, in the zones' order. */
  readonly subnetIds: Readonly<Record<SubnetPart, readonly Output<string>[]>>;
  readonly routeTables: RouteTables;
  /** Ways in and out: without them a node cannot start. */
  readonly ready: readonly Resource[];
}

export interface RouteTables {
  /** What other networks talk to: load balancers and the Kubernetes API. */
  readonly connected: ec2.RouteTable;
  /** Of the nodes, by zone. */
  readonly nodes: Readonly<Record<string, ec2.RouteTable>>;
}

/** Which way each part goes out of the network. */
const WAYS = {
  public: 'internet',
  nodes: 'nat',
  loadBalancers: 'connected',
  controlPlane: 'connected',
  endpoints: 'isolated',
  database: 'isolated',
  transit: 'isolated',
} as const satisfies Record<SubnetPart, string>;

const ANYWHERE = '0.0.0.0/0';

interface Subnet {
  readonly part: SubnetPart;
  readonly zone: string;
  readonly subnet: ec2.Subnet;
}

export function makeNetwork(outer: AwsContext, addresses: AwsAddresses, settings: NetworkSettings): Network {
  const context = inLayer(outer, 'Network');
  const vpc = new ec2.Vpc(
    context.name('vpc'),
    // Names of endpoints, and of the load balancer, resolve to private addresses only with both.
    {
      cidrBlock: addresses.block,
      enableDnsHostnames: true,
      enableDnsSupport: true,
      tags: context.named('vpc'),
    },
    context.options,
  );
  closeDefaultGroup(context, vpc);
  const subnets = makeSubnets(context, vpc, addresses);
  const internet = makeInternetGateway(context, vpc);
  const nats = makeNatGateways(context, subnets, natZones(context, settings), internet.ready);
  const table = (part: string): ec2.RouteTable =>
    new ec2.RouteTable(context.name(part), { vpcId: vpc.id, tags: context.named(part) }, context.options);
  const nodes = Object.fromEntries(context.nodeZones.map((zone) => [zone, table(`nodes-${zone}`)]));
  const tables = { internet: internet.table, connected: table('connected'), isolated: table('isolated') };
  const associations = subnets.map(
    ({ part, zone, subnet }) =>
      new ec2.RouteTableAssociation(
        context.name(`${kebab(part)}-${zone}`),
        { subnetId: subnet.id, routeTableId: tableOf(part, zone, tables, nodes).id },
        context.options,
      ),
  );
  const exits = makeExits(context, nodes, nats);
  return {
    vpcId: vpc.id,
    subnetIds: subnetIds(subnets),
    routeTables: { connected: tables.connected, nodes },
    ready: [...associations, ...exits, ...internet.ready],
  };
}

/** A resource that names no group gets the VPC's default one: it admits nothing and lets nothing out. */
function closeDefaultGroup(context: AwsContext, vpc: ec2.Vpc): void {
  new ec2.DefaultSecurityGroup(
    context.name('default'),
    { vpcId: vpc.id, ingress: [], egress: [], tags: context.named('default-unused') },
    context.options,
  );
}

function makeSubnets(context: AwsContext, vpc: ec2.Vpc, addresses: AwsAddresses): readonly Subnet[] {
  return subnetParts().flatMap((part) =>
    addresses[part].map((cidrBlock, index) => {
      const zone = zoneAt(context, index);
      const name = `${kebab(part)}-${zone}`;
      const subnet = new ec2.Subnet(
        context.name(name),
        {
          vpcId: vpc.id,
          cidrBlock,
          availabilityZone: zone,
          // NAT gateways bring an Elastic IP; nothing else may have a public address, in the public subnets neither.
          mapPublicIpOnLaunch: false,
          tags: { ...context.named(name), ...subnetTags(part) },
        },
        context.options,
      );
      return { part, zone, subnet };
    }),
  );
}

/** The load balancer controller finds its subnets by this tag (EKS, "Route application traffic with ALBs"). */
function subnetTags(part: SubnetPart): Record<string, string> {
  return part === 'loadBalancers' ? { 'kubernetes.io/role/internal-elb': '1' } : {};
}

function makeInternetGateway(
  context: AwsContext,
  vpc: ec2.Vpc,
): { readonly table: ec2.RouteTable; readonly ready: readonly Resource[] } {
  const gateway = new ec2.InternetGateway(
    context.name('internet'),
    { vpcId: vpc.id, tags: context.named('internet') },
    context.options,
  );
  const table = new ec2.RouteTable(
    context.name('public'),
    { vpcId: vpc.id, tags: context.named('public') },
    context.options,
  );
  const route = new ec2.Route(
    context.name('public-to-internet'),
    { routeTableId: table.id, destinationCidrBlock: ANYWHERE, gatewayId: gateway.id },
    context.options,
  );
  return { table, ready: [gateway, route] };
}

function natZones(
  { nodeZones, tier }: AwsContext,
  { natPerZone = tier === 'prod' }: NetworkSettings,
): readonly string[] {
  return natPerZone ? nodeZones : nodeZones.slice(0, 1);
}

/** By zone. */
function makeNatGateways(
  context: AwsContext,
  subnets: readonly Subnet[],
  zones: readonly string[],
  dependsOn: readonly Resource[],
): ReadonlyMap<string, ec2.NatGateway> {
  const inZones = subnets.filter(({ part, zone }) => part === 'public' && zones.includes(zone));
  return new Map(
    inZones.map(({ zone, subnet }) => {
      const name = `nat-${zone}`;
      const tags = context.named(name);
      const address = new ec2.Eip(context.name(name), { domain: 'vpc', tags }, context.options);
      const gateway = new ec2.NatGateway(
        context.name(name),
        { subnetId: subnet.id, allocationId: address.id, connectivityType: 'public', tags },
        { ...context.options, dependsOn: [...dependsOn] },
      );
      return [zone, gateway];
    }),
  );
}

/** Each zone's nodes go out by their own zone's NAT gateway, or by the only one. */
function makeExits(
  context: AwsContext,
  tables: RouteTables['nodes'],
  nats: ReadonlyMap<string, ec2.NatGateway>,
): readonly ec2.Route[] {
  const [only] = nats.values();
  return Object.entries(tables).map(
    ([zone, table]) =>
      new ec2.Route(
        context.name(`nodes-${zone}-to-internet`),
        {
          routeTableId: table.id,
          destinationCidrBlock: ANYWHERE,
          natGatewayId: (nats.get(zone) ?? only)?.id,
        },
        context.options,
      ),
  );
}

function tableOf(
  part: SubnetPart,
  zone: string,
  tables: Readonly<Record<'internet' | 'connected' | 'isolated', ec2.RouteTable>>,
  nodes: RouteTables['nodes'],
): ec2.RouteTable {
  const way = WAYS[part];
  if (way !== 'nat') return tables[way];
  const table = nodes[zone];
  if (table === undefined) throw new Error(`no route table for the nodes of ${zone}`);
  return table;
}

function subnetIds(subnets: readonly Subnet[]): Network['subnetIds'] {
  const of = (wanted: SubnetPart): readonly Output<string>[] =>
    subnets.filter(({ part }) => part === wanted).map(({ subnet }) => subnet.id);
  return {
    loadBalancers: of('loadBalancers'),
    controlPlane: of('controlPlane'),
    endpoints: of('endpoints'),
    database: of('database'),
    transit: of('transit'),
    public: of('public'),
    nodes: of('nodes'),
  };
}

function subnetParts(): readonly SubnetPart[] {
  return Object.keys(WAYS) as SubnetPart[];
}

function zoneAt({ availabilityZones }: AwsContext, index: number): string {
  const zone = availabilityZones[index];
  if (zone === undefined)
    throw new RangeError(`the address plan has more zones than ${availabilityZones.length}`);
  return zone;
}

function kebab(part: string): string {
  return part.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** @param reachable CIDR blocks of this network and of those that it is joined to */
export function checkNetwork(
  { administrators, flowLogDays }: NetworkSettings,
  reachable: readonly string[],
  path: string,
): readonly SettingProblem[] {
  const outside = administrators.filter((block) => !reachable.some((network) => isInside(block, network)));
  return [
    ...checkLogDays(flowLogDays, path, 'flowLogDays'),
    ...outside.map((block) => ({
      path,
      property: 'administrators',
      value: block,
      rule: 'administrators come from a network that a route leads to: this one, or one of transit.ownerNetworks',
      remedy: 'correct it, or add the network that it lies in to transit.ownerNetworks',
    })),
  ];
}

function isInside(inner: string, outer: string): boolean {
  const [a, b] = [parseBlock(inner), parseBlock(outer)];
  return a !== undefined && b !== undefined && contains(b, a);
}
