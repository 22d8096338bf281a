/**
 * The network of an environment: subnets from the address plan, a security group for each, the way out through the firewall,
 * peered networks, and the private names of Azure's services.
 *
 * Nodes and pods reach everything outside by the firewall, and so do answers to peered networks: a peered network has to send
 * what it has for this one to the firewall as well (output `firewallAddress`), or the firewall sees half of each connection.
 */
import type { Output, Resource } from '@pulumi/pulumi';
import * as network from '@pulumi/azure-native/network';
import type { AzureAddresses } from '../address-plan';
import type { InboundFlow } from '../cloud';
import { type AzureContext, inLayer } from './context';
import { type PrivateZone, makePrivateZones } from './private-dns';
import type { Peer } from './network-settings';
import { securityRules } from './security-rules';

export type SubnetName =
  'gateway' | 'privateEndpoints' | 'apiServer' | 'firewall' | 'database' | 'loadBalancers' | 'nodes' | 'pods';

export interface Network {
  readonly virtualNetworkId: Output<string>;
  readonly subnetId: Readonly<Record<SubnetName, Output<string>>>;
  /** Of nodes and pods: AKS wants to see a way out before it makes a cluster without one of its own. */
  readonly routeTableId: Output<string>;
  readonly privateDnsZoneId: Readonly<Record<PrivateZone, Output<string>>>;
  /** What must be there before anything in the network is used by name. */
  readonly ready: readonly Resource[];
}

export interface NetworkInputs {
  readonly addresses: AzureAddresses;
  readonly inbound: readonly InboundFlow[];
  readonly peers: readonly Peer[];
  /** Networks that may open the gateway's address. @default no gateway: its subnet stays empty */
  readonly gatewayClients?: readonly string[];
  /** People and pipelines that call the Kubernetes API, CIDR blocks. */
  readonly apiCallers: readonly string[];
}

interface SubnetPlan {
  /** In Azure; the same in every environment: Services name the one of load balancers. */
  readonly name: string;
  readonly delegation?: string;
  /** A service of Azure's that is reached from here without leaving its network. */
  readonly endpoint?: string;
  readonly routed?: true;
}

/**
 * In this order, one after the other: Azure changes one subnet of a network at a time and answers "another operation is in
 * progress" to the others (pulumi-azure-native #903).
 */
const SUBNETS: Readonly<Record<SubnetName, SubnetPlan>> = {
  firewall: { name: 'AzureFirewallSubnet' },
  gateway: { name: 'gateway' },
  privateEndpoints: { name: 'private-endpoints' },
  apiServer: { name: 'api-server', delegation: 'Microsoft.ContainerService/managedClusters' },
  // Servers archive what they write to storage of Azure's own.
  database: {
    name: 'database',
    delegation: 'Microsoft.DBforPostgreSQL/flexibleServers',
    endpoint: 'Microsoft.Storage',
  },
  loadBalancers: { name: 'load-balancers' },
  nodes: { name: 'nodes', routed: true },
  pods: { name: 'pods', delegation: 'Microsoft.ContainerService/managedClusters', routed: true },
};

export function makeNetwork(outer: AzureContext, inputs: NetworkInputs): Network {
  const context = inLayer(outer, 'Network');
  const { resourceGroupName, location, tags, options } = context;
  const { addresses } = inputs;
  const virtualNetwork = new network.VirtualNetwork(
    context.name('vnet'),
    {
      virtualNetworkName: context.name('vnet'),
      resourceGroupName,
      location,
      addressSpace: { addressPrefixes: [addresses.block] },
      // The firewall's DNS proxy: its rules by name then mean the addresses that the clients got.
      dhcpOptions: { dnsServers: [addresses.firewallAddress] },
      tags,
    },
    options,
  );
  const routes = routeTable(context, inputs);
  const subnets = makeSubnets(context, inputs, virtualNetwork, routes);
  const peerings = inputs.peers.map((peer) => peering(context, virtualNetwork, peer, subnets.last));
  const zones = makePrivateZones(context, virtualNetwork.id);
  return {
    virtualNetworkId: virtualNetwork.id,
    subnetId: subnets.id,
    routeTableId: routes.id,
    privateDnsZoneId: zones.id,
    ready: [subnets.last, ...peerings, ...zones.links],
  };
}

