/**
 * Who may open a connection to what: one security group for each thing that listens, with the ports of the flow graph.
 */
import * as ec2 from '@pulumi/aws/ec2';
import * as vpc from '@pulumi/aws/vpc';
import type { Input, Output } from '@pulumi/pulumi';
import type { AwsAddresses } from '../address-plan';
import { overlap, parseBlock } from '../cidr';
import type { CloudDemand, InboundFlow } from '../cloud';
import { inLayer, type AwsContext } from './context';

/** IDs. */
export interface SecurityGroups {
  /** In front of the ALB. @default the platform answers to no host name */
  readonly loadBalancer?: Output<string>;
  /** Beside the group that EKS makes itself: lets the owner's networks reach the Kubernetes API. */
  readonly controlPlane: Output<string>;
  readonly endpoints: Output<string>;
  /** @default the platform asks for no database */
  readonly database?: Output<string>;
  /** @default the platform asks for no shared files */
  readonly fileStorage?: Output<string>;
}

export interface SecurityGroupProps {
  readonly vpcId: Input<string>;
  readonly addresses: AwsAddresses;
  readonly demand: CloudDemand;
  /** CIDR blocks. */
  readonly administrators: readonly string[];
  readonly hasFileStorage: boolean;
}

const HTTPS = 443;
const POSTGRESQL = 5432;
const NFS = 2049;
/** Pods run without root, so they listen above it. */
const FIRST_POD_PORT = 1024;
const LAST_PORT = 65_535;

export function makeSecurityGroups(outer: AwsContext, props: SecurityGroupProps): SecurityGroups {
  const context = inLayer(outer, 'SecurityGroups');
  const { addresses, demand, administrators, hasFileStorage } = props;
  const group = (part: string, description: string): ec2.SecurityGroup =>
    makeGroup(context, props.vpcId, part, description);
  const admitting = (
    part: string,
    description: string,
    from: readonly string[],
    port: number,
  ): Output<string> => {
    const { id } = group(part, description);
    for (const block of from) admit(context, { part, group: id, block, port });
    return id;
  };
  return {
    controlPlane: admitting('kubernetes-api', 'Kubernetes API, for administrators', administrators, HTTPS),
    endpoints: admitting(
      'endpoints',
      'Endpoints of AWS services, for this network',
      [addresses.block],
      HTTPS,
    ),
    ...(demand.hosts.length > 0 && { loadBalancer: loadBalancerGroup(context, props, group) }),
    ...(demand.database !== undefined && {
      database: admitting('database', 'PostgreSQL, for the nodes', addresses.nodes, POSTGRESQL),
    }),
    ...(hasFileStorage && {
      fileStorage: admitting('file-storage', 'EFS, for the nodes', addresses.nodes, NFS),
    }),
  };
}

/** Lets the load balancer's group reach pods: EKS puts the cluster's own group on every node, which admits itself alone. */
export function admitLoadBalancer(
  outer: AwsContext,
  loadBalancer: Input<string>,
  cluster: Input<string>,
): vpc.SecurityGroupIngressRule {
  const part = 'nodes-from-load-balancer';
  return new vpc.SecurityGroupIngressRule(
    outer.name(part),
    {
      securityGroupId: cluster,
      referencedSecurityGroupId: loadBalancer,
      description: 'Load balancer to pods; NetworkPolicies say to which',
      ipProtocol: 'tcp',
      fromPort: FIRST_POD_PORT,
      toPort: LAST_PORT,
      tags: outer.named(part),
    },
    outer.options,
  );
}

function loadBalancerGroup(
  context: AwsContext,
  { addresses, demand }: SecurityGroupProps,
  group: (part: string, description: string) => ec2.SecurityGroup,
): Output<string> {
  const part = 'load-balancer';
  const { id } = group(part, 'Internal load balancer, for the callers of the flow graph');
  for (const { block, port } of callers(demand.inbound, addresses.loadBalancers)) {
    admit(context, { part, group: id, block, port });
  }
  for (const block of addresses.nodes) {
    const name = `${part}-to-${slug(block)}`;
    new vpc.SecurityGroupEgressRule(
      context.name(name),
      {
        securityGroupId: id,
        cidrIpv4: block,
        description: 'Pods, which have addresses of the nodes',
        ipProtocol: 'tcp',
        fromPort: FIRST_POD_PORT,
        toPort: LAST_PORT,
        tags: context.named(name),
      },
      context.options,
    );
  }
  return id;
}

/** Who comes to these subnets, and to which port: each pair once. */
function callers(
  inbound: readonly InboundFlow[],
  subnets: readonly string[],
): readonly { readonly block: string; readonly port: number }[] {
  const flows = inbound.filter(({ to }) =>
    to.some((block) => subnets.some((subnet) => touch(block, subnet))),
  );
  const pairs = flows.flatMap(({ from, port }) => from.map((block) => ({ block, port })));
  return [...new Map(pairs.map((pair) => [`${pair.block}:${pair.port}`, pair])).values()];
}

function touch(a: string, b: string): boolean {
  const [first, second] = [parseBlock(a), parseBlock(b)];
  return first !== undefined && second !== undefined && overlap(first, second);
}

/** Without rules: it neither admits anybody nor lets anything out. */
function makeGroup(
  context: AwsContext,
  vpcId: Input<string>,
  part: string,
  description: string,
): ec2.SecurityGroup {
  return new ec2.SecurityGroup(
    context.name(part),
    { vpcId, description, tags: context.named(part) },
    context.options,
  );
}

interface Admission {
  readonly part: string;
  readonly group: Input<string>;
  readonly block: string;
  readonly port: number;
}

function admit(context: AwsContext, { part, group, block, port }: Admission): void {
  const name = `${part}-from-${slug(block)}-${port}`;
  new vpc.SecurityGroupIngressRule(
    context.name(name),
    {
      securityGroupId: group,
      cidrIpv4: block,
      ipProtocol: 'tcp',
      fromPort: port,
      toPort: port,
      tags: context.named(name),
    },
    context.options,
  );
}

/** `10.120.0.0/16` as a part of a name. */
function slug(block: string): string {
  return block.replace(/[./]/g, '-');
}
