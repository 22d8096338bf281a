/**
 * What both Hyperion environments decide alike: what may pass the entry, and what nobody may read later.
 */
import type { HyperionProps } from '../../constructs/systems/hyperion-props';

export const HYPERION_COMMON = {
  allowedMetrics: {
    names: ['up', 'target_info'],
    prefixes: [
      'http.',
      'rpc.',
      'db.',
      'messaging.',
      'process.',
      'system.',
      'k8s.',
      'container.',
      'jvm.',
      'app.',
    ],
  },
  redact: {
    delete: ['http.request.header.authorization', 'http.request.header.cookie'],
    mask: ['enduser.id', 'client.address'],
  },
} satisfies Partial<HyperionProps>;
