/**
 * The operators that a cluster has to run before an environment's objects mean anything: who serves each API group that is
 * not Kubernetes' own, and each Ingress class that the environment uses and does not make.
 */
import { textAt } from './manifest-data';
import type { Synthesis } from './synthesis';

export type Operator =
  | 'aws-load-balancer-controller'
  | 'cert-manager'
  | 'cluster-autoscaler'
  | 'external-secrets'
  | 'kyverno'
  | 'prometheus-operator'
  | 'rook'
  | 'strimzi'
  | 'tailscale'
  | 'vertical-pod-autoscaler';

/** By API group. */
const GROUPS: Readonly<Record<string, Operator>> = {
  'autoscaling.k8s.io': 'vertical-pod-autoscaler',
  'ceph.rook.io': 'rook',
  'cert-manager.io': 'cert-manager',
  'external-secrets.io': 'external-secrets',
  'kafka.strimzi.io': 'strimzi',
  'monitoring.coreos.com': 'prometheus-operator',
  'objectbucket.io': 'rook',
  'policies.kyverno.io': 'kyverno',
};

/** By Ingress class. */
const INGRESS_CLASSES: Readonly<Record<string, Operator>> = {
  alb: 'aws-load-balancer-controller',
  tailscale: 'tailscale',
};

/** Kubernetes' own among the groups with a dot: `k8s.io` is the project's, and ends those of its add-ons, too. */
const BUILT_IN: ReadonlySet<string> = new Set([
  'admissionregistration.k8s.io',
  'networking.k8s.io',
  'rbac.authorization.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
]);

export interface OperatorNeed {
  readonly operator: Operator;
  readonly api: string;
  /** Of that API, sorted. */
  readonly kinds: readonly string[];
  /** Where it is the class, and not the API, that needs somebody. */
  readonly ingressClass?: string;
}

type Objects = Pick<Synthesis, 'objects'>;

/** @throws Error for an API group or an Ingress class that nobody here knows */
export function operatorNeeds(synthesis: Objects): OperatorNeed[] {
  return [...kindNeeds(synthesis), ...ingressNeeds(synthesis)];
}

function kindNeeds({ objects }: Objects): OperatorNeed[] {
  const kinds = new Map<string, Set<string>>();
  for (const { object } of objects) {
    if (isBuiltIn(groupOf(object.apiVersion))) continue;
    kinds.set(object.apiVersion, (kinds.get(object.apiVersion) ?? new Set()).add(object.kind));
  }
  return [...kinds]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([api, names]) => ({
      operator: known(GROUPS, groupOf(api), 'API group'),
      api,
      kinds: [...names].sort(),
    }));
}

/** An Ingress is Kubernetes' own, but without a controller of its class nothing comes of it. */
function ingressNeeds({ objects }: Objects): OperatorNeed[] {
  const made = new Set(
    objects.filter(({ object }) => object.kind === 'IngressClass').map(({ object }) => object.metadata.name),
  );
  const ingresses = objects.filter(({ object }) => object.kind === 'Ingress');
  const used = ingresses.flatMap(({ object }) => textAt(object, 'spec', 'ingressClassName') ?? []);
  return [...new Set(used.filter((name) => !made.has(name)))].sort().map((ingressClass) => ({
    operator: known(INGRESS_CLASSES, ingressClass, 'Ingress class'),
    api: 'networking.k8s.io/v1',
    kinds: ['Ingress'],
    ingressClass,
  }));
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
}

function isBuiltIn(group: string): boolean {
  return !group.includes('.') || BUILT_IN.has(group);
}

function known(operators: Readonly<Record<string, Operator>>, key: string, what: string): Operator {
  const operator = operators[key];
  if (operator !== undefined) return operator;
  throw new Error(`stacks/operators.ts does not know who serves the ${what} ${key}: add it there`);
}
