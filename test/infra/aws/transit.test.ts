/**
 * The way between a hub and its spokes, from both sides, by Transit Gateway and by peering.
 */
import { output } from '@pulumi/pulumi';
import { joinZone, makeZone } from '../../../infra/aws/dns';
import { makeJoinRoles } from '../../../infra/aws/join-role';
import type { TransitSettings } from '../../../infra/aws/neighbours';
import { makeNetwork } from '../../../infra/aws/network';
import { hubProvider, joinHub } from '../../../infra/aws/spoke-transit';
import { makeHubTransit } from '../../../infra/aws/transit';
import { recordProgram, type RecordedResource, type Recording } from '../record';
import { HUB_HANDOVER } from '../stand-in-outputs';
import {
  contextOf,
  HUB_ADDRESSES,
  HUB_DEMAND,
  HUB_ROLE,
  HUB_SETTINGS,
  ofType,
  only,
  SPOKE_ADDRESSES,
  SPOKE_DEMAND,
  SPOKE_SETTINGS,
} from './hub-and-spoke';

const RUN_MS = 60_000;
const GATEWAY = 'aws:ec2transitgateway';
const ROUTE = 'aws:ec2/route:Route';
const { transit } = HUB_SETTINGS;

async function recordHub(settings: TransitSettings): Promise<Recording> {
  return recordProgram(() => {
    const context = contextOf(HUB_DEMAND, HUB_SETTINGS, HUB_ADDRESSES);
    const network = makeNetwork(context, HUB_ADDRESSES, HUB_SETTINGS.network);
    const zone = makeZone(context, 'infra.service', network.vpcId);
    const accounts = HUB_SETTINGS.spokes ?? {};
    const made =
      settings.kind === 'peering'
        ? undefined
        : makeHubTransit(context, { network, settings, spokes: HUB_ROLE.spokes, accounts });
    makeJoinRoles(context, {
      accounts,
      zoneId: zone.zoneId,
      ...(made !== undefined && {
        transit: { hubTableArn: made.hubTable.arn, spokesTableArn: made.spokesTable.arn },
      }),
      vpcId: network.vpcId,
      connectedTableArn: network.routeTables.connected.arn,
    });
  });
}

async function recordSpoke(settings: TransitSettings): Promise<Recording> {
  return recordProgram(() => {
    const context = contextOf(SPOKE_DEMAND, SPOKE_SETTINGS, SPOKE_ADDRESSES);
    const network = makeNetwork(context, SPOKE_ADDRESSES, SPOKE_SETTINGS.network);
    const hub = output({ ...HUB_HANDOVER });
    const inHub = hubProvider(context, hub);
    joinHub(context, {
      network,
      settings,
      hub,
      inHub,
      hubBlock: HUB_ADDRESSES.block,
      block: SPOKE_ADDRESSES.block,
    });
    joinZone(context, { zoneId: hub.zoneId, vpcId: network.vpcId, inHub });
  });
}

/** Routes that are not to the internet: `<table>: <block> → <gateway or connection>`. */
function routes(recording: Recording): string[] {
  return ofType(recording, ROUTE)
    .map(({ inputs }) => inputs)
    .filter(({ destinationCidrBlock }) => destinationCidrBlock !== '0.0.0.0/0')
    .map(
      ({ routeTableId, destinationCidrBlock, transitGatewayId, vpcPeeringConnectionId }) =>
        `${String(routeTableId)}: ${String(destinationCidrBlock)} → ${String(transitGatewayId ?? vpcPeeringConnectionId)}`,
    )
    .sort();
}

function providerOf({ options }: RecordedResource): string {
  return options.provider.split('::')[3] ?? '';
}

interface Statement {
  readonly Sid: string;
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: unknown;
}

function statementsOf(recording: Recording, name: string): readonly Statement[] {
  const { policy } = only(recording, 'aws:iam/rolePolicy:RolePolicy', name).inputs;
  return (JSON.parse(String(policy)) as { Statement: readonly Statement[] }).Statement;
}

