/**
 * Azure Firewall between the environment and everything outside its network: what it does not name does not pass, inwards or
 * outwards. Web requests from the internet come by the Application Gateway (edge.ts), senders in peered networks by this.
 */
import type { Output, Resource } from '@pulumi/pulumi';
import * as network from '@pulumi/azure-native/network';
import type { AzureAddresses } from '../address-plan';
import type { CloudDemand } from '../cloud';
import { type AzureContext, inLayer } from './context';
import { egressCollections, ingressCollections } from './firewall-rules';
import type { FirewallSettings } from './firewall-settings';
import { type Monitoring, sendDiagnostics } from './monitoring';
import type { Network } from './network';
import { publicAddress } from './public-address';

export interface Firewall {
  /** Which address the others outside see. */
  readonly publicAddress: Output<string>;
  /** The way out is open when these are there. */
  readonly ready: readonly Resource[];
}

export interface FirewallInputs {
  readonly network: Pick<Network, 'subnetId'>;
  readonly monitoring: Monitoring;
  readonly addresses: AzureAddresses;
  readonly demand: Pick<CloudDemand, 'inbound' | 'outbound' | 'imageRegistries'>;
  readonly settings: FirewallSettings;
}

/** Who was let through and who was not, and whom Microsoft knows to be hostile. */
const DIAGNOSTICS = ['AZFWApplicationRule', 'AZFWNetworkRule', 'AZFWThreatIntel', 'AZFWIdpsSignature'];

export function makeFirewall(outer: AzureContext, inputs: FirewallInputs): Firewall {
  const context = inLayer(outer, 'Firewall');
  const { resourceGroupName, location, tags, zones, options } = context;
  const { addresses, demand, settings } = inputs;
  const policy = makePolicy(context, settings);
  const ingress = rules(context, policy, 'ingress', 200, ingressCollections(demand.inbound, addresses));
  const egress = rules(
    context,
    policy,
    'egress',
    300,
    egressCollections(demand, addresses, settings),
    ingress,
  );
  const address = publicAddress(context, 'firewall');
  const firewall = new network.AzureFirewall(
    context.name('firewall'),
    {
      azureFirewallName: context.name('firewall'),
      resourceGroupName,
      location,
      sku: { name: 'AZFW_VNet', tier: settings.tier },
      zones: [...zones],
      firewallPolicy: { id: policy.id },
      ipConfigurations: [
        {
          name: 'outside',
          subnet: { id: inputs.network.subnetId.firewall },
          publicIPAddress: { id: address.id },
        },
      ],
      tags,
    },
    // Its rules first: a firewall with an empty policy would refuse the nodes of a cluster that already runs.
    { ...options, dependsOn: [...ingress, ...egress] },
  );
  sendDiagnostics(context, inputs.monitoring, {
    name: 'firewall',
    resourceId: firewall.id,
    categories: DIAGNOSTICS,
  });
  return { publicAddress: address.ipAddress, ready: [firewall] };
}

function makePolicy(context: AzureContext, { tier }: FirewallSettings): network.FirewallPolicy {
  return new network.FirewallPolicy(
    context.name('firewall-policy'),
    {
      firewallPolicyName: context.name('firewall-policy'),
      resourceGroupName: context.resourceGroupName,
      location: context.location,
      sku: { tier },
      threatIntelMode: 'Deny',
      // Rules by name need the firewall to resolve as its clients do.
      dnsSettings: { enableProxy: true },
      ...(tier === 'Premium' ? { intrusionDetection: { mode: 'Deny' } } : {}),
      tags: context.tags,
    },
    context.options,
  );
}

/** One after the other: Azure changes one group of a policy at a time. */
function rules(
  context: AzureContext,
  policy: network.FirewallPolicy,
  name: 'ingress' | 'egress',
  priority: number,
  ruleCollections: ReturnType<typeof egressCollections>,
  after: readonly Resource[] = [],
): readonly Resource[] {
  if (ruleCollections.length === 0) return after;
  return [
    new network.FirewallPolicyRuleCollectionGroup(
      context.name(`firewall-${name}`),
      {
        ruleCollectionGroupName: name,
        resourceGroupName: context.resourceGroupName,
        firewallPolicyName: policy.name,
        priority,
        ruleCollections,
      },
      { ...context.options, dependsOn: [...after] },
    ),
  ];
}
