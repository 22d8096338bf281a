/**
 * For each spoke a role in the hub's account, which the spoke's own deployment assumes to join its network: it accepts, routes and
 * resolves, and reaches nothing else.
 */
import * as iam from '@pulumi/aws/iam';
import { interpolate, type Input, type Output } from '@pulumi/pulumi';
import { inLayer, type AwsContext } from './context';
import { policyJson, type Conditions, type Statement } from './iam-document';
import type { SpokeAccounts } from './neighbours';

export interface JoinRoleProps {
  readonly accounts: SpokeAccounts;
  readonly zoneId: Input<string>;
  /** @default none: spokes are peered */
  readonly transit?: { readonly hubTableArn: Input<string>; readonly spokesTableArn: Input<string> };
  readonly vpcId: Input<string>;
  /** ARN of the route table that leads to peered spokes. */
  readonly connectedTableArn: Input<string>;
}

/** ARNs, by the spoke's environment. */
export function makeJoinRoles(
  outer: AwsContext,
  props: JoinRoleProps,
): Readonly<Record<string, Output<string>>> {
  const context = inLayer(outer, 'JoinRoles');
  return Object.fromEntries(
    Object.entries(props.accounts).map(([environment, { deployerArn }]) => {
      const part = `join-${environment}`;
      const role = new iam.Role(
        context.name(part),
        {
          description: `Joins the network of ${environment} to that of ${context.environment}`,
          assumeRolePolicy: policyJson([trust(deployerArn)]),
          tags: context.tags,
        },
        context.options,
      );
      const policy = policyJson([shareZone(props), ...findAndRoute(context, props, environment)]);
      new iam.RolePolicy(context.name(part), { role: role.id, policy }, context.options);
      return [environment, role.arn];
    }),
  );
}

function trust(deployerArn: string): Statement {
  return {
    sid: 'SpokeAssumesRole',
    effect: 'Allow',
    principals: { aws: deployerArn },
    actions: ['sts:AssumeRole'],
  };
}

function shareZone({ zoneId }: JoinRoleProps): Statement {
  return {
    sid: 'ShareTheZone',
    effect: 'Allow',
    actions: [
      'route53:CreateVPCAssociationAuthorization',
      'route53:DeleteVPCAssociationAuthorization',
      'route53:ListVPCAssociationAuthorizations',
    ],
    resources: [interpolate`arn:aws:route53:::hostedzone/${zoneId}`],
  };
}

function findAndRoute(context: AwsContext, props: JoinRoleProps, spoke: string): readonly Statement[] {
  const arn = (resource: string): string => `arn:aws:ec2:${context.region}:${context.accountId}:${resource}`;
  return props.transit === undefined
    ? peeringStatements(props, arn, spoke)
    : gatewayStatements(props.transit, arn, spoke);
}

type Arn = (resource: string) => string;

/**
 * A spoke accepts what nobody has accepted yet, and marks it as its own: tags are each account's own, so that a new attachment
 * has none here. From then on it changes what bears its mark, and never another spoke's.
 */
const unmarkedOrOf = (spoke: string): Conditions => ({
  StringEqualsIfExists: { 'aws:ResourceTag/environment': spoke },
});
const markedBy = (spoke: string): Conditions => ({ StringEquals: { 'aws:ResourceTag/environment': spoke } });

function gatewayStatements(
  { hubTableArn, spokesTableArn }: NonNullable<JoinRoleProps['transit']>,
  arn: Arn,
  spoke: string,
): readonly Statement[] {
  const attachments = [arn('transit-gateway-attachment/*')];
  const [associate, propagate] = [
    ['ec2:AssociateTransitGatewayRouteTable', 'ec2:DisassociateTransitGatewayRouteTable'],
    ['ec2:DisableTransitGatewayRouteTablePropagation', 'ec2:EnableTransitGatewayRouteTablePropagation'],
  ];
  return [
    {
      sid: 'AcceptAttachments',
      effect: 'Allow',
      actions: ['ec2:AcceptTransitGatewayVpcAttachment', 'ec2:CreateTags'],
      resources: attachments,
      conditions: unmarkedOrOf(spoke),
    },
    {
      sid: 'ChangeOwnAttachments',
      effect: 'Allow',
      actions: [
        ...associate,
        ...propagate,
        'ec2:DeleteTags',
        'ec2:DeleteTransitGatewayVpcAttachment',
        'ec2:ModifyTransitGatewayVpcAttachment',
      ],
      resources: attachments,
      conditions: markedBy(spoke),
    },
    // The table of the spokes knows the hub alone: with the hub's, a spoke would see the others.
    { sid: 'UseTheTableOfSpokes', effect: 'Allow', actions: associate, resources: [spokesTableArn] },
    { sid: 'BecomeKnownToTheHub', effect: 'Allow', actions: propagate, resources: [hubTableArn] },
    find([
      'ec2:DescribeTransitGatewayAttachments',
      'ec2:DescribeTransitGatewayRouteTables',
      'ec2:DescribeTransitGatewayVpcAttachments',
      'ec2:DescribeTransitGateways',
      'ec2:GetTransitGatewayRouteTableAssociations',
      'ec2:GetTransitGatewayRouteTablePropagations',
    ]),
  ];
}

function peeringStatements(
  { vpcId, connectedTableArn }: JoinRoleProps,
  arn: Arn,
  spoke: string,
): readonly Statement[] {
  const connections = [arn('vpc-peering-connection/*')];
  return [
    {
      sid: 'AcceptPeering',
      effect: 'Allow',
      actions: ['ec2:AcceptVpcPeeringConnection', 'ec2:CreateTags'],
      resources: connections,
      conditions: unmarkedOrOf(spoke),
    },
    {
      sid: 'AcceptPeeringWithHub',
      effect: 'Allow',
      actions: ['ec2:AcceptVpcPeeringConnection'],
      resources: [interpolate`${arn('vpc')}/${vpcId}`],
    },
    {
      sid: 'ChangeOwnPeering',
      effect: 'Allow',
      actions: ['ec2:DeleteTags'],
      resources: connections,
      conditions: markedBy(spoke),
    },
    {
      sid: 'RouteToPeer',
      effect: 'Allow',
      actions: ['ec2:CreateRoute', 'ec2:DeleteRoute', 'ec2:ReplaceRoute'],
      resources: [connectedTableArn],
    },
    find(['ec2:DescribeRouteTables', 'ec2:DescribeVpcPeeringConnections']),
  ];
}

/** EC2's Describe and Get calls take no resource (Service Authorization Reference, Amazon EC2). */
function find(actions: readonly string[]): Statement {
  return { sid: 'FindWays', effect: 'Allow', actions, resources: ['*'] };
}
