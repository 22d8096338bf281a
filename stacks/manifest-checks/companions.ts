/**
 * What a workload cannot do without: a NetworkPolicy, a disruption budget, a service account; and autoscalers, which
 * cannot do without a workload.
 */
import { fieldsAt, listAt, numberAt, selects, textAt } from '../manifest-data';
import type { Manifest } from '../../policies/manifest';
import type { Mistake } from './mistake';
import type { ObjectIndex } from './object-index';

export function policyMistakes(index: ObjectIndex): Mistake[] {
  const policies = index.ofKind('NetworkPolicy');
  return index.podOwners
    .filter(({ object, pods }) => {
      const own = policies.filter(
        (policy) =>
          policy.metadata.namespace === object.metadata.namespace &&
          // An empty selector is the namespace's default deny, which lets nobody do anything.
          Object.keys(fieldsAt(policy, 'spec', 'podSelector')).length > 0 &&
          selects(fieldsAt(policy, 'spec', 'podSelector'), pods.labels),
      );
      const types = own.flatMap((policy) => listAt(policy, 'spec', 'policyTypes'));
      return !(types.includes('Ingress') && types.includes('Egress'));
    })
    .map(({ object, pods }) => ({
      object,
      property: `${pods.path}metadata.labels`,
      value: pods.labels,
      rule: 'every pod has a NetworkPolicy of its own for both directions, and none selects these labels',
      remedy: 'make the pods with Workload or Task, which join the flow graph',
    }));
}

export function budgetMistakes(index: ObjectIndex): Mistake[] {
  const budgets = index.ofKind('PodDisruptionBudget');
  return index.podOwners
    .filter(({ object }) => object.kind === 'Deployment' || object.kind === 'StatefulSet')
    .filter(({ object }) => replicasOf(object, index) > 1)
    .filter(
      ({ object, pods }) =>
        !budgets.some(
          (budget) =>
            budget.metadata.namespace === object.metadata.namespace &&
            selects(fieldsAt(budget, 'spec', 'selector'), pods.labels),
        ),
    )
    .map(({ object }) => ({
      object,
      property: 'spec.replicas',
      value: replicasOf(object, index),
      rule: 'a replicated workload has a PodDisruptionBudget, or a node drain may stop all replicas at once',
      remedy: 'make it with Workload, which adds one',
    }));
}

/** With an autoscaler the workload itself says nothing. */
function replicasOf(object: Manifest, index: ObjectIndex): number {
  const scaler = index.ofKind('HorizontalPodAutoscaler').find((hpa) => isTarget(hpa, object));
  return numberAt(scaler, 'spec', 'maxReplicas') ?? numberAt(object, 'spec', 'replicas') ?? 1;
}

function isTarget(scaler: Manifest, object: Manifest): boolean {
  const target = fieldsAt(scaler, 'spec', 'scaleTargetRef');
  return (
    scaler.metadata.namespace === object.metadata.namespace &&
    textAt(target, 'kind') === object.kind &&
    textAt(target, 'name') === object.metadata.name
  );
}

export function scalerMistakes(index: ObjectIndex): Mistake[] {
  return index
    .ofKind('HorizontalPodAutoscaler')
    .filter((scaler) => !index.objects.some((object) => isTarget(scaler, object)))
    .map((scaler) => {
      const target = fieldsAt(scaler, 'spec', 'scaleTargetRef');
      return {
        object: scaler,
        property: 'spec.scaleTargetRef',
        value: `${textAt(target, 'kind') ?? '?'} ${textAt(target, 'name') ?? '?'}`,
        rule: 'an autoscaler names a workload of its own namespace',
        remedy: 'correct the name, or remove the autoscaler',
      };
    });
}

export function accountMistakes(index: ObjectIndex): Mistake[] {
  const ofPods = index.podOwners.flatMap(({ object, pods }) => {
    const name = textAt(pods.spec, 'serviceAccountName');
    // None, or `default`, is a matter for the policies.
    if (name === undefined || name === 'default') return [];
    if (index.has('ServiceAccount', object.metadata.namespace, name)) return [];
    return [accountMistake(object, `${pods.path}spec.serviceAccountName`, name)];
  });
  const namespaces = new Set(index.ofKind('Namespace').map(({ metadata }) => metadata.name));
  const ofBindings = [...index.ofKind('RoleBinding'), ...index.ofKind('ClusterRoleBinding')].flatMap(
    (binding) =>
      listAt(binding, 'subjects')
        .filter((subject) => textAt(subject, 'kind') === 'ServiceAccount')
        .flatMap((subject) => {
          const [namespace, name] = [textAt(subject, 'namespace'), textAt(subject, 'name') ?? ''];
          // Accounts in namespaces that are not ours belong to the cluster.
          if (namespace !== undefined && !namespaces.has(namespace)) return [];
          return index.has('ServiceAccount', namespace, name)
            ? []
            : [accountMistake(binding, 'subjects', name)];
        }),
  );
  return [...ofPods, ...ofBindings];
}

function accountMistake(object: Manifest, property: string, name: string): Mistake {
  return {
    object,
    property,
    value: name,
    rule: 'a service account that is named is one that somebody makes in that namespace',
    remedy: 'correct the name, or add the ServiceAccount',
  };
}
