/**
 * What the user chooses of an environment's workloads, by name.
 */
import { ConfigError } from '../../../constructs/core/config-error';
import { didYouMean } from '../../cli/nearest';
import { namespacedName, podTemplateOf, textAt } from '../../manifest-data';
import type { ClusterInputs } from './plan';
import type { Workload } from './plan-workload';

/** Whether a workload is among those that are named; all are, when none is named. */
export function isChosen(workload: Workload, only: readonly string[] | undefined): boolean {
  return only === undefined || namesOf(workload).some((name) => only.includes(name));
}

/** Its own, with and without namespace, and those of the component that it is part of. */
function namesOf({ name, namespace, object }: Workload): string[] {
  const labels = podTemplateOf(object)?.labels;
  const ofComponent = ['app.kubernetes.io/name', 'app.kubernetes.io/component'].flatMap(
    (label) => textAt(labels, label) ?? [],
  );
  return [name, namespacedName(namespace, name), ...ofComponent];
}

/** @throws ConfigError with every name that no workload has */
export function refuseUnknown(
  { name, only, scale, outsiders }: ClusterInputs,
  workloads: readonly Workload[],
): void {
  const scalable = workloads
    .filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet')
    .map((workload) => workload.name);
  const problems = [
    ...unknown(name, 'only', only ?? [], workloads.flatMap(namesOf), 'one of its workloads'),
    ...unknown(name, 'scale', [...(scale?.keys() ?? [])], scalable, 'one of its Deployments or StatefulSets'),
    ...unknown(
      name,
      'outsiders',
      outsiders?.map(({ workload }) => workload) ?? [],
      workloads.map((workload) => namespacedName(workload.namespace, workload.name)),
      'one of its workloads, with its namespace',
    ),
    ...[...(scale ?? [])]
      .filter(([, replicas]) => !Number.isSafeInteger(replicas) || replicas < 0)
      .map(([workload, replicas]) => ({
        path: name,
        property: `scale ${workload}`,
        value: replicas,
        rule: 'a number of replicas is a whole number from 0 on',
        remedy: 'give a number such as 2',
      })),
  ];
  if (problems.length > 0) throw new ConfigError(problems);
}

function unknown(
  path: string,
  property: string,
  given: readonly string[],
  known: readonly string[],
  rule: string,
): { path: string; property: string; value: string; rule: string; remedy: string }[] {
  return given
    .filter((each) => !known.includes(each))
    .map((value) => ({
      path,
      property,
      value,
      rule: `it names ${rule}`,
      remedy: `choose among ${[...new Set(known)].sort().join(', ')}.${didYouMean(value, known)}`,
    }));
}
