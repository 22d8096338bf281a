/**
 * Which connections each subnet takes: the platform's own, what Azure asks for, and nothing else. Pure.
 *
 * What leaves is the receiving subnet's business inside the network, and the firewall's outside, which sees names.
 */
import type { AzureAddresses } from '../address-plan';
import type { InboundFlow } from '../cloud';
import type { SubnetName } from './network';
import { slug } from './slug';

export interface SecurityRule {
  readonly name: string;
  readonly description: string;
  readonly priority: number;
  readonly direction: 'Inbound';
  readonly access: 'Allow' | 'Deny';
  readonly protocol: 'Tcp' | '*';
  readonly sourceAddressPrefixes?: string[];
  readonly sourceAddressPrefix?: string;
  readonly sourcePortRange: '*';
  readonly destinationAddressPrefixes?: string[];
  readonly destinationAddressPrefix?: string;
  readonly destinationPortRanges?: string[];
  readonly destinationPortRange?: '*';
}

export interface SecurityInputs {
  readonly addresses: AzureAddresses;
  readonly inbound: readonly InboundFlow[];
  readonly gatewayClients?: readonly string[];
  /** People and pipelines that call the Kubernetes API. */
  readonly apiCallers: readonly string[];
}

/** A rule before it has its place in the order. */
interface Admission {
  readonly name: string;
  readonly why: string;
  /** Blocks, or one of Azure's service tags. */
  readonly from: readonly string[] | 'GatewayManager' | 'AzureLoadBalancer';
  readonly to: readonly string[];
  /** @default all, of every protocol */
  readonly ports?: readonly string[];
}

/** Azure's own rules begin at 65000 and admit all of `VirtualNetwork`, which a route for 0.0.0.0/0 makes everything. */
const LAST_PRIORITY = 4096;
const FIRST_PRIORITY = 100;
const PRIORITY_STEP = 10;

export function securityRules(
  subnet: Exclude<SubnetName, 'firewall'>,
  inputs: SecurityInputs,
): SecurityRule[] {
  const admitted = admissions(subnet, inputs).map((admission, place) =>
    admit(admission, FIRST_PRIORITY + place * PRIORITY_STEP),
  );
  return [...admitted, DENY_THE_REST];
}

function admissions(
  subnet: Exclude<SubnetName, 'firewall'>,
  { addresses, inbound, gatewayClients, apiCallers }: SecurityInputs,
): readonly Admission[] {
  const here = [addresses[subnet]];
  const cluster = [addresses.nodes, addresses.pods];
  switch (subnet) {
    case 'gateway':
      return gatewayClients === undefined ? [] : gateway(here, gatewayClients);
    case 'privateEndpoints':
      return [
        {
          name: 'stores',
          why: 'object stores and secrets, for nodes and pods',
          from: cluster,
          to: here,
          ports: ['443'],
        },
        // The gateway reads its certificate from a vault, which may have an endpoint here.
        {
          name: 'certificate',
          why: "the gateway's certificate",
          from: [addresses.gateway],
          to: here,
          ports: ['443'],
        },
      ];
    case 'apiServer':
      return [
        // Source of the ports: Microsoft Learn, "API Server VNet Integration", section on security groups.
        {
          name: 'cluster',
          why: 'nodes and pods to the Kubernetes API',
          from: cluster,
          to: here,
          ports: ['443', '4443'],
        },
        {
          name: 'callers',
          why: 'people and pipelines to the Kubernetes API',
          from: apiCallers,
          to: here,
          ports: ['443'],
        },
        probes(here),
        { name: 'own', why: "the API's load balancer to its servers", from: here, to: here },
      ];
    case 'database':
      return [
        {
          name: 'postgresql',
          why: 'Grafana to its database',
          from: cluster,
          to: here,
          ports: ['5432'],
        },
        // Source: Microsoft Learn, "Networking with private access", flexible server: replication between the two.
        {
          name: 'replication',
          why: 'a server to its standby',
          from: here,
          to: here,
          ports: ['5432', '6432'],
        },
      ];
    case 'loadBalancers':
      // Frontends have no interface here: Azure asks the group of the nodes, with the frontend's address.
      return [];
    case 'nodes':
      return [
        {
          name: 'cluster',
          why: 'nodes, pods and the Kubernetes API among themselves',
          from: [addresses.apiServer, ...cluster],
          to: here,
        },
        probes(here),
        ...entrances(inbound),
      ];
    case 'pods':
      return [
        {
          name: 'cluster',
          why: 'nodes, pods and the Kubernetes API among themselves; NetworkPolicies narrow it',
          from: [addresses.apiServer, ...cluster],
          to: here,
        },
        probes(here),
      ];
  }
}

/** Source: Microsoft Learn, "Application Gateway infrastructure configuration": without these a v2 gateway is not made. */
function gateway(here: readonly string[], clients: readonly string[]): readonly Admission[] {
  return [
    {
      name: 'gateway-manager',
      why: 'Azure looks after the instances',
      from: 'GatewayManager',
      to: here,
      ports: ['65200-65535'],
    },
    probes(here),
    { name: 'clients', why: 'telemetry, browsers', from: clients, to: here, ports: ['80', '443'] },
  ];
}

function probes(here: readonly string[]): Admission {
  return {
    name: 'load-balancer-probes',
    why: 'probes of load balancers',
    from: 'AzureLoadBalancer',
    to: here,
  };
}

/**
 * Who comes in from outside the cluster. AKS lets packets keep the load balancer's address until they are on the node
 * (floating IP), so that this address, and not the node's, is their destination here.
 */
function entrances(inbound: readonly InboundFlow[]): readonly Admission[] {
  const byWay = new Map<string, InboundFlow[]>();
  for (const flow of inbound) {
    const way = [flow.from.join(), flow.to.join(), flow.port].join(' ');
    byWay.set(way, [...(byWay.get(way) ?? []), flow]);
  }
  return [...byWay.values()].flatMap((flows) => {
    const [first] = flows;
    if (first === undefined) return [];
    return [
      {
        name: `in-${slug(first.purpose)}-${first.port}`,
        why: [...new Set(flows.map(({ purpose }) => purpose))].join(', '),
        from: first.from,
        to: first.to,
        ports: [String(first.port)],
      },
    ];
  });
}

function admit({ name, why, from, to, ports }: Admission, priority: number): SecurityRule {
  return {
    name,
    description: why.slice(0, MOST_DESCRIPTION),
    priority,
    direction: 'Inbound',
    access: 'Allow',
    protocol: ports === undefined ? '*' : 'Tcp',
    ...(typeof from === 'string' ? { sourceAddressPrefix: from } : { sourceAddressPrefixes: [...from] }),
    sourcePortRange: '*',
    destinationAddressPrefixes: [...to],
    ...(ports === undefined ? { destinationPortRange: '*' } : { destinationPortRanges: [...ports] }),
  };
}

/** Azure's limit. */
const MOST_DESCRIPTION = 140;

const DENY_THE_REST: SecurityRule = {
  name: 'deny-the-rest',
  description: 'Nothing else comes in',
  priority: LAST_PRIORITY,
  direction: 'Inbound',
  access: 'Deny',
  protocol: '*',
  sourceAddressPrefix: '*',
  sourcePortRange: '*',
  destinationAddressPrefix: '*',
  destinationPortRange: '*',
};
