import { hasEntry } from '../cel';
import type { Rule } from '../rule';

const INTERNAL_SERVICE = [
  hasEntry(
    'object',
    'metadata.annotations',
    'service.beta.kubernetes.io/azure-load-balancer-internal',
    'true',
  ),
  hasEntry(
    'object',
    'metadata.annotations',
    'service.beta.kubernetes.io/aws-load-balancer-scheme',
    'internal',
  ),
  hasEntry('object', 'metadata.annotations', 'service.beta.kubernetes.io/aws-load-balancer-internal', 'true'),
  // Tailscale's addresses are private to the tailnet.
  `(has(object.spec.loadBalancerClass) && object.spec.loadBalancerClass == 'tailscale')`,
];

export const noPublicLoadBalancer: Rule = {
  id: 'no-public-load-balancer',
  title: 'Nothing in the cluster has a public address',
  severity: 'critical',
  reason:
    'Traffic from outside comes through the application gateway, where it meets the firewall; a public address goes past it.',
  remedy:
    'Annotate the Service as internal (azure-load-balancer-internal: "true", or aws-load-balancer-scheme: internal); an ALB Ingress takes alb.ingress.kubernetes.io/scheme: internal',
  appliesTo: ['Ingress', 'Service'],
  validations: [
    {
      expression: `object.kind != 'Service' ||
        !(has(object.spec.type) && object.spec.type == 'LoadBalancer') ||
        ${INTERNAL_SERVICE.join(' ||\n        ')}`,
      message: 'The Service asks the cloud for a public load balancer',
    },
    {
      expression: `object.kind != 'Ingress' ||
        !${hasEntry('object', 'metadata.annotations', 'alb.ingress.kubernetes.io/scheme', 'internet-facing')}`,
      message: 'The Ingress asks the cloud for a public load balancer',
    },
  ],
};
