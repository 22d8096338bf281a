/**
 * Hubs and spokes as the tests vary them.
 */
import { complete } from '../../../constructs/core/complete';
import { ConfigError } from '../../../constructs/core/config-error';
import type { Platform } from '../../../constructs/core/platform';
import { hub, spoke } from '../../../constructs/systems/hub-and-spoke';
import type { HubProps, Hubs, HubSite, SpokeProps } from '../../../constructs/systems/hub-and-spoke-props';
import { HUB_INFRA } from '../../../stacks/environments/hub-infra';

const STANDBY: HubSite = {
  name: 'infra-west',
  environment: 'infra',
  region: 'eu-west-1',
  cidrs: ['10.150.0.0/16'],
  loadBalancer: ['10.150.0.0/24', '10.150.1.0/24'],
  workload: { nodes: 5, activeSeries: 20_000, samplesPerSecond: 600 },
};

export const TWO_HUBS: Hubs = { ...HUB_INFRA.hubs, standby: STANDBY };

export function builtHub(props: HubProps): Platform {
  const platform = hub(props);
  complete(platform);
  return platform;
}

export function builtSpoke(props: SpokeProps): Platform {
  const platform = spoke(props);
  complete(platform);
  return platform;
}

/** The hub of the second region, as an environment file of its own would have it. */
export function standbyHub(hubs: Hubs = TWO_HUBS): HubProps {
  return {
    ...HUB_INFRA,
    environment: 'hub-west',
    role: 'standby',
    hubs,
    network: {
      ...HUB_INFRA.network,
      nodes: ['10.150.16.0/20'],
      kubernetesApi: ['10.150.3.0/28'],
      privateEndpoints: ['10.150.4.0/28'],
    },
  };
}

export function components(platform: Platform): string[] {
  return platform.components.map(({ node }) => node.id).sort();
}

/** Connections with telemetry at its declared load: `vmagent → vmauth/http: 600/s to https://…`. */
export function flows(platform: Platform): string[] {
  return platform.graph.connections
    .filter(({ load }) => load !== undefined)
    .map(
      ({ from, to, delivery, load }) =>
        `${from.id} → ${to.url}: ${delivery.kind}, ${Math.round(load?.eventsPerSecond ?? 0)}/s`,
    )
    .sort();
}

export function configText(platform: Platform, component: string, file: string): string {
  const found = platform.components
    .find(({ node }) => node.id === component)
    ?.configs.flatMap(({ files }) => files)
    .find(({ name }) => name === file);
  if (found === undefined) throw new Error(`${component} has no file ${file}`);
  return found.text;
}

/** What is wrong, as an operator would read it. */
export function messageOf(build: () => unknown): string {
  try {
    build();
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return '';
}
