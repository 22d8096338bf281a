/**
 * The rules of a NetworkPolicy → lines of nftables: whom it names, as addresses, and their ports.
 */
import type { Manifest } from '../../../policies/manifest';
import { fieldsAt, listAt, numberAt, selects, textAt, type Fields } from '../../manifest-data';
import { DNS_ADDRESS } from '../plan/addresses';
import type { ClusterPlan, PodPlan } from '../cluster-plan';

type Peer = Pick<PodPlan, 'namespace' | 'labels' | 'address' | 'namedPorts'>;

export interface Direction {
  readonly type: 'Egress' | 'Ingress';
  readonly rules: 'egress' | 'ingress';
  readonly peers: 'to' | 'from';
  /** Which address of a packet is the peer's. */
  readonly side: 'daddr' | 'saddr';
}

export const EGRESS: Direction = { type: 'Egress', rules: 'egress', peers: 'to', side: 'daddr' };
export const INGRESS: Direction = { type: 'Ingress', rules: 'ingress', peers: 'from', side: 'saddr' };

/** The node's name server, as the policies know it. */
const DNS: Peer = {
  namespace: 'kube-system',
  labels: { 'k8s-app': 'kube-dns' },
  address: DNS_ADDRESS,
  namedPorts: { dns: 53, 'dns-tcp': 53 },
};

/** What policies are about, looked up once. */
export interface PolicyWorld {
  readonly plan: ClusterPlan;
  readonly everybody: readonly Peer[];
  /** Pods by `namespace/workload`, which is the name of the set of their addresses, too. */
  readonly workloads: ReadonlyMap<string, readonly Peer[]>;
}

export function policyWorld(plan: ClusterPlan): PolicyWorld {
  const workloads = new Map<string, Peer[]>();
  for (const pod of plan.pods) {
    const name = `${pod.namespace}/${pod.workload}`;
    workloads.set(name, [...(workloads.get(name) ?? []), pod]);
  }
  return { plan, everybody: [...plan.pods, DNS], workloads };
}

/** One condition on the peer's address; what is empty holds for every packet. */
interface Match {
  readonly text: string;
  /** The pods behind it, for ports by name; undefined for a block of addresses. */
  readonly pods: readonly Peer[] | undefined;
}

/**
 * What one policy lets a pod send or receive, a rule a line; each rule accepts.
 */
export function policyRules(
  policy: Manifest,
  pod: PodPlan,
  direction: Direction,
  world: PolicyWorld,
): string[] {
  return listAt(policy, 'spec', direction.rules).flatMap((rule, index) => {
    const allowed = matchesOf(rule, pod.namespace, direction, world).flatMap((match) =>
      portMatches(rule, match, direction === INGRESS ? pod : undefined, world).map(({ peer, port }) =>
        [peer, port, 'accept'].filter((part) => part !== '').join(' '),
      ),
    );
    const title = `# ${policy.metadata.name} ${direction.rules}[${index}]`;
    return [allowed.length === 0 ? `${title}: nobody of whom is here` : title, ...new Set(allowed)];
  });
}

/** All pods that the rule's selectors name, as one; each block of addresses. */
function matchesOf(rule: unknown, namespace: string, direction: Direction, world: PolicyWorld): Match[] {
  const peers = listAt(rule, direction.peers).map((peer) => fieldsAt(peer));
  if (peers.length === 0) return [{ text: '', pods: world.everybody }];
  const selectors = peers.filter(({ ipBlock }) => ipBlock === undefined);
  const pods = world.everybody.filter((candidate) =>
    selectors.some((peer) => isPeer(peer, namespace, candidate, world)),
  );
  const blocks = peers
    .filter(({ ipBlock }) => ipBlock !== undefined)
    .flatMap(({ ipBlock }) => blockMatch(fieldsAt(ipBlock), direction));
  return [...podsMatches(pods, direction, world), ...blocks];
}

/** All pods of a workload go by its name; others by their addresses. */
function podsMatches(pods: readonly Peer[], { side }: Direction, world: PolicyWorld): Match[] {
  const whole = [...world.workloads].filter(([, members]) =>
    members.every((member) => pods.includes(member)),
  );
  const rest = pods.filter((pod) => !whole.some(([, members]) => members.includes(pod)));
  const [first, ...others] = rest.map(({ address }) => address);
  return [
    ...whole.map(([name, members]) => ({ text: `ip ${side} @${name}`, pods: members })),
    ...(first === undefined
      ? []
      : [
          {
            text: `ip ${side} ${others.length === 0 ? first : `{ ${[first, ...others].join(', ')} }`}`,
            pods: rest,
          },
        ]),
  ];
}

function isPeer(peer: Fields, namespace: string, pod: Peer, { plan: { namespaces } }: PolicyWorld): boolean {
  const ownLabels = { ...namespaces.get(pod.namespace), 'kubernetes.io/metadata.name': pod.namespace };
  const inNamespace =
    peer.namespaceSelector === undefined
      ? pod.namespace === namespace
      : selects(fieldsAt(peer, 'namespaceSelector'), ownLabels);
  return inNamespace && selects(fieldsAt(peer, 'podSelector'), pod.labels);
}

/** Blocks hold for pods too, as in Kubernetes' own conformance tests. IPv6 is not spoken here. */
function blockMatch(block: Fields, { side }: Direction): Match[] {
  const cidr = textAt(block, 'cidr') ?? '';
  if (!isIpv4Block(cidr)) return [];
  const except = listAt(block, 'except').map(String).filter(isIpv4Block);
  const text = [`ip ${side} ${cidr}`, ...except.map((hole) => `ip ${side} != ${hole}`)].join(' ');
  return [{ text, pods: undefined }];
}

function isIpv4Block(text: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/.test(text);
}

/** @param receiver the pod whose ports are named, when packets come in; else each peer's own are */
function portMatches(
  rule: unknown,
  match: Match,
  receiver: Peer | undefined,
  world: PolicyWorld,
): { peer: string; port: string }[] {
  const ports = listAt(rule, 'ports');
  if (ports.length === 0) return [{ peer: match.text, port: '' }];
  return ports.flatMap((port) => {
    const protocol = (textAt(port, 'protocol') ?? 'TCP').toLowerCase();
    const name = textAt(port, 'port');
    if (name !== undefined) return namedMatches(name, protocol, match, receiver, world);
    const number = numberAt(port, 'port');
    const end = numberAt(port, 'endPort');
    if (number === undefined) return [{ peer: match.text, port: `ip protocol ${protocol}` }];
    const range = end === undefined || end === number ? `${number}` : `${number}-${end}`;
    return [{ peer: match.text, port: `${protocol} dport ${range}` }];
  });
}

function namedMatches(
  name: string,
  protocol: string,
  match: Match,
  receiver: Peer | undefined,
  world: PolicyWorld,
): { peer: string; port: string }[] {
  if (receiver !== undefined) {
    const number = receiver.namedPorts[name];
    return number === undefined ? [] : [{ peer: match.text, port: `${protocol} dport ${number}` }];
  }
  // Whose ports an address has is not known.
  const byNumber = new Map<number, Peer[]>();
  for (const pod of match.pods ?? []) {
    const number = pod.namedPorts[name];
    if (number !== undefined) byNumber.set(number, [...(byNumber.get(number) ?? []), pod]);
  }
  return [...byNumber].flatMap(([number, pods]) =>
    podsMatches(pods, EGRESS, world).map(({ text }) => ({ peer: text, port: `${protocol} dport ${number}` })),
  );
}
