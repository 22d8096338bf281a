/**
 * Flows → NetworkPolicies. Each workload gets one policy with exactly one rule for each of its connections: ingress
 * where it is dialled, egress where it dials, and DNS where it has to resolve a name. What no connection allows is
 * denied, by these policies and by each namespace's default-deny.
 */
import { k8s } from 'cdk8s-plus-28';
import type { AnyEndpoint } from './endpoint';
import { OperatorPods } from './operator-pods';
import { Task } from './task';
import type { Party, Reach } from './party';
import type { Platform } from './platform';
import { Workload } from './workload';

/** Where the cluster's DNS answers; AKS and EKS both label CoreDNS so. */
const DNS_PEER = {
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
  podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
} as const;

interface Rule {
  readonly peer: Reach;
  readonly port: number;
  readonly transport: 'TCP' | 'UDP';
}

export function addNetworkAccess(platform: Platform): void {
  const { graph } = platform;
  for (const party of graph.parties) {
    if (!isGuarded(party)) continue;
    const ingress = distinct(graph.into(party).map((c) => rule(c.from, c.to)));
    const egress = distinct(graph.outOf(party).map((c) => rule(c.to.owner, c.to)));
    new k8s.KubeNetworkPolicy(party, 'network-policy', {
      metadata: { name: party.id },
      spec: {
        podSelector: { matchLabels: { ...party.reach.labels } },
        policyTypes: ['Ingress', 'Egress'],
        // The API server does not keep empty lists: with one, every apply would be a change.
        ...(ingress.length === 0
          ? {}
          : {
              ingress: ingress.map((r) => ({
                from: networkPeers(r.peer),
                ports: [port(r.port, r.transport)],
              })),
            }),
        ...(egress.length === 0
          ? {}
          : {
              egress: [
                ...egress.map((r) => ({ to: networkPeers(r.peer), ports: [port(r.port, r.transport)] })),
                dnsRule(),
              ],
            }),
      },
    });
  }
}

/** Whether this platform makes a NetworkPolicy for it, which bears its name and lies in its namespace. */
export function isGuarded(party: Party): party is Workload | Task | OperatorPods {
  return (
    party instanceof Workload || party instanceof Task || (party instanceof OperatorPods && party.hasPolicy)
  );
}

function rule(peer: Party, endpoint: AnyEndpoint): Rule {
  return { peer: reachOf(peer), port: endpoint.port, transport: endpoint.transport };
}

/** How a NetworkPolicy of the other end has to name a party. */
export function reachOf({ reach, nodeAddresses }: Party): Reach {
  return nodeAddresses === undefined ? reach : { kind: 'addresses', cidrs: nodeAddresses };
}

/** Two connections over one port (several topics of one broker) need one rule, not two. */
function distinct(rules: readonly Rule[]): Rule[] {
  const byKey = new Map(rules.map((r) => [JSON.stringify(r), r]));
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, r]) => r);
}

/** How a NetworkPolicy names them. */
export function networkPeers(reach: Reach): k8s.NetworkPolicyPeer[] {
  if (reach.kind === 'addresses') {
    const except = reach.except === undefined ? {} : { except: [...reach.except] };
    return reach.cidrs.map((cidr) => ({ ipBlock: { cidr, ...except } }));
  }
  return [
    {
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': reach.namespace } },
      podSelector: { matchLabels: { ...reach.labels } },
    },
  ];
}

function dnsRule(): k8s.NetworkPolicyEgressRule {
  return { to: [DNS_PEER], ports: [port(53, 'UDP'), port(53, 'TCP')] };
}

function port(number: number, transport: Rule['transport']): k8s.NetworkPolicyPort {
  return { port: k8s.IntOrString.fromNumber(number), protocol: transport };
}
