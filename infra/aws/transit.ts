/**
 * The way between the hub and its spokes, on the hub's side: a Transit Gateway shared with the spokes' accounts. A spoke sees the
 * hub and no other spoke, because spokes' attachments use a route table that knows the hub alone.
 */
import * as ec2 from '@pulumi/aws/ec2';
import * as transit from '@pulumi/aws/ec2transitgateway';
import * as ram from '@pulumi/aws/ram';
import type { Resource } from '@pulumi/pulumi';
import type { NetworkNeighbour } from '../cloud';
import { inLayer, type AwsContext } from './context';
import type { SpokeAccounts, TransitSettings } from './neighbours';
import type { Network } from './network';

export interface HubTransitProps {
  readonly network: Network;
  readonly settings: TransitSettings;
  readonly spokes: readonly NetworkNeighbour[];
  readonly accounts: SpokeAccounts;
}

export interface HubTransit {
  readonly gateway: transit.TransitGateway;
  /** What the hub's own attachment uses: knows every spoke. */
  readonly hubTable: transit.RouteTable;
  /** What spokes' attachments use: knows the hub alone. */
  readonly spokesTable: transit.RouteTable;
  readonly share: ram.ResourceShare;
}

export function makeHubTransit(outer: AwsContext, props: HubTransitProps): HubTransit {
  const context = inLayer(outer, 'Transit');
  const gateway = new transit.TransitGateway(
    context.name('transit'),
    {
      description: `Joins ${context.environment} and its spokes`,
      // A spoke is accepted by name, from its own stack, and gets no route that nobody wrote.
      autoAcceptSharedAttachments: 'disable',
      defaultRouteTableAssociation: 'disable',
      defaultRouteTablePropagation: 'disable',
      dnsSupport: 'enable',
      tags: context.named('transit'),
    },
    context.options,
  );
  const table = (part: string): transit.RouteTable =>
    new transit.RouteTable(
      context.name(part),
      { transitGatewayId: gateway.id, tags: context.named(part) },
      context.options,
    );
  const [hubTable, spokesTable] = [table('transit-hub'), table('transit-spokes')];
  const attachment = attachHub(context, props.network, gateway);
  const joined = new transit.RouteTableAssociation(
    context.name('transit-hub'),
    { transitGatewayAttachmentId: attachment.id, transitGatewayRouteTableId: hubTable.id },
    context.options,
  );
  const propagate = (part: string, { id }: transit.RouteTable): void => {
    new transit.RouteTablePropagation(
      context.name(part),
      { transitGatewayAttachmentId: attachment.id, transitGatewayRouteTableId: id },
      context.options,
    );
  };
  propagate('transit-hub-to-spokes', spokesTable);
  if (props.settings.ownerAttachmentId !== undefined) {
    // The owner's attachment uses the hub's table, so that it too has to know the hub.
    propagate('transit-hub-to-owner', hubTable);
    joinOwner(context, props.settings, { hub: hubTable, spokes: spokesTable });
  }
  routeFromHub(context, props, gateway, [attachment, joined]);
  return { gateway, hubTable, spokesTable, share: shareGateway(context, props, gateway) };
}

function attachHub(
  context: AwsContext,
  network: Network,
  gateway: transit.TransitGateway,
): transit.VpcAttachment {
  return new transit.VpcAttachment(
    context.name('transit'),
    {
      transitGatewayId: gateway.id,
      vpcId: network.vpcId,
      subnetIds: [...network.subnetIds.transit],
      dnsSupport: 'enable',
      transitGatewayDefaultRouteTableAssociation: false,
      transitGatewayDefaultRouteTablePropagation: false,
      tags: context.named('transit'),
    },
    context.options,
  );
}

/** Routes are written and not learnt: what the owner's side announces by mistake changes nothing here. */
function joinOwner(
  context: AwsContext,
  { ownerAttachmentId = '', ownerNetworks }: TransitSettings,
  tables: Readonly<Record<'hub' | 'spokes', transit.RouteTable>>,
): void {
  new transit.RouteTableAssociation(
    context.name('transit-owner'),
    { transitGatewayAttachmentId: ownerAttachmentId, transitGatewayRouteTableId: tables.hub.id },
    context.options,
  );
  for (const [part, { id }] of Object.entries(tables)) {
    for (const block of ownerNetworks) {
      new transit.Route(
        context.name(`transit-${part}-to-${slug(block)}`),
        {
          destinationCidrBlock: block,
          transitGatewayAttachmentId: ownerAttachmentId,
          transitGatewayRouteTableId: id,
        },
        context.options,
      );
    }
  }
}

/** Answers to the spokes leave from the load balancer alone; nothing in the hub opens a connection to a spoke. */
function routeFromHub(
  context: AwsContext,
  { network, settings, spokes }: HubTransitProps,
  gateway: transit.TransitGateway,
  dependsOn: Resource[],
): void {
  const { connected } = network.routeTables;
  const options = { ...context.options, dependsOn };
  for (const { environment, block } of spokes) {
    new ec2.Route(
      context.name(`connected-to-${environment}`),
      { routeTableId: connected.id, destinationCidrBlock: block, transitGatewayId: gateway.id },
      options,
    );
  }
  routeToOwner(context, network, settings.ownerNetworks, { transitGatewayId: gateway.id }, dependsOn);
}

/** The owner's people come to load balancers and the Kubernetes API; pods call the owner's services, sign-in for one. */
export function routeToOwner(
  context: AwsContext,
  { routeTables }: Network,
  blocks: readonly string[],
  by: Pick<ec2.RouteArgs, 'transitGatewayId'>,
  dependsOn: Resource[],
): readonly ec2.Route[] {
  const nodes = Object.entries(routeTables.nodes).map(([zone, table]) => [`nodes-${zone}`, table] as const);
  return [['connected', routeTables.connected] as const, ...nodes].flatMap(([part, table]) =>
    blocks.map(
      (block) =>
        new ec2.Route(
          context.name(`${part}-to-${slug(block)}`),
          { routeTableId: table.id, destinationCidrBlock: block, ...by },
          { ...context.options, dependsOn },
        ),
    ),
  );
}

function shareGateway(
  context: AwsContext,
  { settings, accounts }: HubTransitProps,
  gateway: transit.TransitGateway,
): ram.ResourceShare {
  const share = new ram.ResourceShare(
    context.name('transit'),
    { allowExternalPrincipals: !settings.oneOrganization, tags: context.named('transit') },
    context.options,
  );
  new ram.ResourceAssociation(
    context.name('transit'),
    { resourceShareArn: share.arn, resourceArn: gateway.arn },
    context.options,
  );
  for (const [environment, { accountId }] of Object.entries(accounts)) {
    new ram.PrincipalAssociation(
      context.name(`transit-with-${environment}`),
      { resourceShareArn: share.arn, principal: accountId },
      context.options,
    );
  }
  return share;
}

/** `10.200.0.0/16` as a part of a name. */
function slug(block: string): string {
  return block.replace(/[./]/g, '-');
}
