/** Which pods stand behind a Service, and which of them take traffic now. */
import type { ClusterPlan, PodPlan, ServicePlan } from '../cluster-plan';

export function podKey(pod: Pick<PodPlan, 'namespace' | 'name'>): string {
  return `${pod.namespace}/${pod.name}`;
}

export function podsOf(plan: ClusterPlan, service: ServicePlan): readonly PodPlan[] {
  const wanted = Object.entries(service.selector);
  // A Service without a selector has endpoints that somebody else names; none here.
  if (wanted.length === 0) return [];
  return plan.pods.filter(
    (pod) =>
      pod.namespace === service.namespace && wanted.every(([label, value]) => pod.labels[label] === value),
  );
}

export function endpointsOf(
  plan: ClusterPlan,
  service: ServicePlan,
  readyPods: ReadonlySet<string>,
): readonly PodPlan[] {
  return podsOf(plan, service).filter((pod) => service.publishNotReady || readyPods.has(podKey(pod)));
}
