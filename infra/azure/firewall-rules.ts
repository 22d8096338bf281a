/**
 * What may pass the firewall: who comes in past the gateway, and where nodes and pods go. Pure.
 *
 * Inbound rules keep addresses as they are (network rules, no DNAT): internal load balancers have addresses of their own, and
 * NetworkPolicies tell senders apart by theirs, which a DNAT would replace by the firewall's.
 */
import type { network } from '@pulumi/azure-native/types/input';
import type { AzureAddresses } from '../address-plan';
import type { CloudDemand, InboundFlow, OutboundFlow } from '../cloud';
import type { AllowedHosts, FirewallSettings } from './firewall-settings';
import { holds } from './network-settings';
import { slug } from './slug';

type Collection = network.FirewallPolicyFilterRuleCollectionArgs;

/** Hosts behind a registry's name, as each registry documents them for firewalls: layers come from others than manifests. */
export const REGISTRY_HOSTS: Readonly<Record<string, readonly string[]>> = {
  'docker.io': [
    'registry-1.docker.io',
    'auth.docker.io',
    'production.cloudflare.docker.com',
    'production.cloudfront.docker.com',
    'docker-images-prod.6aa30f8b08e16409b46e0173d6de2f56.r2.cloudflarestorage.com',
  ],
  'ghcr.io': ['ghcr.io', 'pkg-containers.githubusercontent.com'],
  'quay.io': ['quay.io', '*.quay.io'],
  // Leads on to ghcr.io.
  'reg.kyverno.io': ['reg.kyverno.io', 'ghcr.io', 'pkg-containers.githubusercontent.com'],
  'registry.k8s.io': ['registry.k8s.io', '*.pkg.dev'],
};

/**
 * A registry of Azure's with dedicated data endpoints. Without them its layers come from `*.blob.core.windows.net`, by which
 * anything could be carried out to anybody's account.
 */
const AZURE_REGISTRY_DATA = '*.data.azurecr.io';

/** Whether it is known from which hosts its layers come; those of others are the operator's to name. */
export function isKnownRegistry(registry: string): boolean {
  return registry in REGISTRY_HOSTS || registry.endsWith('.azurecr.io');
}

/** Kubernetes' own images, tools and updates of the nodes come by this tag, which Microsoft keeps. */
const AKS_TAG = 'AzureKubernetesService';
/** A public name; one without a dot, or in the cluster, is none. */
const PUBLIC_HOST = /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/;
const EVERYWHERE = '0.0.0.0/0';

/** Senders and consumers outside the network, to internal load balancers. */
export function ingressCollections(inbound: readonly InboundFlow[], addresses: AzureAddresses): Collection[] {
  const rules = inbound.flatMap(({ purpose, from, to, port }) => {
    const outside = from.filter((block) => !holds(addresses.block, block));
    return outside.length === 0 ? [] : [byAddress(purpose, outside, to, port)];
  });
  return allow('senders', 100, distinct(rules));
}

/** Nodes and pods, to what they name; to addresses only where a connection has no name. */
export function egressCollections(
  { outbound, imageRegistries }: Pick<CloudDemand, 'outbound' | 'imageRegistries'>,
  addresses: AzureAddresses,
  { allowedHosts }: FirewallSettings,
): Collection[] {
  const sources = [addresses.nodes, addresses.pods];
  const named = [...hostsOf(outbound, addresses), ...allowedHosts];
  const addressed = outbound.flatMap((flow) => {
    const outside = outsideOf(flow, addresses);
    const reachesAddresses =
      publicHost(flow) === undefined && outside.length > 0 && !isInternet(flow, addresses);
    return reachesAddresses ? [byAddress(flow.purpose, sources, outside, flow.port)] : [];
  });
  return [
    ...allow(
      'addresses',
      100,
      distinct([...addressed, ...named.filter(isNotWeb).map((one) => byName(one, sources))]),
    ),
    ...allow('names', 200, [
      {
        ruleType: 'ApplicationRule',
        name: 'azure-kubernetes-service',
        sourceAddresses: sources,
        fqdnTags: [AKS_TAG],
        protocols: [
          { protocolType: 'Http', port: 80 },
          { protocolType: 'Https', port: 443 },
        ],
      },
      ...imageRegistries.filter(isKnownRegistry).map((registry) =>
        toHosts(
          {
            purpose: `images ${registry}`,
            hosts: [...(REGISTRY_HOSTS[registry] ?? [registry, AZURE_REGISTRY_DATA])],
          },
          sources,
        ),
      ),
      ...distinct(named.filter((one) => !isNotWeb(one)).map((one) => toHosts(one, sources))),
    ]),
  ];
}

