/**
 * Services as kube-proxy has them: a connection to a Service's address goes to one of its ready pods, at random, and is
 * refused when there is none.
 */
import { NODE_ADDRESS, SERVICE_NETWORK } from '../plan/addresses';
import type { ClusterPlan, ServicePlan, ServicePortPlan } from '../cluster-plan';
import { endpointsOf } from '../node/service-pods';

/** Where the kernel rewrites destinations, and just behind it. */
const REDIRECT = -100;
const REFUSE = -90;

export function serviceTable(plan: ClusterPlan, readyPods: ReadonlySet<string>): string[] {
  const rules = plan.services.flatMap((service) => {
    const addresses = endpointsOf(plan, service, readyPods).map(({ address }) => address);
    return service.ports.flatMap((port) => portRules(service, port, addresses));
  });
  const themselves = plan.pods.map(({ address }) => `${address} . ${address}`);
  return [
    'chain services {',
    ...rules.map((rule) => `  ${rule}`),
    '}',
    '',
    '# What no rule redirected: a Service without a ready pod, or a port that it does not have.',
    'chain refused {',
    `  ip daddr ${SERVICE_NETWORK} ip protocol tcp reject with tcp reset`,
    `  ip daddr ${SERVICE_NETWORK} reject with icmp port-unreachable`,
    '}',
    '',
    ...baseChain('from_pods', `nat hook prerouting priority ${REDIRECT}`, 'jump services'),
    // Before a route is looked for: there is none to these addresses.
    ...baseChain('from_pods_refused', `filter hook prerouting priority ${REFUSE}`, 'jump refused'),
    ...baseChain('from_node', `nat hook output priority ${REDIRECT}`, 'jump services'),
    ...baseChain('from_node_refused', `filter hook output priority ${REFUSE}`, 'jump refused'),
    ...(themselves.length === 0
      ? []
      : [
          '# A pod that reaches itself through a Service would not take a packet with its own address as the sender.',
          ...baseChain(
            'to_pods',
            'nat hook postrouting priority srcnat',
            `ip saddr . ip daddr { ${themselves.join(', ')} } snat to ${NODE_ADDRESS}`,
          ),
        ]),
  ];
}

function portRules(
  { namespace, name, clusterAddress }: ServicePlan,
  { port, targetPort, protocol }: ServicePortPlan,
  addresses: readonly string[],
): string[] {
  if (clusterAddress === undefined) return [];
  const title = `${namespace}/${name}:${port}`;
  const [first] = addresses;
  if (first === undefined) return [`# ${title} has no ready pod`];
  const targets = addresses.map((address, index) => `${index} : ${address}`).join(', ');
  const target = addresses.length === 1 ? first : `numgen random mod ${addresses.length} map { ${targets} }`;
  return [
    `# ${title}`,
    `ip daddr ${clusterAddress} ${protocol.toLowerCase()} dport ${port} dnat to ${target}:${targetPort}`,
  ];
}

function baseChain(name: string, hook: string, rule: string): string[] {
  return [`chain ${name} {`, `  type ${hook}; policy accept;`, `  ${rule}`, '}', ''];
}
