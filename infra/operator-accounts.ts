/**
 * Which service account each operator of a cluster runs as: clouds give it rights by this name, and its chart is told to use
 * it.
 */
import type { ServiceAccount } from './cloud';

export const OPERATOR_ACCOUNTS = {
  'external-secrets': { namespace: 'external-secrets', name: 'external-secrets' },
  'cert-manager': { namespace: 'cert-manager', name: 'cert-manager' },
  'aws-load-balancer-controller': { namespace: 'kube-system', name: 'aws-load-balancer-controller' },
  'cluster-autoscaler': { namespace: 'kube-system', name: 'cluster-autoscaler' },
} as const satisfies Readonly<Record<string, ServiceAccount>>;
