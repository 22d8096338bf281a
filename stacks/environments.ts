/**
 * Every environment, by name. Their values stand in `environments/`, one file each.
 */
import { complete } from '../constructs/core/complete';
import type { Platform } from '../constructs/core/platform';
import { hub, spoke } from '../constructs/systems/hub-and-spoke';
import type { SpokeProps } from '../constructs/systems/hub-and-spoke-props';
import { epiphany } from '../constructs/systems/epiphany';
import type { EpiphanyProps } from '../constructs/systems/epiphany-props';
import { lokiAlloy } from '../constructs/systems/loki-alloy';
import { hyperion } from '../constructs/systems/hyperion';
import type { HyperionProps } from '../constructs/systems/hyperion-props';
import { telemetryStack } from '../constructs/systems/telemetry-stack';
import type { TelemetryStackProps } from '../constructs/systems/telemetry-stack-props';
import type { Environment, Environments } from './environment';
import { ANTON, ANTON_EXCEPTIONS } from './environments/anton';
import { NODE_AGENT_EXCEPTIONS, SINGLE_REPLICA_EXCEPTIONS } from './environments/hub-common';
import { HUB_INFRA } from './environments/hub-infra';
import { SPOKES } from './environments/hub-spokes';
import { EPIPHANY_DEV, EPIPHANY_DEV_EXCEPTIONS } from './environments/epiphany-dev';
import { EPIPHANY_PROD, EPIPHANY_PROD_EXCEPTIONS, EPIPHANY_PROD_WAIVERS } from './environments/epiphany-prod';
import { HYPERION_DEV } from './environments/hyperion-dev';
import { HYPERION_PROD, HYPERION_PROD_EXCEPTIONS } from './environments/hyperion-prod';
import { TELEMETRY_DEV } from './environments/telemetry-dev';
import { TELEMETRY_PROD } from './environments/telemetry-prod';

export const ENVIRONMENTS: Environments = {
  anton: {
    system: 'loki-alloy',
    tier: ANTON.tier,
    describe: 'Loki with Alloy on premises: three nodes, Ceph under it',
    build: () => completed(lokiAlloy(ANTON)),
    exceptions: ANTON_EXCEPTIONS,
  },
  'epiphany-dev': {
    ...epiphanyEnvironment(EPIPHANY_DEV, 'Epiphany for development: one zone, Kafka with KRaft'),
    exceptions: EPIPHANY_DEV_EXCEPTIONS,
  },
  'epiphany-prod': {
    ...epiphanyEnvironment(EPIPHANY_PROD, 'Epiphany for production: three zones, Kafka still with ZooKeeper'),
    exceptions: EPIPHANY_PROD_EXCEPTIONS,
    waivers: EPIPHANY_PROD_WAIVERS,
  },
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
  'hub-infra': {
    system: 'hub-and-spoke',
    tier: HUB_INFRA.tier,
    describe: 'Hub: the metrics of all clusters, alerts and Grafana, on AWS',
    build: () => completed(hub(HUB_INFRA)),
    exceptions: [...NODE_AGENT_EXCEPTIONS, ...SINGLE_REPLICA_EXCEPTIONS],
  },
  ...Object.fromEntries(SPOKES.map((props) => [props.environment, spokeEnvironment(props)])),
};

function epiphanyEnvironment(props: EpiphanyProps, describe: string): Environment {
  return { system: 'epiphany', tier: props.tier, describe, build: () => completed(epiphany(props)) };
}

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

function spokeEnvironment(props: SpokeProps): Environment {
  const { name, workload } = props.cluster;
  return {
    system: 'hub-and-spoke',
    tier: props.tier,
    describe: `Spoke of the hub: the cluster ${name}, ${workload.nodes} nodes`,
    build: () => completed(spoke(props)),
    exceptions: [...NODE_AGENT_EXCEPTIONS, ...(props.tier === 'prod' ? SINGLE_REPLICA_EXCEPTIONS : [])],
  };
}

function completed(platform: Platform): Platform {
  complete(platform);
  return platform;
}