function routeTable(context: AzureContext, { addresses, peers }: NetworkInputs): network.RouteTable {
  const toFirewall = { nextHopType: 'VirtualAppliance', nextHopIpAddress: addresses.firewallAddress };
  return new network.RouteTable(
    context.name('routes'),
    {
      routeTableName: context.name('routes'),
      resourceGroupName: context.resourceGroupName,
      location: context.location,
      // Routes learnt from a VPN or ExpressRoute would lead past the firewall.
      disableBgpRoutePropagation: true,
      routes: [
        { name: 'outside', addressPrefix: '0.0.0.0/0', ...toFirewall },
        // A peering's own route is narrower than 0.0.0.0/0 and would lead past the firewall too.
        ...peers.flatMap(({ name, blocks }) =>
          blocks.map((block) => ({
            name: `${name}-${block.replace('/', '-')}`,
            addressPrefix: block,
            ...toFirewall,
          })),
        ),
      ],
      tags: context.tags,
    },
    context.options,
  );
}

function makeSubnets(
  context: AzureContext,
  inputs: NetworkInputs,
  virtualNetwork: network.VirtualNetwork,
  routes: network.RouteTable,
): { readonly id: Record<SubnetName, Output<string>>; readonly last: Resource } {
  let last: Resource = virtualNetwork;
  const make = (subnet: SubnetName): Output<string> => {
    const { name, delegation, endpoint, routed } = SUBNETS[subnet];
    // Azure takes no security group on the firewall's subnet.
    const group = subnet === 'firewall' ? undefined : securityGroup(context, subnet, name, inputs);
    const made = new network.Subnet(
      context.name(`subnet-${name}`),
      {
        subnetName: name,
        resourceGroupName: context.resourceGroupName,
        virtualNetworkName: virtualNetwork.name,
        addressPrefix: inputs.addresses[subnet],
        // No address that Azure lends to whoever has none: the way out is the firewall.
        defaultOutboundAccess: false,
        // Security groups and routes hold for private endpoints too; Azure's default is that they do not.
        privateEndpointNetworkPolicies: 'Enabled',
        ...(group === undefined ? {} : { networkSecurityGroup: { id: group.id } }),
        ...(routed === undefined ? {} : { routeTable: { id: routes.id } }),
        ...(endpoint === undefined ? {} : { serviceEndpoints: [{ service: endpoint }] }),
        ...(delegation === undefined ? {} : { delegations: [{ name, serviceName: delegation }] }),
      },
      { ...context.options, dependsOn: [last] },
    );
    last = made;
    return made.id;
  };
  const id = Object.fromEntries(
    (Object.keys(SUBNETS) as SubnetName[]).map((subnet) => [subnet, make(subnet)]),
  ) as Record<SubnetName, Output<string>>;
  return { id, last };
}

function securityGroup(
  context: AzureContext,
  subnet: Exclude<SubnetName, 'firewall'>,
  name: string,
  inputs: NetworkInputs,
): network.NetworkSecurityGroup {
  return new network.NetworkSecurityGroup(
    context.name(`nsg-${name}`),
    {
      networkSecurityGroupName: context.name(`nsg-${name}`),
      resourceGroupName: context.resourceGroupName,
      location: context.location,
      securityRules: securityRules(subnet, inputs),
      tags: context.tags,
    },
    context.options,
  );
}

function peering(
  context: AzureContext,
  virtualNetwork: network.VirtualNetwork,
  peer: Peer,
  after: Resource,
): Resource {
  return new network.VirtualNetworkPeering(
    context.name(`peering-${peer.name}`),
    {
      virtualNetworkPeeringName: peer.name,
      resourceGroupName: context.resourceGroupName,
      virtualNetworkName: virtualNetwork.name,
      remoteVirtualNetwork: { id: peer.virtualNetworkId },
      allowVirtualNetworkAccess: true,
      // What comes from behind a peer, or from the firewall, has another network's address.
      allowForwardedTraffic: true,
      allowGatewayTransit: false,
      useRemoteGateways: peer.useItsGateway ?? false,
    },
    { ...context.options, dependsOn: [after] },
  );
}
