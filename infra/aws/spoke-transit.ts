/**
 * The way between a spoke and its hub, on the spoke's side: what has to be done in the hub's account is done with the role that
 * the hub made for this spoke.
 */
import * as ec2 from '@pulumi/aws/ec2';
import * as transit from '@pulumi/aws/ec2transitgateway';
import { Provider } from '@pulumi/aws/provider';
import * as ram from '@pulumi/aws/ram';
import type { Output, Resource } from '@pulumi/pulumi';
import { inLayer, type AwsContext } from './context';
import type { HubHandover } from './hub-handover';
import type { TransitSettings } from './neighbours';
import type { Network } from './network';
import { routeToOwner } from './transit';

export interface SpokeTransitProps {
  readonly network: Network;
  readonly settings: TransitSettings;
  readonly hub: Output<HubHandover>;
  /** Acts in the hub's account. */
  readonly inHub: Provider;
  /** The hub's network. */
  readonly hubBlock: string;
  /** This network. */
  readonly block: string;
}

/** The provider that acts in the hub's account, and in no other. */
export function hubProvider(context: AwsContext, hub: Output<HubHandover>): Provider {
  return new Provider(
    context.name('in-hub-account'),
    {
      region: hub.region,
      allowedAccountIds: [hub.accountId],
      assumeRoles: [
        {
          roleArn: hub.apply(({ joinRoleArns }) => joinRoleArns[context.environment] ?? ''),
          sessionName: context.environment,
        },
      ],
    },
    { parent: context.options.parent },
  );
}

/** @returns what agents need to reach the hub */
export function joinHub(outer: AwsContext, props: SpokeTransitProps): readonly Resource[] {
  const context = inLayer(outer, 'Transit');
  return props.settings.kind === 'peering' ? peer(context, props) : attach(context, props);
}

function attach(context: AwsContext, props: SpokeTransitProps): readonly Resource[] {
  const { network, settings, hubBlock } = props;
  const inHub = { ...context.options, provider: props.inHub };
  const gateway = props.hub.apply(({ transitGateway }) => requiredGateway(transitGateway));
  const attachment = new transit.VpcAttachment(
    context.name('transit'),
    {
      transitGatewayId: gateway.id,
      vpcId: network.vpcId,
      subnetIds: [...network.subnetIds.transit],
      dnsSupport: 'enable',
      // Neither default table here: on a shared gateway they are the other account's to say (Terraform AWS provider, #7513).
      tags: context.named('transit'),
    },
    { ...context.options, dependsOn: acceptShare(context, settings, gateway.shareArn) },
  );
  const accepted = new transit.VpcAttachmentAccepter(
    context.name('transit'),
    {
      transitGatewayAttachmentId: attachment.id,
      transitGatewayDefaultRouteTableAssociation: false,
      transitGatewayDefaultRouteTablePropagation: false,
      tags: context.named('transit'),
    },
    inHub,
  );
  const joined = new transit.RouteTableAssociation(
    context.name('transit'),
    {
      transitGatewayAttachmentId: accepted.transitGatewayAttachmentId,
      transitGatewayRouteTableId: gateway.spokesRouteTableId,
    },
    inHub,
  );
  const propagated = new transit.RouteTablePropagation(
    context.name('transit'),
    {
      transitGatewayAttachmentId: accepted.transitGatewayAttachmentId,
      transitGatewayRouteTableId: gateway.hubRouteTableId,
    },
    inHub,
  );
  // A route to a gateway that has not accepted the network yet is refused (Terraform AWS provider, #10025).
  const dependsOn = [joined, propagated];
  const by = { transitGatewayId: gateway.id };
  return [
    ...dependsOn,
    ...routeToHub(context, network, hubBlock, by, dependsOn),
    ...routeToOwner(context, network, settings.ownerNetworks, by, dependsOn),
  ];
}

function acceptShare(
  context: AwsContext,
  { oneOrganization }: TransitSettings,
  shareArn: Output<string>,
): Resource[] {
  if (oneOrganization) return [];
  return [new ram.ResourceShareAccepter(context.name('transit'), { shareArn }, context.options)];
}

function peer(context: AwsContext, props: SpokeTransitProps): readonly Resource[] {
  const { network, hub, hubBlock, block } = props;
  const inHub = { ...context.options, provider: props.inHub };
  const connection = new ec2.VpcPeeringConnection(
    context.name('to-hub'),
    {
      vpcId: network.vpcId,
      peerVpcId: hub.vpcId,
      peerOwnerId: hub.accountId,
      peerRegion: hub.region,
      tags: context.named('to-hub'),
    },
    context.options,
  );
  const accepted = new ec2.VpcPeeringConnectionAccepter(
    context.name('to-hub'),
    { vpcPeeringConnectionId: connection.id, autoAccept: true, tags: context.named('to-hub') },
    inHub,
  );
  const back = new ec2.Route(
    context.name('hub-to-here'),
    {
      routeTableId: hub.connectedRouteTableId,
      destinationCidrBlock: block,
      vpcPeeringConnectionId: accepted.vpcPeeringConnectionId,
    },
    inHub,
  );
  return [
    back,
    ...routeToHub(context, network, hubBlock, { vpcPeeringConnectionId: connection.id }, [accepted]),
  ];
}

/** Agents on the nodes, and nothing else here, call the hub. */
function routeToHub(
  context: AwsContext,
  { routeTables }: Network,
  hubBlock: string,
  by: Pick<ec2.RouteArgs, 'transitGatewayId' | 'vpcPeeringConnectionId'>,
  dependsOn: Resource[],
): readonly ec2.Route[] {
  return Object.entries(routeTables.nodes).map(
    ([zone, { id }]) =>
      new ec2.Route(
        context.name(`nodes-${zone}-to-hub`),
        { routeTableId: id, destinationCidrBlock: hubBlock, ...by },
        { ...context.options, dependsOn },
      ),
  );
}

/** @throws Error when the hub's stack was deployed without one */
function requiredGateway(gateway: HubHandover['transitGateway']): NonNullable<HubHandover['transitGateway']> {
  if (gateway !== undefined) return gateway;
  throw new Error(
    "the hub's stack has no Transit Gateway: hub and spokes are joined the same way; set transit.kind alike, and run `pulumi up` for the hub first",
  );
}
