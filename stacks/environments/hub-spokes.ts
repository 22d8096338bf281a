/**
 * The spokes of the hub. A line here makes one an environment and a user of the hub.
 */
import type { SpokeProps } from '../../constructs/systems/hub-and-spoke-props';
import { HUB_DEV } from './hub-dev';
import { HUB_PROD } from './hub-prod';
import { HUB_STAGING } from './hub-staging';

export const SPOKES: readonly SpokeProps[] = [HUB_DEV, HUB_STAGING, HUB_PROD];