/** Whether a connection goes to the internet, and does not say to whom. */
export function isInternet(flow: OutboundFlow, addresses: AzureAddresses): boolean {
  const everywhere = [EVERYWHERE, `${addresses.firewallAddress}/32`];
  return publicHost(flow) === undefined && flow.to.some((block) => everywhere.includes(block));
}

function publicHost({ host }: OutboundFlow): string | undefined {
  if (host === undefined || host.endsWith('.cluster.local') || !PUBLIC_HOST.test(host)) return undefined;
  return host;
}

function outsideOf({ to }: OutboundFlow, addresses: AzureAddresses): string[] {
  return to.filter((block) => !holds(addresses.block, block));
}

function hostsOf(outbound: readonly OutboundFlow[], addresses: AzureAddresses): AllowedHosts[] {
  return outbound.flatMap((flow) => {
    const host = publicHost(flow);
    if (host === undefined || outsideOf(flow, addresses).length === 0) return [];
    return [{ purpose: flow.purpose, hosts: [host], port: flow.port }];
  });
}

/** Application rules read a request's host, or TLS' server name; mail and the like have neither. */
function isNotWeb({ port = 443 }: AllowedHosts): boolean {
  return port !== 443 && port !== 80;
}

function toHosts(
  { purpose, hosts, port = 443 }: AllowedHosts,
  sources: string[],
): network.ApplicationRuleArgs {
  return {
    ruleType: 'ApplicationRule',
    name: `${slug(purpose)}-${port}`,
    description: purpose,
    sourceAddresses: sources,
    targetFqdns: [...hosts],
    protocols: [{ protocolType: port === 80 ? 'Http' : 'Https', port }],
  };
}

function byName({ purpose, hosts, port = 443 }: AllowedHosts, sources: string[]): network.NetworkRuleArgs {
  return {
    ruleType: 'NetworkRule',
    name: `${slug(purpose)}-${port}`,
    description: purpose,
    ipProtocols: ['TCP'],
    sourceAddresses: sources,
    destinationFqdns: [...hosts],
    destinationPorts: [String(port)],
  };
}

function byAddress(
  purpose: string,
  from: readonly string[],
  to: readonly string[],
  port: number,
): network.NetworkRuleArgs {
  return {
    ruleType: 'NetworkRule',
    name: `${slug(purpose)}-${port}`,
    description: purpose,
    ipProtocols: ['TCP'],
    sourceAddresses: [...from],
    destinationAddresses: [...to],
    destinationPorts: [String(port)],
  };
}

/** Several pods make the same connection for the same purpose: one rule. Other connections of one purpose get a number. */
function distinct<R extends { readonly name?: unknown }>(rules: readonly R[]): R[] {
  const texts = new Set<string>();
  const names = new Map<string, number>();
  return rules.flatMap((rule) => {
    const text = JSON.stringify(rule);
    if (texts.has(text)) return [];
    texts.add(text);
    const name = String(rule.name);
    const seen = (names.get(name) ?? 0) + 1;
    names.set(name, seen);
    return [seen === 1 ? rule : { ...rule, name: `${name}-${seen}` }];
  });
}

/** Azure refuses a collection without rules. */
function allow(
  name: string,
  priority: number,
  rules: (network.NetworkRuleArgs | network.ApplicationRuleArgs)[],
): Collection[] {
  if (rules.length === 0) return [];
  return [
    {
      ruleCollectionType: 'FirewallPolicyFilterRuleCollection',
      name,
      priority,
      action: { type: 'Allow' },
      rules,
    },
  ];
}
