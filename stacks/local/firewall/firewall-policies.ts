/**
 * NetworkPolicies as Kubernetes defines them: a pod that one selects may send, or receive, only what some policy allows.
 * The rest is dropped, as network plug-ins do, and counted. The node's own connections (probes, relays) are free, as the
 * kubelet's are; what pods send to the node is not.
 */
import type { Manifest } from '../../../policies/manifest';
import { fieldsAt, listAt, selects } from '../../manifest-data';
import type { ClusterPlan, PodPlan } from '../cluster-plan';
import {
  EGRESS,
  INGRESS,
  policyRules,
  policyWorld,
  type Direction,
  type PolicyWorld,
} from './firewall-peers';

/** What pods may send: to each other, and to the node. */
export function egressTable(plan: ClusterPlan): string[] {
  return [
    ...isolation('senders', EGRESS, plan),
    ...baseChain('sent', 'forward', [...toThemselves(plan), 'ip saddr vmap @senders']),
    ...baseChain('sent_to_node', 'input', ['ip saddr vmap @senders']),
  ];
}

/** What pods may receive from each other. */
export function ingressTable(plan: ClusterPlan): string[] {
  return [
    ...isolation('receivers', INGRESS, plan),
    ...baseChain('received', 'forward', [...toThemselves(plan), 'ip daddr vmap @receivers']),
  ];
}

/** Kubernetes lets every pod reach itself. */
function toThemselves(plan: ClusterPlan): string[] {
  const pairs = plan.pods.map(({ address }) => `${address} . ${address}`);
  return pairs.length === 0 ? [] : [`ip saddr . ip daddr { ${pairs.join(', ')} } accept`];
}

interface IsolatedPod {
  readonly pod: PodPlan;
  /** Each accepts something; what none accepts is dropped. */
  readonly rules: readonly string[];
  /** `allowed/namespace/workload`, with a number when pods of one workload differ: the chain with the rules. */
  readonly allowed: string;
  /** `egress/namespace/pod`: the chain that judges its packets, and counts what it drops. */
  readonly chain: string;
}

/** Pods that some policy selects in this direction. Pods with the same rules share them: a transaction has a limit. */
function isolated(world: PolicyWorld, direction: Direction): IsolatedPod[] {
  const chains = new Map<string, string>();
  const names = new Set<string>();
  return world.plan.pods.flatMap((pod) => {
    const policies = world.plan.networkPolicies.filter((policy) => isolates(policy, pod, direction));
    if (policies.length === 0) return [];
    const rules = policies.flatMap((policy) => policyRules(policy, pod, direction, world));
    const workload = `allowed/${pod.namespace}/${pod.workload}`;
    const key = [workload, ...rules].join('\n');
    const known = chains.get(key);
    const allowed = known ?? unused(workload, names);
    chains.set(key, allowed);
    return [{ pod, rules, allowed, chain: `${direction.rules}/${pod.namespace}/${pod.name}` }];
  });
}

function unused(name: string, names: Set<string>): string {
  let free = name;
  for (let number = 2; names.has(free); number += 1) free = `${name}/${number}`;
  names.add(free);
  return free;
}

function isolation(map: string, direction: Direction, plan: ClusterPlan): string[] {
  const world = policyWorld(plan);
  const pods = isolated(world, direction);
  const shared = new Map(pods.map(({ allowed, rules }) => [allowed, rules]));
  const named = new Set(pods.flatMap(({ rules }) => rules.flatMap((rule) => /@(\S+)/.exec(rule)?.[1] ?? [])));
  const elements = pods.map(({ pod, chain: name }) => `  ${pod.address} : jump ${name},`);
  return [
    ...[...world.workloads]
      .filter(([name]) => named.has(name))
      .flatMap(([name, members]) =>
        block(`set ${name}`, [
          'type ipv4_addr',
          `elements = { ${members.map(({ address }) => address).join(', ')} }`,
        ]),
      ),
    ...[...shared].flatMap(([name, rules]) => block(`chain ${name}`, rules)),
    ...pods.flatMap(({ chain: name, allowed }) =>
      block(`chain ${name}`, [`jump ${allowed}`, 'counter drop']),
    ),
    ...block(`map ${map}`, [
      'type ipv4_addr : verdict',
      ...(elements.length === 0 ? [] : ['elements = {', ...elements, '}']),
    ]),
  ];
}

/** What one chain accepts the other still judges: a packet has to be let out and let in. */
function baseChain(name: string, hook: string, rules: readonly string[]): string[] {
  return block(`chain ${name}`, [
    `type filter hook ${hook} priority filter; policy accept;`,
    'ct state established,related accept',
    ...rules,
  ]);
}

function block(head: string, lines: readonly string[]): string[] {
  return [`${head} {`, ...lines.map((line) => `  ${line}`), '}', ''];
}

function isolates(policy: Manifest, pod: PodPlan, { type }: Direction): boolean {
  const spec = fieldsAt(policy, 'spec');
  // Without policyTypes a policy is one of ingress, and of egress when it has such rules.
  const types =
    spec.policyTypes === undefined
      ? ['Ingress', ...(listAt(spec, 'egress').length > 0 ? ['Egress'] : [])]
      : listAt(spec, 'policyTypes');
  return (
    types.includes(type) &&
    (policy.metadata.namespace ?? 'default') === pod.namespace &&
    selects(fieldsAt(spec, 'podSelector'), pod.labels)
  );
}
