/**
 * Every environment, by name. Their values stand in `environments/`, one file each.
 */
import { complete } from '../constructs/core/complete';
import type { Platform } from '../constructs/core/platform';
import { hyperion } from '../constructs/systems/hyperion';
import type { HyperionProps } from '../constructs/systems/hyperion-props';
import { telemetryStack } from '../constructs/systems/telemetry-stack';
import type { TelemetryStackProps } from '../constructs/systems/telemetry-stack-props';
import type { Environment, Environments } from './environment';
import { HYPERION_DEV } from './environments/hyperion-dev';
import { HYPERION_PROD, HYPERION_PROD_EXCEPTIONS } from './environments/hyperion-prod';
import { TELEMETRY_DEV } from './environments/telemetry-dev';
import { TELEMETRY_PROD } from './environments/telemetry-prod';

export const ENVIRONMENTS: Environments = {
  'hyperion-dev': hyperionEnvironment(HYPERION_DEV, 'Hyperion for development: one zone, small'),
  'hyperion-prod': {
    ...hyperionEnvironment(HYPERION_PROD, 'Hyperion for production: three zones, 400,000 events/s'),
    exceptions: HYPERION_PROD_EXCEPTIONS,
  },
  'telemetry-dev': telemetryEnvironment(
    TELEMETRY_DEV,
    'Telemetry stack for development: one zone, a few dozen GPUs',
  ),
  'telemetry-prod': telemetryEnvironment(
    TELEMETRY_PROD,
    'Telemetry stack for production: three zones, ten thousand GPUs',
  ),
};

function hyperionEnvironment(props: HyperionProps, describe: string): Environment {
  return { system: 'hyperion', tier: props.tier, describe, build: () => completed(hyperion(props)) };
}

function telemetryEnvironment(props: TelemetryStackProps, describe: string): Environment {
  return {
    system: 'telemetry-stack',
    tier: props.tier,
    describe,
    build: () => completed(telemetryStack(props)),
  };
}

function completed(platform: Platform): Platform {
  complete(platform);
  return platform;
}
