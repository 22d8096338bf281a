import { LOAD_BALANCER_SUBNET } from '../../../constructs/core/internal-load-balancer';
import { makeNetwork, type NetworkInputs } from '../../../infra/azure/network';
import { recordProgram, type Recording } from '../record';
import { contextOf, namesOf, resource, SUBSCRIPTION } from './azure-fixture';
import { ADDRESSES, HYPERION, SETTINGS } from './environment-fixture';

const INPUTS: NetworkInputs = {
  addresses: ADDRESSES,
  inbound: HYPERION.inbound,
  peers: SETTINGS.network.peers,
  gatewayClients: ['203.0.113.0/24'],
  apiCallers: ['10.62.0.0/24'],
};
const TAGS = { system: 'hyperion', environment: 'hyperion-prod' };
const PLACE = { resourceGroupName: 'hyperion-prod', location: 'westeurope', tags: TAGS };

/** The provider's modules, the first time, on a machine that does other things too. */
const RECORDING_MS = 180_000;

describe('makeNetwork', () => {
  let recording: Recording;
  beforeAll(async () => {
    recording = await recordProgram(() => {
      const { subnetId, privateDnsZoneId } = makeNetwork(contextOf('hyperion-prod'), INPUTS);
      return { subnetId, privateDnsZoneId };
    });
  }, RECORDING_MS);

  const subnet = (name: string) => resource(recording, 'Subnet', `hyperion-prod-subnet-${name}`);
  const id = (kind: string, name: string) =>
    `/subscriptions/${SUBSCRIPTION}/resourceGroups/hyperion-prod/providers/Microsoft.network/${kind}/${name}`;

  it('makes a network of the whole block, which asks the firewall for names', () => {
    expect(resource(recording, 'VirtualNetwork').inputs).toEqual({
      virtualNetworkName: 'hyperion-prod-vnet',
      addressSpace: { addressPrefixes: ['10.40.0.0/16'] },
      dhcpOptions: { dnsServers: ['10.40.3.4'] },
      // The provider's own defaults.
      enableDdosProtection: false,
      enableVmProtection: false,
      ...PLACE,
    });
  });

  it('makes each subnet of the plan, with what Azure has to know of it', () => {
    const common = {
      resourceGroupName: 'hyperion-prod',
      virtualNetworkName: 'hyperion-prod-vnet',
      defaultOutboundAccess: false,
      privateEndpointNetworkPolicies: 'Enabled',
      // The provider's own default.
      privateLinkServiceNetworkPolicies: 'Enabled',
    };
    const group = (name: string) => ({
      networkSecurityGroup: { id: id('NetworkSecurityGroup', `hyperion-prod-nsg-${name}`) },
    });
    const routed = { routeTable: { id: id('RouteTable', 'hyperion-prod-routes') } };
    const aks = (name: string) => ({
      delegations: [{ name, serviceName: 'Microsoft.ContainerService/managedClusters' }],
    });
    expect(subnet('AzureFirewallSubnet').inputs).toEqual({
      ...common,
      subnetName: 'AzureFirewallSubnet',
      addressPrefix: '10.40.3.0/26',
    });
    expect(subnet('gateway').inputs).toEqual({
      ...common,
      ...group('gateway'),
      subnetName: 'gateway',
      addressPrefix: '10.40.0.0/24',
    });
    expect(subnet('private-endpoints').inputs).toEqual({
      ...common,
      ...group('private-endpoints'),
      subnetName: 'private-endpoints',
      addressPrefix: '10.40.1.0/24',
    });
    expect(subnet('api-server').inputs).toEqual({
      ...common,
      ...group('api-server'),
      ...aks('api-server'),
      subnetName: 'api-server',
      addressPrefix: '10.40.2.0/28',
    });
    expect(subnet('database').inputs).toEqual({
      ...common,
      ...group('database'),
      subnetName: 'database',
      addressPrefix: '10.40.4.0/28',
      serviceEndpoints: [{ service: 'Microsoft.Storage' }],
      delegations: [{ name: 'database', serviceName: 'Microsoft.DBforPostgreSQL/flexibleServers' }],
    });
    expect(subnet('load-balancers').inputs).toEqual({
      ...common,
      ...group('load-balancers'),
      subnetName: 'load-balancers',
      addressPrefix: '10.40.5.0/26',
    });
    expect(subnet('nodes').inputs).toEqual({
      ...common,
      ...group('nodes'),
      ...routed,
      subnetName: 'nodes',
      addressPrefix: '10.40.16.0/20',
    });
    expect(subnet('pods').inputs).toEqual({
      ...common,
      ...group('pods'),
      ...routed,
      ...aks('pods'),
      subnetName: 'pods',
      addressPrefix: '10.40.64.0/18',
    });
    expect(namesOf(recording, 'Subnet')).toHaveLength(8);
  });

  it('names the subnet of load balancers as the Services do', () => {
    expect(subnet(LOAD_BALANCER_SUBNET).inputs.subnetName).toBe(LOAD_BALANCER_SUBNET);
  });

  it('makes subnets one after the other, and peerings after the last', () => {
    const order = [
      'AzureFirewallSubnet',
      'gateway',
      'private-endpoints',
      'api-server',
      'database',
      'load-balancers',
      'nodes',
      'pods',
    ].map((name) => subnet(name));
    order.slice(1).forEach(({ options }, place) => {
      expect(options.dependsOn).toContain(order[place]?.urn);
    });
    expect(
      resource(recording, 'VirtualNetworkPeering', 'hyperion-prod-peering-shops').options.dependsOn,
    ).toContain(order.at(-1)?.urn);
  });

  it('leads everything outside, and answers to peers, through the firewall', () => {
    const toFirewall = { nextHopType: 'VirtualAppliance', nextHopIpAddress: '10.40.3.4' };
    expect(resource(recording, 'RouteTable').inputs).toEqual({
      routeTableName: 'hyperion-prod-routes',
      disableBgpRoutePropagation: true,
      routes: [
        { name: 'outside', addressPrefix: '0.0.0.0/0', ...toFirewall },
        { name: 'shops-10.50.0.0-16', addressPrefix: '10.50.0.0/16', ...toFirewall },
        { name: 'poseidon-10.61.0.0-24', addressPrefix: '10.61.0.0/24', ...toFirewall },
      ],
      ...PLACE,
    });
  });

  it('peers with the networks beside it', () => {
    expect(resource(recording, 'VirtualNetworkPeering', 'hyperion-prod-peering-shops').inputs).toEqual({
      virtualNetworkPeeringName: 'shops',
      resourceGroupName: 'hyperion-prod',
      virtualNetworkName: 'hyperion-prod-vnet',
      remoteVirtualNetwork: {
        id: `/subscriptions/${SUBSCRIPTION}/resourceGroups/shops/providers/Microsoft.Network/virtualNetworks/shops`,
      },
      allowVirtualNetworkAccess: true,
      allowForwardedTraffic: true,
      allowGatewayTransit: false,
      useRemoteGateways: false,
    });
  });

  it("knows Azure's services by private names, in this network alone", () => {
    const zones = recording.resources.filter(({ type }) => type.endsWith(':PrivateZone'));
    expect(zones.map(({ inputs }) => inputs.privateZoneName)).toEqual([
      'privatelink.blob.core.windows.net',
      'hyperion-prod.private.postgres.database.azure.com',
      'privatelink.vaultcore.azure.net',
    ]);
    expect(resource(recording, 'VirtualNetworkLink', 'hyperion-prod-zone-vault-link').inputs).toEqual({
      virtualNetworkLinkName: 'hyperion-prod-vnet',
      privateZoneName: 'privatelink.vaultcore.azure.net',
      resourceGroupName: 'hyperion-prod',
      location: 'global',
      registrationEnabled: false,
      virtualNetwork: { id: id('VirtualNetwork', 'hyperion-prod-vnet') },
      tags: TAGS,
    });
  });

  it('hands each subnet over by its ID', () => {
    const subnets = recording.outputs.subnetId as Record<string, string>;
    expect(Object.keys(subnets).sort()).toEqual([
      'apiServer',
      'database',
      'firewall',
      'gateway',
      'loadBalancers',
      'nodes',
      'pods',
      'privateEndpoints',
    ]);
    expect(subnets.loadBalancers).toBe(id('Subnet', 'load-balancers'));
  });
});
