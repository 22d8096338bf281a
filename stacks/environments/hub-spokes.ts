/**
 * The spokes of the hub. A line here makes one an environment and a user of the hub.
 */
import type { SpokeProps } from '../../constructs/systems/hub-and-spoke-props';
import type { AwsAddresses } from '../../infra/address-plan';
import { HUB_DEV } from './hub-dev';
import { HUB_PROD } from './hub-prod';
import { HUB_STAGING } from './hub-staging';

export interface Spoke extends SpokeProps {
  /** Its network. */
  readonly addresses: AwsAddresses;
}

export const SPOKES: readonly Spoke[] = [HUB_DEV, HUB_STAGING, HUB_PROD];
