/**
 * What makes a Service of type LoadBalancer an internal one with a static address. Azure's controller reads it.
 */
export function internalLoadBalancer(address: string): Readonly<Record<string, string>> {
  return {
    'service.beta.kubernetes.io/azure-load-balancer-internal': 'true',
    'service.beta.kubernetes.io/azure-load-balancer-ipv4': address,
  };
}
