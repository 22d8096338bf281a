/**
 * What both Epiphany environments decide alike: the product teams' applications, and what node agents are let off.
 */
import { Duration } from 'cdk8s';
import type { Application, MessageTopic } from '../../constructs/systems/epiphany-props';
import type { PolicyException } from '../../policies/exception';

export const EPIPHANY_APPLICATIONS: readonly Application[] = [
  {
    name: 'shop',
    pods: { namespace: 'shop', labels: { 'app.kubernetes.io/name': 'shop' } },
    exposed: {
      subdomain: 'shop',
      service: 'shop.shop.svc.cluster.local',
      port: 8080,
      healthPath: '/healthz',
    },
  },
  {
    name: 'billing',
    pods: { namespace: 'billing', labels: { 'app.kubernetes.io/name': 'billing' } },
    exposed: {
      subdomain: 'billing',
      service: 'billing.billing.svc.cluster.local',
      port: 8080,
      healthPath: '/healthz',
    },
  },
];

export const EPIPHANY_TOPICS: readonly MessageTopic[] = [
  {
    name: 'orders',
    load: { perSecond: 50, bytesEach: 2000 },
    writers: ['shop'],
    readers: ['billing'],
    keep: Duration.hours(24),
  },
];

const AGENTS = 'epiphany-agents';
const OWNER = 'platform';

/** Node agents see their node: that is their work. They have a namespace of their own, which holds nothing else. */
export function nodeAgentExceptions(): PolicyException[] {
  const except = (
    kind: 'Namespace' | 'DaemonSet',
    name: string,
    reason: string,
    rules: readonly string[],
  ): PolicyException[] =>
    rules.map((rule) => ({
      rule,
      resource: { kind, name, ...(kind === 'Namespace' ? {} : { namespace: AGENTS }) },
      reason,
      owner: OWNER,
    }));
  return [
    ...except('Namespace', AGENTS, 'Its pods see their nodes; it holds nothing but node agents', [
      'namespace-pod-security',
    ]),
    ...except(
      'DaemonSet',
      'node-exporter',
      "Reads the node's figures: its files, processes and network interfaces, all read-only",
      ['no-host-path', 'no-host-namespaces', 'no-host-ports'],
    ),
    ...except(
      'DaemonSet',
      'filebeat',
      "Reads the node's log files, some of which only root may read; keeps its place and its queue on the node",
      ['no-host-path', 'run-as-non-root', 'drop-all-capabilities'],
    ),
  ];
}
