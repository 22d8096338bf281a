/** What lies in a cluster, by name: to see what a deployment made, and what it left behind. */
import type { Manifest } from '../../../policies/manifest';
import type { ApiClient } from '../control-plane/api-client';
import { nameOf } from '../control-plane/availability';

/** What controllers make of an environment's objects. */
const CONSEQUENCES = [
  'v1 Namespace',
  'v1 Pod',
  'v1 PersistentVolumeClaim',
  'v1 Secret',
  'v1 ConfigMap',
  'v1 ServiceAccount',
  'apps/v1 ReplicaSet',
  'apps/v1 ControllerRevision',
  'batch/v1 Job',
  'discovery.k8s.io/v1 EndpointSlice',
];

/** All objects of the kinds that these have or lead to, whoever made them; sorted. */
export async function contentOf(api: ApiClient, objects: readonly Manifest[]): Promise<string[]> {
  const kinds = new Set([...CONSEQUENCES, ...objects.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`)]);
  const found: string[] = [];
  for (const entry of [...kinds].sort()) {
    const [apiVersion = '', kind = ''] = entry.split(' ');
    found.push(...(await api.list(apiVersion, kind)).map(nameOf));
  }
  return found.sort();
}
