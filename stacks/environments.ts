/**
 * Every environment, by name. Their values stand in `environments/`, one file each.
 */
import { complete } from '../constructs/core/complete';
import type { Platform } from '../constructs/core/platform';
import { epiphany } from '../constructs/systems/epiphany';
import { hub, spoke } from '../constructs/systems/hub-and-spoke';
import { clusterToken } from '../constructs/systems/hub-and-spoke-clusters';
import { hyperion } from '../constructs/systems/hyperion';
import { lokiAlloy } from '../constructs/systems/loki-alloy';
import { telemetryStack } from '../constructs/systems/telemetry-stack';
import type { Environment, Environments } from './environment';
import { ANTON, ANTON_EXCEPTIONS, ANTON_SITE } from './environments/anton';
import { EPIPHANY_DEV, EPIPHANY_DEV_EXCEPTIONS, EPIPHANY_DEV_SITE } from './environments/epiphany-dev';
import {
  EPIPHANY_PROD,
  EPIPHANY_PROD_EXCEPTIONS,
  EPIPHANY_PROD_SITE,
  EPIPHANY_PROD_WAIVERS,
} from './environments/epiphany-prod';
import { HUBS, NODE_AGENT_EXCEPTIONS, SINGLE_REPLICA_EXCEPTIONS } from './environments/hub-common';
import { HUB_INFRA, HUB_INFRA_SITE } from './environments/hub-infra';
import { SPOKES, type Spoke } from './environments/hub-spokes';
import { HYPERION_DEV, HYPERION_DEV_SITE } from './environments/hyperion-dev';
import { HYPERION_PROD, HYPERION_PROD_EXCEPTIONS, HYPERION_PROD_SITE } from './environments/hyperion-prod';
import { TELEMETRY_DEV, TELEMETRY_DEV_SITE } from './environments/telemetry-dev';
import { TELEMETRY_PROD, TELEMETRY_PROD_SITE } from './environments/telemetry-prod';

export const ENVIRONMENTS: Environments = {
  anton: {
    ...environment('loki-alloy', lokiAlloy, ANTON),
    describe: 'Loki with Alloy on premises: three nodes, Ceph under it',
    site: ANTON_SITE,
    exceptions: ANTON_EXCEPTIONS,
  },
  'epiphany-dev': {
    ...environment('epiphany', epiphany, EPIPHANY_DEV),
    describe: 'Epiphany for development: one zone, Kafka with KRaft',
    site: EPIPHANY_DEV_SITE,
    exceptions: EPIPHANY_DEV_EXCEPTIONS,
  },
  'epiphany-prod': {
    ...environment('epiphany', epiphany, EPIPHANY_PROD),
    describe: 'Epiphany for production: three zones, Kafka still with ZooKeeper',
    site: EPIPHANY_PROD_SITE,
    exceptions: EPIPHANY_PROD_EXCEPTIONS,
    waivers: EPIPHANY_PROD_WAIVERS,
  },
  'hyperion-dev': {
    ...environment('hyperion', hyperion, HYPERION_DEV),
    describe: 'Hyperion for development: one zone, small',
    site: HYPERION_DEV_SITE,
  },
  'hyperion-prod': {
    ...environment('hyperion', hyperion, HYPERION_PROD),
    describe: 'Hyperion for production: three zones, 400,000 events/s',
    site: HYPERION_PROD_SITE,
    exceptions: HYPERION_PROD_EXCEPTIONS,
  },
  'telemetry-dev': {
    ...environment('telemetry-stack', telemetryStack, TELEMETRY_DEV),
    describe: 'Telemetry stack for development: one zone, a few dozen GPUs',
    site: TELEMETRY_DEV_SITE,
  },
  'telemetry-prod': {
    ...environment('telemetry-stack', telemetryStack, TELEMETRY_PROD),
    describe: 'Telemetry stack for production: three zones, ten thousand GPUs',
    site: TELEMETRY_PROD_SITE,
  },
  'hub-infra': {
    ...environment('hub-and-spoke', hub, HUB_INFRA),
    describe: 'Hub: the metrics of all clusters, alerts and Grafana, on AWS',
    site: HUB_INFRA_SITE,
    exceptions: [...NODE_AGENT_EXCEPTIONS, ...SINGLE_REPLICA_EXCEPTIONS],
  },
  ...Object.fromEntries(SPOKES.map((props) => [props.environment, spokeEnvironment(props)])),
};

function spokeEnvironment({ addresses, ...props }: Spoke): Environment {
  const { name, workload } = props.cluster;
  return {
    ...environment('hub-and-spoke', spoke, props),
    describe: `Spoke of the hub: the cluster ${name}, ${workload.nodes} nodes`,
    site: {
      kind: 'aws',
      addresses,
      role: {
        kind: 'spoke',
        zone: HUBS.zone,
        hub: { environment: HUB_INFRA.environment, block: HUB_INFRA_SITE.addresses.block },
        tokenSecret: clusterToken(props.cluster).name,
      },
    },
    exceptions: [...NODE_AGENT_EXCEPTIONS, ...(props.tier === 'prod' ? SINGLE_REPLICA_EXCEPTIONS : [])],
  };
}

/** What all systems have in common: values in, a completed platform out. */
function environment<P extends Pick<Environment, 'tier'>>(
  system: string,
  compose: (props: P) => Platform,
  props: P,
): Pick<Environment, 'system' | 'tier' | 'build'> {
  return {
    system,
    tier: props.tier,
    build: () => {
      const platform = compose(props);
      complete(platform);
      return platform;
    },
  };
}
