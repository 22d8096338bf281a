/**
 * Every environment, by name. Their values stand in `environments/`, one file each.
 */
import { complete } from '../constructs/core/complete';
import type { Platform } from '../constructs/core/platform';
import { hyperion } from '../constructs/systems/hyperion';
import type { HyperionProps } from '../constructs/systems/hyperion-props';
import type { Environment, Environments } from './environment';
import { HYPERION_DEV } from './environments/hyperion-dev';
import { HYPERION_PROD, HYPERION_PROD_EXCEPTIONS } from './environments/hyperion-prod';

export const ENVIRONMENTS: Environments = {
  'hyperion-dev': hyperionEnvironment(HYPERION_DEV, 'Hyperion for development: one zone, small'),
  'hyperion-prod': {
    ...hyperionEnvironment(HYPERION_PROD, 'Hyperion for production: three zones, 400,000 events/s'),
    exceptions: HYPERION_PROD_EXCEPTIONS,
  },
};

function hyperionEnvironment(props: HyperionProps, describe: string): Environment {
  return { system: 'hyperion', tier: props.tier, describe, build: () => completed(hyperion(props)) };
}

function completed(platform: Platform): Platform {
  complete(platform);
  return platform;
}
