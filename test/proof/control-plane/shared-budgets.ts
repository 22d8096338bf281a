/**
 * Workloads that hold copies of the same data share one disruption budget. Kubernetes keeps budgets when pods are evicted,
 * not when workloads roll: only whoever applies them can keep their roll-outs apart.
 */
import type { Manifest } from '../../../policies/manifest';
import { fieldsAt, podTemplateOf, selects } from '../../../stacks/manifest-data';

/** The sets of workloads that share a budget, each in the order of the objects. */
export function sharersOf(objects: readonly Manifest[]): Manifest[][] {
  return objects
    .filter(({ kind }) => kind === 'PodDisruptionBudget')
    .map((budget) =>
      objects.filter(
        (object) =>
          object.metadata.namespace === budget.metadata.namespace &&
          /^(Deployment|StatefulSet)$/.test(object.kind) &&
          selects(fieldsAt(budget, 'spec', 'selector'), podTemplateOf(object)?.labels ?? {}),
      ),
    )
    .filter((sharers) => sharers.length > 1);
}

/** First everything with one workload of each set, then the next ones, and so on. */
export function stepsOf(wave: readonly Manifest[]): Manifest[][] {
  const step = new Map(sharersOf(wave).flatMap((sharers) => sharers.map((sharer, index) => [sharer, index])));
  const last = Math.max(0, ...step.values());
  return Array.from({ length: last + 1 }, (_, index) =>
    wave.filter((object) => (step.get(object) ?? 0) === index),
  );
}
