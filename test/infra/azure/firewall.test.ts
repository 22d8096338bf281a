import { output } from '@pulumi/pulumi';
import { makeFirewall } from '../../../infra/azure/firewall';
import { recordProgram, type Recording } from '../record';
import { contextOf, namesOf, networkOf, resource, SUBSCRIPTION } from './azure-fixture';
import { ADDRESSES, HYPERION, SETTINGS } from './environment-fixture';

const RECORDING_MS = 180_000;

function record(environment: 'hyperion-dev' | 'hyperion-prod', tier: 'Standard' | 'Premium') {
  return recordProgram(() => {
    const { publicAddress } = makeFirewall(contextOf(environment), {
      network: networkOf(),
      monitoring: { workspaceId: output('/workspace') },
      addresses: ADDRESSES,
      demand: environment === 'hyperion-prod' ? HYPERION : { inbound: [], outbound: [], imageRegistries: [] },
      settings: { ...SETTINGS.firewall, tier },
    });
    return { publicAddress };
  });
}

describe('makeFirewall', () => {
  let prod: Recording;
  let dev: Recording;
  beforeAll(async () => {
    prod = await record('hyperion-prod', 'Premium');
    dev = await record('hyperion-dev', 'Standard');
  }, RECORDING_MS);

  const id = (kind: string, name: string) =>
    `/subscriptions/${SUBSCRIPTION}/resourceGroups/hyperion-prod/providers/Microsoft.network/${kind}/${name}`;

  it('stands in its subnet, in all zones, with rules that are there before', () => {
    const firewall = resource(prod, 'AzureFirewall');
    expect(firewall.inputs).toEqual({
      azureFirewallName: 'hyperion-prod-firewall',
      resourceGroupName: 'hyperion-prod',
      location: 'westeurope',
      sku: { name: 'AZFW_VNet', tier: 'Premium' },
      zones: ['1', '2', '3'],
      firewallPolicy: { id: id('FirewallPolicy', 'hyperion-prod-firewall-policy') },
      ipConfigurations: [
        {
          name: 'outside',
          subnet: { id: '/subnets/firewall' },
          publicIPAddress: { id: id('PublicIPAddress', 'hyperion-prod-firewall-address') },
        },
      ],
      tags: { system: 'hyperion', environment: 'hyperion-prod' },
    });
    for (const name of ['ingress', 'egress']) {
      const group = resource(prod, 'FirewallPolicyRuleCollectionGroup', `hyperion-prod-firewall-${name}`);
      expect(firewall.options.dependsOn).toContain(group.urn);
    }
  });

  it('refuses whom Microsoft knows to be hostile, resolves names for its clients, and looks for intrusions', () => {
    expect(resource(prod, 'FirewallPolicy').inputs).toMatchObject({
      sku: { tier: 'Premium' },
      threatIntelMode: 'Deny',
      dnsSettings: { enableProxy: true },
      intrusionDetection: { mode: 'Deny' },
    });
    const { inputs } = resource(dev, 'FirewallPolicy');
    expect(inputs).toMatchObject({ sku: { tier: 'Standard' }, threatIntelMode: 'Deny' });
    expect(inputs).not.toHaveProperty('intrusionDetection');
  });

  it('asks what comes in first, then what goes out', () => {
    const group = (name: string) =>
      resource(prod, 'FirewallPolicyRuleCollectionGroup', `hyperion-prod-firewall-${name}`);
    expect(group('ingress').inputs).toMatchObject({
      ruleCollectionGroupName: 'ingress',
      firewallPolicyName: 'hyperion-prod-firewall-policy',
      priority: 200,
    });
    expect(group('egress').inputs).toMatchObject({ ruleCollectionGroupName: 'egress', priority: 300 });
    expect(group('egress').options.dependsOn).toContain(group('ingress').urn);
  });

  it('has no group of ingress rules where nobody comes past the gateway', () => {
    expect(namesOf(dev, 'FirewallPolicyRuleCollectionGroup')).toEqual(['hyperion-dev-firewall-egress']);
  });

  it('has a static address in all zones, which a production keeps', () => {
    const address = resource(prod, 'PublicIPAddress');
    expect(address.inputs).toEqual({
      publicIpAddressName: 'hyperion-prod-firewall-address',
      resourceGroupName: 'hyperion-prod',
      location: 'westeurope',
      sku: { name: 'Standard', tier: 'Regional' },
      publicIPAllocationMethod: 'Static',
      publicIPAddressVersion: 'IPv4',
      zones: ['1', '2', '3'],
      tags: { system: 'hyperion', environment: 'hyperion-prod' },
    });
    expect(address.options.protect).toBe(true);
    const small = resource(dev, 'PublicIPAddress');
    expect(small.inputs.zones).toEqual([]);
    expect(small.options.protect).toBe(false);
    expect(prod.outputs).toEqual({ publicAddress: '192.0.2.10' });
  });
});
