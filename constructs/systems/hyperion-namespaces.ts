/**
 * Hyperion's namespaces, along the layers of the design: what a person may see of one tells nothing of another.
 */
import type { NamespaceProps } from '../secure/namespaces';

export const NAMESPACES = {
  ingress: 'hyperion-ingress',
  pipeline: 'hyperion-pipeline',
  store: 'hyperion-store',
  view: 'hyperion-view',
} as const;

/** Every pod of the platform runs under Pod Security "restricted"; only the ingress controller asks for a load balancer. */
export const NAMESPACE_PROPS: Readonly<Record<string, NamespaceProps>> = Object.fromEntries(
  Object.values(NAMESPACES).map((name) => [
    name,
    { podSecurity: 'restricted', loadBalancers: name === NAMESPACES.ingress ? 1 : 0 },
  ]),
);