describe('the hub, by Transit Gateway', () => {
  let hub: Recording;
  beforeAll(async () => {
    hub = await recordHub(transit);
  }, RUN_MS);

  it('makes a gateway that accepts nobody by itself and learns no route by itself', () => {
    expect(only(hub, `${GATEWAY}/transitGateway:TransitGateway`).inputs).toMatchObject({
      autoAcceptSharedAttachments: 'disable',
      defaultRouteTableAssociation: 'disable',
      defaultRouteTablePropagation: 'disable',
    });
    expect(only(hub, `${GATEWAY}/vpcAttachment:VpcAttachment`).inputs).toMatchObject({
      transitGatewayDefaultRouteTableAssociation: false,
      transitGatewayDefaultRouteTablePropagation: false,
      subnetIds: ['a', 'b', 'c'].map((zone) => `hub-infra-transit-eu-central-1${zone}-id`),
    });
  });

  it('tells spokes of the hub alone: not of each other', () => {
    expect(
      ofType(hub, `${GATEWAY}/routeTablePropagation:RouteTablePropagation`).map(({ inputs }) => inputs),
    ).toEqual([
      {
        transitGatewayAttachmentId: 'hub-infra-transit-id',
        transitGatewayRouteTableId: 'hub-infra-transit-spokes-id',
      },
    ]);
    expect(only(hub, `${GATEWAY}/routeTableAssociation:RouteTableAssociation`).inputs).toMatchObject({
      transitGatewayRouteTableId: 'hub-infra-transit-hub-id',
    });
  });

  it('shares it with the accounts of its spokes, inside the organization only', () => {
    expect(only(hub, 'aws:ram/resourceShare:ResourceShare').inputs).toMatchObject({
      allowExternalPrincipals: false,
    });
    expect(
      ofType(hub, 'aws:ram/principalAssociation:PrincipalAssociation').map(({ name, inputs }) => [
        name,
        inputs.principal,
      ]),
    ).toEqual([
      ['hub-infra-transit-with-hub-dev', '444455556666'],
      ['hub-infra-transit-with-hub-prod', '777788889999'],
    ]);
  });

  it('answers spokes from the load balancer, and lets pods reach the owner’s services only', () => {
    const to = 'hub-infra-transit-id';
    expect(routes(hub)).toEqual([
      `hub-infra-connected-id: 10.120.0.0/16 → ${to}`,
      `hub-infra-connected-id: 10.140.0.0/16 → ${to}`,
      `hub-infra-connected-id: 10.200.0.0/16 → ${to}`,
      ...['a', 'b', 'c'].map((zone) => `hub-infra-nodes-eu-central-1${zone}-id: 10.200.0.0/16 → ${to}`),
    ]);
  });

  it('keeps the networks that spokes add to the zone', () => {
    const zone = only(hub, 'aws:route53/zone:Zone');
    expect(zone.inputs).toMatchObject({
      name: 'infra.service',
      vpcs: [{ vpcId: 'hub-infra-vpc-id', vpcRegion: 'eu-central-1' }],
    });
    expect(zone.options.ignoreChanges).toEqual(['vpcs']);
  });

  it('makes each spoke a role for its own deployment, bounded to its own attachment', () => {
    const role = only(hub, 'aws:iam/role:Role', 'hub-infra-join-hub-dev').inputs.assumeRolePolicy;
    expect(JSON.parse(String(role))).toMatchObject({
      Statement: [
        { Principal: { AWS: 'arn:aws:iam::444455556666:role/deploys-hub-dev' }, Action: ['sts:AssumeRole'] },
      ],
    });
    const attachments = ['arn:aws:ec2:eu-central-1:111122223333:transit-gateway-attachment/*'];
    const statements = statementsOf(hub, 'hub-infra-join-hub-dev');
    expect(statements.map(({ Sid, Resource, Condition }) => [Sid, Resource, Condition])).toEqual([
      ['ShareTheZone', ['arn:aws:route53:::hostedzone/zone-of-hub-infra-zone'], undefined],
      [
        'AcceptAttachments',
        attachments,
        { StringEqualsIfExists: { 'aws:ResourceTag/environment': 'hub-dev' } },
      ],
      ['ChangeOwnAttachments', attachments, { StringEquals: { 'aws:ResourceTag/environment': 'hub-dev' } }],
      [
        'UseTheTableOfSpokes',
        ['arn:aws:ec2transitgateway:eu-central-1:111122223333:hub-infra-transit-spokes'],
        undefined,
      ],
      [
        'BecomeKnownToTheHub',
        ['arn:aws:ec2transitgateway:eu-central-1:111122223333:hub-infra-transit-hub'],
        undefined,
      ],
      ['FindWays', ['*'], undefined],
    ]);
    const finding = statements.find(({ Sid }) => Sid === 'FindWays')?.Action ?? [];
    expect(finding.filter((action) => !/^ec2:(Describe|Get)/.test(action))).toEqual([]);
  });
});

it(
  'joins the owner’s attachment once there is one, with routes that it cannot change',
  async () => {
    const hub = await recordHub({ ...transit, ownerAttachmentId: 'tgw-attach-0abc' });
    expect(
      ofType(hub, `${GATEWAY}/route:Route`).map(({ inputs }) => [
        inputs.transitGatewayRouteTableId,
        inputs.destinationCidrBlock,
        inputs.transitGatewayAttachmentId,
      ]),
    ).toEqual([
      ['hub-infra-transit-hub-id', '10.200.0.0/16', 'tgw-attach-0abc'],
      ['hub-infra-transit-spokes-id', '10.200.0.0/16', 'tgw-attach-0abc'],
    ]);
    expect(
      only(hub, `${GATEWAY}/routeTableAssociation:RouteTableAssociation`, 'hub-infra-transit-owner').inputs,
    ).toEqual({
      transitGatewayAttachmentId: 'tgw-attach-0abc',
      transitGatewayRouteTableId: 'hub-infra-transit-hub-id',
    });
  },
  RUN_MS,
);

