/**
 * Which addresses the parts of a network have: one /16 an environment, cut the same way everywhere, so that whoever knows
 * the block knows the subnets. Manifests name the same subnets in their NetworkPolicies: environments take them from here.
 *
 * Each part begins at a fixed offset and has room to grow: 10.x.32.0/19 and 10.x.128.0/17 are free in Azure's plan,
 * 10.x.8.0/21 and all above the nodes in AWS'.
 */
import { addressAt, formatBlock, parseBlock } from './cidr';

/** Length of an environment's block: 65,536 addresses. */
const PLAN_BITS = 16;

export interface AzureAddresses {
  /** The whole network. */
  readonly block: string;
  /** Application Gateway v2; a /24 is what Microsoft recommends for 125 instances. */
  readonly gateway: string;
  readonly privateEndpoints: string;
  /** Delegated to AKS' API servers (API Server VNet Integration), at least a /28. */
  readonly apiServer: string;
  /** `AzureFirewallSubnet`, a /26 as Azure demands. */
  readonly firewall: string;
  /** The firewall's own address: Azure gives it the first free one, the fifth of the subnet. */
  readonly firewallAddress: string;
  /** Delegated to PostgreSQL flexible servers, at least a /28. */
  readonly database: string;
  /** Frontends of the cluster's internal load balancers: of their own, or a node could take a static address first. */
  readonly loadBalancers: string;
  /** A /20: 4,091 nodes. */
  readonly nodes: string;
  /** A /18: 16,379 pods, with addresses of the network, so that NetworkPolicies and firewalls see pods. */
  readonly pods: string;
}

/** @throws RangeError for anything but a /16 */
export function azureAddresses(block: string): AzureAddresses {
  const at = offsetsIn(block);
  const firewall = at(3, 0, 26);
  return {
    block,
    gateway: at(0, 0, 24),
    privateEndpoints: at(1, 0, 24),
    apiServer: at(2, 0, 28),
    firewall,
    firewallAddress: addressAt(firewall, 4),
    database: at(4, 0, 28),
    loadBalancers: at(5, 0, 26),
    nodes: at(16, 0, 20),
    pods: at(64, 0, 18),
  };
}

/** One block for each zone, in the zones' order. */
type PerZone = readonly string[];

export interface AwsAddresses {
  /** The whole network (VPC). */
  readonly block: string;
  /** Internal load balancers, /24 each: AWS asks for eight free addresses in each. */
  readonly loadBalancers: PerZone;
  /** Network interfaces of the EKS control plane, /28 each. */
  readonly controlPlane: PerZone;
  /** Interfaces of VPC endpoints. */
  readonly endpoints: PerZone;
  readonly database: PerZone;
  /** Attachments to the Transit Gateway: of their own, as AWS recommends, so that routes there concern nobody else. */
  readonly transit: PerZone;
  /** NAT gateways, and nothing else that has a public address. */
  readonly public: PerZone;
  /** A /20 each: nodes, and pods, which have addresses of the network (VPC CNI). */
  readonly nodes: PerZone;
}

/** AWS' managed services spread over at least two zones: EKS' control plane, load balancers, Aurora's subnet groups. */
const LEAST_ZONES = 2;
/** Zones for which the plan has room. */
const MOST_ZONES = 4;

/**
 * @param zones zones in which nodes run, 1 to 4
 * @throws RangeError for anything but a /16, or for another number of zones
 */
export function awsAddresses(block: string, zones: number): AwsAddresses {
  if (!Number.isInteger(zones) || zones < 1 || zones > MOST_ZONES) {
    throw new RangeError(`an address plan of AWS has 1 to ${MOST_ZONES} zones, not ${zones}`);
  }
  const at = offsetsIn(block);
  const managed = Array.from({ length: Math.max(zones, LEAST_ZONES) }, (_, zone) => zone);
  // Sixteen addresses a zone; three such kinds share no /24, which keeps each block's purpose readable.
  const small = (third: number): PerZone => managed.map((zone) => at(third, zone * 16, 28));
  return {
    block,
    // The fourth zone's comes after the others': 10.x.3.0/24 was the control plane's before there were four.
    loadBalancers: managed.map((zone) => at(zone === 3 ? 8 : zone, 0, 24)),
    controlPlane: small(3),
    endpoints: small(4),
    database: small(5),
    transit: small(6),
    public: small(7),
    nodes: managed.slice(0, zones).map((zone) => at(16 * (zone + 1), 0, 20)),
  };
}

/** Blocks inside a /16, by their third and fourth number. */
function offsetsIn(block: string): (third: number, fourth: number, bits: number) => string {
  const whole = parseBlock(block);
  if (whole?.bits !== PLAN_BITS) {
    throw new RangeError(
      `${block} is not a /${PLAN_BITS} that begins at its own first address, e.g. 10.40.0.0/16`,
    );
  }
  return (third, fourth, bits) => formatBlock({ first: whole.first + third * 256 + fourth, bits });
}
