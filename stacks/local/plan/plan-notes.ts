/**
 * What a workload asks for beside its programs, which it runs without here. Said, for somebody may rely on it.
 */
import type { Manifest } from '../../../policies/manifest';
import { containersOf, fieldsAt, listAt, podTemplateOf, textAt, type Fields } from '../../manifest-data';
import type { LeftOut } from '../cluster-plan';
import type { PlanObjects } from './plan-objects';

/** Field of a container → what it runs without. */
const OF_CONTAINERS: Readonly<Record<string, string>> = {
  lifecycle: 'hooks at its start and stop are not run here',
  volumeDevices: 'there are no block devices here',
};

const OF_PODS: Readonly<Record<string, string>> = {
  hostAliases: 'names are resolved by the cluster alone',
  dnsConfig: 'names are resolved by the cluster alone',
  runtimeClassName: 'there is one way to run containers here',
};

export function planNotes(workload: Manifest, objects: PlanObjects): LeftOut[] {
  const { namespace, name } = workload.metadata;
  const podSpec = podTemplateOf(workload)?.spec ?? {};
  const note = (part: string, because: string): LeftOut => ({
    what: `${namespace ?? 'default'}/${name}: ${part}`,
    because,
  });
  return [
    ...noted(podSpec, OF_PODS).map(([field, because]) => note(field, because)),
    ...containersOf(podSpec).flatMap(({ container, path }) =>
      noted(container, OF_CONTAINERS).map(([field, because]) => note(`${path}.${field}`, because)),
    ),
    ...(wantsToken(workload, podSpec, objects)
      ? [note('token of its service account', 'there is no Kubernetes API that would take it')]
      : []),
  ];
}

function noted(fields: Fields, table: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(table).filter(([field]) => {
    const value = fields[field];
    return value !== undefined && (listAt(fields, field).length > 0 || !Array.isArray(value));
  });
}

/** The pod's word goes before its account's; without either there is one. */
function wantsToken(workload: Manifest, podSpec: Fields, objects: PlanObjects): boolean {
  const account = objects.find(
    'ServiceAccount',
    workload.metadata.namespace,
    textAt(podSpec, 'serviceAccountName') ?? 'default',
  );
  const ofAccount = fieldsAt(account).automountServiceAccountToken;
  return (podSpec.automountServiceAccountToken ?? ofAccount ?? true) === true;
}