describe('a spoke, by Transit Gateway', () => {
  let spoke: Recording;
  beforeAll(async () => {
    spoke = await recordSpoke(transit);
  }, RUN_MS);

  it('attaches its network from its own account', () => {
    const attachment = only(spoke, `${GATEWAY}/vpcAttachment:VpcAttachment`);
    expect(providerOf(attachment)).toBe('hub-dev-account');
    expect(attachment.inputs).toMatchObject({
      transitGatewayId: 'tgw-hub',
      vpcId: 'hub-dev-vpc-id',
      subnetIds: ['hub-dev-transit-eu-central-1a-id', 'hub-dev-transit-eu-central-1b-id'],
    });
    // The provider refuses to say them for a gateway of another account.
    expect(Object.keys(attachment.inputs).filter((key) => key.includes('Default'))).toEqual([]);
  });

  it("is accepted and routed in the hub's account", () => {
    const inHub = spoke.resources.filter((one) => providerOf(one) === 'hub-dev-in-hub-account');
    expect(inHub.map(({ type, inputs }) => [type.split(':')[2], inputs.transitGatewayRouteTableId])).toEqual([
      ['VpcAssociationAuthorization', undefined],
      ['RouteTableAssociation', 'tgw-rtb-spokes'],
      ['RouteTablePropagation', 'tgw-rtb-hub'],
      ['VpcAttachmentAccepter', undefined],
    ]);
  });

  it('routes to the hub from its nodes alone, and only after it is accepted', () => {
    expect(routes(spoke)).toEqual([
      'hub-dev-connected-id: 10.200.0.0/16 → tgw-hub',
      'hub-dev-nodes-eu-central-1a-id: 10.110.0.0/16 → tgw-hub',
      'hub-dev-nodes-eu-central-1a-id: 10.200.0.0/16 → tgw-hub',
    ]);
    const { dependsOn } = only(spoke, ROUTE, 'hub-dev-nodes-eu-central-1a-to-hub').options;
    expect(dependsOn.filter((urn) => urn.includes('RouteTableAssociation'))).toHaveLength(1);
  });

  it('resolves the names of the hub once that permits it', () => {
    const association = only(spoke, 'aws:route53/zoneAssociation:ZoneAssociation');
    expect(providerOf(association)).toBe('hub-dev-account');
    expect(association.inputs).toEqual({
      zoneId: 'ZONE',
      vpcId: 'hub-dev-vpc-id',
      vpcRegion: 'eu-central-1',
    });
    expect(association.options.dependsOn.join()).toContain('VpcAssociationAuthorization');
  });
});

it(
  'accepts the share first where accounts are not of one organization',
  async () => {
    const spoke = await recordSpoke({ ...transit, oneOrganization: false });
    expect(only(spoke, 'aws:ram/resourceShareAccepter:ResourceShareAccepter').inputs).toEqual({
      shareArn: HUB_HANDOVER.transitGateway.shareArn,
    });
    expect(only(spoke, `${GATEWAY}/vpcAttachment:VpcAttachment`).options.dependsOn.join()).toContain(
      'ResourceShareAccepter',
    );
  },
  RUN_MS,
);

describe('by peering', () => {
  const peering: TransitSettings = { kind: 'peering', oneOrganization: true, ownerNetworks: [] };

  it(
    'the spoke connects to the hub, which accepts and answers',
    async () => {
      const spoke = await recordSpoke(peering);
      expect(only(spoke, 'aws:ec2/vpcPeeringConnection:VpcPeeringConnection').inputs).toMatchObject({
        vpcId: 'hub-dev-vpc-id',
        peerVpcId: 'vpc-hub',
        peerOwnerId: '111122223333',
        peerRegion: 'eu-central-1',
      });
      const accepted = only(spoke, 'aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter');
      expect(providerOf(accepted)).toBe('hub-dev-in-hub-account');
      expect(routes(spoke)).toEqual([
        'hub-dev-nodes-eu-central-1a-id: 10.110.0.0/16 → hub-dev-to-hub-id',
        'rtb-hub: 10.120.0.0/16 → hub-dev-to-hub-id',
      ]);
      expect(ofType(spoke, `${GATEWAY}/vpcAttachment:VpcAttachment`)).toEqual([]);
    },
    RUN_MS,
  );

  it(
    'the hub has no gateway, and lets a spoke route its own connection',
    async () => {
      const hub = await recordHub(peering);
      expect(hub.resources.filter(({ type }) => type.startsWith(GATEWAY))).toEqual([]);
      expect(statementsOf(hub, 'hub-infra-join-hub-dev').map(({ Sid, Resource }) => [Sid, Resource])).toEqual(
        [
          ['ShareTheZone', ['arn:aws:route53:::hostedzone/zone-of-hub-infra-zone']],
          ['AcceptPeering', ['arn:aws:ec2:eu-central-1:111122223333:vpc-peering-connection/*']],
          ['AcceptPeeringWithHub', ['arn:aws:ec2:eu-central-1:111122223333:vpc/hub-infra-vpc-id']],
          ['ChangeOwnPeering', ['arn:aws:ec2:eu-central-1:111122223333:vpc-peering-connection/*']],
          ['RouteToPeer', ['arn:aws:ec2:eu-central-1:111122223333:hub-infra-connected']],
          ['FindWays', ['*']],
        ],
      );
    },
    RUN_MS,
  );
});
