/**
 * What only a spoke has: the way to its hub, the hub's names, and what it presents there.
 */
import type { Output, Resource } from '@pulumi/pulumi';
import type { AwsAddresses } from '../address-plan';
import type { SpokeRole } from '../cloud';
import type { AwsContext } from './context';
import { joinZone } from './dns';
import { readHub } from './hub-handover';
import type { Network } from './network';
import type { AwsSettings } from './settings';
import { hubProvider, joinHub } from './spoke-transit';

export interface SpokeProps {
  readonly role: SpokeRole;
  readonly network: Network;
  readonly addresses: AwsAddresses;
  readonly settings: AwsSettings;
}

export interface Spoke {
  /** What its agents present to the hub; a secret. */
  readonly token: Output<string>;
  /** PEM of who signed the hub's certificate, where AWS Private CA did. */
  readonly authority: Output<string>;
  /** With these its agents reach the hub. */
  readonly ready: readonly Resource[];
}

export function makeSpoke(context: AwsContext, { role, network, addresses, settings }: SpokeProps): Spoke {
  const { handover, token, authority } = readHub(context, settings.hub?.stack ?? '');
  const inHub = hubProvider(context, handover);
  const joined = joinHub(context, {
    network,
    settings: settings.transit,
    hub: handover,
    inHub,
    hubBlock: role.hub.block,
    block: addresses.block,
  });
  const named = joinZone(context, { zoneId: handover.zoneId, vpcId: network.vpcId, inHub });
  return { token, authority, ready: [...joined, named] };
}
