/**
 * An independent reading of NetworkPolicies: from the YAML alone, as the Kubernetes documentation defines them. It
 * knows nothing of the flow graph.
 */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly unknown[];
}

interface Peer {
  readonly podSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

interface Rule {
  readonly ports?: readonly { readonly port?: number; readonly protocol?: string }[];
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
}

export interface NetworkPolicy {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly podSelector: LabelSelector;
    readonly policyTypes: readonly string[];
    readonly ingress?: readonly Rule[];
    readonly egress?: readonly Rule[];
  };
}

/** One end of a packet: a pod with labels in a namespace, or an address outside. */
export type Host =
  | { readonly kind: 'pod'; readonly namespace: string; readonly labels: Readonly<Record<string, string>> }
  | { readonly kind: 'address'; readonly address: string };

export interface Packet {
  readonly from: Host;
  readonly to: Host;
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP';
}

/** Whether the policies let the packet leave its source and enter its destination. */
export function isAllowed(policies: readonly NetworkPolicy[], packet: Packet): boolean {
  return (
    admits(policies, packet.from, packet.to, packet, 'Egress') &&
    admits(policies, packet.to, packet.from, packet, 'Ingress')
  );
}

function admits(
  policies: readonly NetworkPolicy[],
  self: Host,
  other: Host,
  packet: Packet,
  type: Direction,
): boolean {
  if (self.kind === 'address') return true;
  const rules = bindingRules(policies, self)[type];
  // A pod that no policy selects is open.
  if (rules === undefined) return true;
  return rules.some((rule) => {
    const peers = type === 'Ingress' ? rule.from : rule.to;
    const portMatches =
      rule.ports === undefined ||
      rule.ports.length === 0 ||
      rule.ports.some(
        (port) =>
          (port.port === undefined || port.port === packet.port) &&
          (port.protocol ?? 'TCP') === packet.protocol,
      );
    return (
      portMatches &&
      (peers === undefined || peers.length === 0 || peers.some((peer) => isPeer(peer, self.namespace, other)))
    );
  });
}

type PodHost = Host & { kind: 'pod' };
type Direction = 'Ingress' | 'Egress';
type BindingRules = Readonly<Record<Direction, readonly Rule[] | undefined>>;

const found = new WeakMap<readonly NetworkPolicy[], WeakMap<PodHost, BindingRules>>();

/** Found once for each pod, because pods are asked about in pairs. */
function bindingRules(policies: readonly NetworkPolicy[], pod: PodHost): BindingRules {
  const ofPods = found.get(policies) ?? new WeakMap<PodHost, BindingRules>();
  found.set(policies, ofPods);
  const known = ofPods.get(pod);
  if (known !== undefined) return known;
  const selecting = policies.filter(
    ({ metadata, spec }) => metadata.namespace === pod.namespace && matches(spec.podSelector, pod.labels),
  );
  const rulesOf = (type: Direction): Rule[] | undefined => {
    const policiesOfType = selecting.filter(({ spec }) => spec.policyTypes.includes(type));
    if (policiesOfType.length === 0) return undefined;
    return policiesOfType.flatMap(({ spec }) => (type === 'Ingress' ? spec.ingress : spec.egress) ?? []);
  };
  const rules = { Ingress: rulesOf('Ingress'), Egress: rulesOf('Egress') };
  ofPods.set(pod, rules);
  return rules;
}

function isPeer(peer: Peer, ownNamespace: string, host: Host): boolean {
  if (host.kind === 'address') {
    const { ipBlock } = peer;
    if (ipBlock === undefined) return false;
    return (
      inBlock(ipBlock.cidr, host.address) &&
      !(ipBlock.except ?? []).some((cidr) => inBlock(cidr, host.address))
    );
  }
  // Pods are known by their labels only: their addresses lie in no block that these environments name.
  if (peer.ipBlock !== undefined) return false;
  const namespaceLabels = { 'kubernetes.io/metadata.name': host.namespace };
  const namespaceMatches =
    peer.namespaceSelector === undefined
      ? host.namespace === ownNamespace
      : matches(peer.namespaceSelector, namespaceLabels);
  return namespaceMatches && (peer.podSelector === undefined || matches(peer.podSelector, host.labels));
}

function matches(selector: LabelSelector, labels: Readonly<Record<string, string>>): boolean {
  if ((selector.matchExpressions ?? []).length > 0)
    throw new Error('this evaluator reads matchLabels only; teach it matchExpressions');
  return Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
}

/** Whether the IPv4 address lies in the CIDR block. */
export function inBlock(cidr: string, address: string): boolean {
  const [base, bits] = cidr.split('/');
  if (base === undefined || bits === undefined) throw new Error(`${cidr} is no CIDR block`);
  const size = 2 ** (32 - Number(bits));
  return Math.floor(toNumber(base) / size) === Math.floor(toNumber(address) / size);
}

function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}
