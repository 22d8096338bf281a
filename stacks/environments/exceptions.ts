/**
 * What several environments are let off, for the same reasons.
 */
import type { PolicyException } from '../../policies/exception';

const OWNER = 'platform';

/** Agents that stand on every node, in a namespace that holds nothing else. */
const NODE_AGENTS = {
  'node-exporter': {
    rules: ['no-host-path', 'no-host-namespaces', 'no-host-ports'],
    reason: "Reads the node's figures: its files, processes and network interfaces, all read-only",
  },
  filebeat: {
    rules: ['no-host-path', 'run-as-non-root', 'drop-all-capabilities'],
    reason:
      "Reads the node's log files, some of which only root may read; keeps its place and its queue on the node",
  },
} as const;

export function nodeAgentExceptions(
  namespace: string,
  agents: readonly (keyof typeof NODE_AGENTS)[],
): PolicyException[] {
  return [
    {
      rule: 'namespace-pod-security',
      resource: { kind: 'Namespace', name: namespace },
      reason:
        'Node agents mount paths of their node, which "restricted" and "baseline" refuse; nothing else runs here',
      owner: OWNER,
    },
    ...agents.flatMap((name) =>
      NODE_AGENTS[name].rules.map((rule) => ({
        rule,
        resource: { kind: 'DaemonSet' as const, namespace, name },
        reason: NODE_AGENTS[name].reason,
        owner: OWNER,
      })),
    ),
  ];
}

/** What runs once in production, too. */
const SINGLE = {
  'kafka-exporter': 'Two exporters report every figure twice; while one is away, only its graphs have a gap',
  'elasticsearch-exporter':
    'Two exporters report every figure twice; while one is away, only its graphs have a gap',
  'kube-state-metrics': 'Two would report every object twice; while it restarts only its graphs have a gap',
  'loki-canary': 'A canary writes lines and looks for its own; a second one adds nothing',
  'loki-gateway':
    'The document has one, before a Loki that is one too: agents wait in the log files while either is away',
} as const;

export function singleReplicaException(namespace: string, name: keyof typeof SINGLE): PolicyException {
  return {
    rule: 'replicas-in-production',
    resource: { kind: 'Deployment', namespace, name },
    reason: SINGLE[name],
    owner: OWNER,
  };
}
