/**
 * Hyperion's namespaces, along the layers of the design: what a person may see of one tells nothing of another.
 */
import type { NamespaceProps } from '../secure/namespaces';
import type { HyperionProps } from './hyperion-props';

export const NAMESPACES = {
  ingress: 'hyperion-ingress',
  pipeline: 'hyperion-pipeline',
  store: 'hyperion-store',
  view: 'hyperion-view',
} as const;

/** Every pod of the platform runs under Pod Security "restricted". */
export function namespaceProps({ kafka }: HyperionProps): Readonly<Record<string, NamespaceProps>> {
  const loadBalancers: Readonly<Record<string, number>> = {
    // The ingress controller's.
    [NAMESPACES.ingress]: 1,
    // The brokers', for readers outside.
    [NAMESPACES.pipeline]: kafka.external?.addresses.length ?? 0,
  };
  return Object.fromEntries(
    Object.values(NAMESPACES).map((name) => [
      name,
      { podSecurity: 'restricted', loadBalancers: loadBalancers[name] ?? 0 },
    ]),
  );
}
