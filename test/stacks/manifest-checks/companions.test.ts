import type { Manifest } from '../../../policies/manifest';
import { objects, problemsIn, problemsAfter, problemsWithout, problemsWith, pod, at } from './sound-objects';

describe('volumes', () => {
  const mounts = (claimName: string): Manifest[] =>
    pod({ volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }] });

  test('a claim that nobody makes', () => {
    expect(problemsWith(...mounts('nowhere'))).toBe(
      [
        'small-dev/extra: Pod small/extra: spec.volumes[data].persistentVolumeClaim = "nowhere"',
        '  rule:   a pod mounts a claim that exists: one of the environment, or <claim>-<StatefulSet>-<number>',
        '  remedy: correct the name, or add the claim',
      ].join('\n'),
    );
  });

  test('a claim of a StatefulSet is known by its number', () => {
    expect(problemsWith(...mounts('data-store-1'))).toBe('');
    expect(problemsWith(...mounts('data-store-2'))).toContain('"data-store-2"');
  });

  test('a claim without a storage class', () => {
    const text = problemsAfter('StatefulSet', 'store', (set) => {
      delete at(set, 'spec', 'volumeClaimTemplates', 0, 'spec').storageClassName;
    });
    expect(text).toContain(
      'spec.volumeClaimTemplates[data].spec.storageClassName = undefined\n  rule:   a claim names its storage class',
    );
  });
});

describe('companions of a workload', () => {
  test('a workload without a NetworkPolicy of its own; the default deny does not count', () => {
    expect(problemsWithout('NetworkPolicy', 'store')).toContain(
      'StatefulSet small/store: spec.template.metadata.labels = ',
    );
    expect(problemsWithout('NetworkPolicy', 'store')).toContain(
      'every pod has a NetworkPolicy of its own for both directions, and none selects these labels',
    );
  });

  test('a NetworkPolicy for one direction is not enough', () => {
    const text = problemsAfter('NetworkPolicy', 'store', (policy) => {
      at(policy, 'spec').policyTypes = ['Ingress'];
    });
    expect(text).toContain('every pod has a NetworkPolicy of its own for both directions');
  });

  test('a replicated workload without a disruption budget; a single one needs none', () => {
    expect(problemsWithout('PodDisruptionBudget', 'store')).toBe(
      [
        'small-dev/store: StatefulSet small/store: spec.replicas = 2',
        '  rule:   a replicated workload has a PodDisruptionBudget, or a node drain may stop all replicas at once',
        '  remedy: make it with Workload, which adds one',
      ].join('\n'),
    );
    expect(problemsWithout('PodDisruptionBudget', 'collector')).toBe('');
  });

  test('an autoscaler that may start more replicas counts as replicas', () => {
    const scaler: Manifest = {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'collector', namespace: 'small' },
      spec: { maxReplicas: 4, scaleTargetRef: { kind: 'Deployment', name: 'collector' } },
    };
    const all = objects().filter(
      ({ object }) => object.kind !== 'PodDisruptionBudget' || object.metadata.name !== 'collector',
    );
    expect(problemsIn([...all, { component: 'extra', wave: 2, object: scaler }])).toContain(
      'Deployment small/collector: spec.replicas = 4',
    );
  });

  test('an autoscaler without its workload', () => {
    const scaler: Manifest = {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'gone', namespace: 'small' },
      spec: { maxReplicas: 4, scaleTargetRef: { kind: 'Deployment', name: 'gone' } },
    };
    expect(problemsWith(scaler)).toContain(
      'HorizontalPodAutoscaler small/gone: spec.scaleTargetRef = "Deployment gone"\n  rule:   an autoscaler names a workload of its own namespace',
    );
  });

  test('a service account that nobody makes', () => {
    expect(problemsWithout('ServiceAccount', 'store')).toBe(
      [
        'small-dev/store: StatefulSet small/store: spec.template.spec.serviceAccountName = "store"',
        '  rule:   a service account that is named is one that somebody makes in that namespace',
        '  remedy: correct the name, or add the ServiceAccount',
      ].join('\n'),
    );
  });

  test('a permission for nobody; the accounts of other namespaces are not ours to know', () => {
    const binding = (namespace: string): Manifest => ({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'b', namespace: 'small' },
      subjects: [{ kind: 'ServiceAccount', name: 'stoer', namespace }],
    });
    expect(problemsWith(binding('small'))).toContain('RoleBinding small/b: subjects = "stoer"');
    expect(problemsWith(binding('kube-system'))).toBe('');
  });
});
