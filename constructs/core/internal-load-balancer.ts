/**
 * What makes a Service of type LoadBalancer an internal one with a static address. Azure's controller reads it.
 */

/** The subnet of all static addresses, as `infra/azure/network.ts` names it; a test holds the two together. */
export const LOAD_BALANCER_SUBNET = 'load-balancers';

export function internalLoadBalancer(address: string): Readonly<Record<string, string>> {
  return {
    'service.beta.kubernetes.io/azure-load-balancer-internal': 'true',
    // Not among the nodes, one of which could take the address first.
    'service.beta.kubernetes.io/azure-load-balancer-internal-subnet': LOAD_BALANCER_SUBNET,
    'service.beta.kubernetes.io/azure-load-balancer-ipv4': address,
  };
}
