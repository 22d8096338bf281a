/**
 * How many pods of a workload may be evicted at once: one. Workloads that hold copies of the same data share one budget.
 */
import * as kplus from 'cdk8s-plus-28';
import type { Component } from './component';
import type { Workload } from './workload';

export interface DisruptionBudgetProps {
  /** What its pods are selected by. */
  readonly labels: Readonly<Record<string, string>>;
  /** Of the workload. */
  readonly zoneSet: string | undefined;
}

export function addDisruptionBudget(
  component: Component,
  workload: Workload,
  { labels, zoneSet }: DisruptionBudgetProps,
): void {
  const [scope, id] =
    zoneSet === undefined
      ? ([workload, 'disruption-budget'] as const)
      : ([component, `budget-${zoneSet}`] as const);
  // The first of a zone set makes the budget of them all: two that select one pod would block its eviction.
  if (scope.node.tryFindChild(id) !== undefined) return;
  new kplus.k8s.KubePodDisruptionBudget(scope, id, {
    metadata: { name: zoneSet ?? workload.id },
    // One at a time also lets a single replica be evicted, so that a node drain never hangs.
    spec: {
      maxUnavailable: kplus.k8s.IntOrString.fromNumber(1),
      selector: {
        matchLabels:
          zoneSet === undefined
            ? { ...labels }
            : { 'app.kubernetes.io/name': workload.componentName, ...zoneSetLabels(zoneSet) },
      },
    },
  });
}

/** What the pods of a zone set have in common, whichever workload they belong to. */
export function zoneSetLabels(zoneSet: string | undefined): Readonly<Record<string, string>> {
  return zoneSet === undefined ? {} : { 'hyperion.example.com/zone-set': zoneSet };
}
