/**
 * What only the hub has: the way to its spokes, the zone of its names, its certificate, and what its spokes' stacks need to know.
 */
import type { Input, Output } from '@pulumi/pulumi';
import type { CloudDemand, HubRole } from '../cloud';
import type { AwsContext } from './context';
import { makeZone, publishHosts } from './dns';
import { makeCertificate, type EdgeCertificate } from './edge';
import { HANDOVER_OUTPUTS, type HubHandover } from './hub-handover';
import { makeJoinRoles } from './join-role';
import type { Network } from './network';
import type { AwsSettings } from './settings';
import { makeHubTransit, type HubTransit } from './transit';

export interface HubProps {
  readonly role: HubRole;
  readonly network: Network;
  readonly demand: CloudDemand;
  readonly settings: AwsSettings;
}

export interface Hub {
  /** @default the platform answers to no host name */
  readonly certificate?: EdgeCertificate;
  readonly publishHosts: (addresses: Readonly<Record<string, Output<string>>>) => void;
  readonly outputs: Readonly<Record<string, Input<unknown>>>;
}

export function makeHub(context: AwsContext, props: HubProps): Hub {
  const { role, network, demand, settings } = props;
  const { spokes: accounts = {}, transit: transitSettings } = settings;
  const zone = makeZone(context, role.zone, network.vpcId);
  const certificate =
    settings.certificate === undefined
      ? undefined
      : makeCertificate(context, demand.hosts, settings.certificate);
  const transit =
    transitSettings.kind === 'peering'
      ? undefined
      : makeHubTransit(context, { network, settings: transitSettings, spokes: role.spokes, accounts });
  const joinRoleArns = makeJoinRoles(context, {
    accounts,
    zoneId: zone.zoneId,
    ...(transit !== undefined && {
      transit: { hubTableArn: transit.hubTable.arn, spokesTableArn: transit.spokesTable.arn },
    }),
    vpcId: network.vpcId,
    connectedTableArn: network.routeTables.connected.arn,
  });
  const handover: Handover = {
    accountId: context.accountId,
    region: context.region,
    vpcId: network.vpcId,
    zoneId: zone.zoneId,
    joinRoleArns,
    connectedRouteTableId: network.routeTables.connected.id,
    ...(transit !== undefined && { transitGateway: transitHandover(transit) }),
    ...(certificate?.authority !== undefined && { zoneAuthority: certificate.authority }),
  };
  return {
    ...(certificate !== undefined && { certificate }),
    publishHosts: (addresses) => {
      publishHosts(context, zone, addresses);
    },
    outputs: {
      zoneId: zone.zoneId,
      ...(transit !== undefined && { transitGatewayId: transit.gateway.id }),
      [HANDOVER_OUTPUTS.handover]: handover,
    },
  };
}

/** The handover before deployment. */
type Handover = Pending<HubHandover>;
type Pending<T> = { readonly [K in keyof T]: T[K] extends string | undefined ? Input<T[K]> : Pending<T[K]> };

function transitHandover({
  gateway,
  share,
  hubTable,
  spokesTable,
}: HubTransit): NonNullable<Handover['transitGateway']> {
  return {
    id: gateway.id,
    shareArn: share.arn,
    hubRouteTableId: hubTable.id,
    spokesRouteTableId: spokesTable.id,
  };
}
