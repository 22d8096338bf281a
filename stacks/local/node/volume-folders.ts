/** Where the cluster keeps what is written, below its private folder. The host looks into the same places. */
import { join } from 'node:path';
import type { PodPlan, VolumePlan } from '../cluster-plan';

/** Of claims and scratch volumes; the content of `files` is in the node's memory and has no place on the host. */
export function writtenFolder(
  dir: string,
  pod: Pick<PodPlan, 'namespace' | 'name'>,
  volume: Exclude<VolumePlan, { kind: 'files' }>,
): string {
  if (volume.kind === 'claim') return join(claimsFolder(dir), volume.claim);
  return join(scratchFolder(dir), pod.namespace, pod.name, volume.name);
}

export function claimsFolder(dir: string): string {
  return join(dir, 'claims');
}

export function scratchFolder(dir: string): string {
  return join(dir, 'scratch');
}

export function logsFolder(dir: string): string {
  return join(dir, 'logs');
}

export function logFile(dir: string, pod: Pick<PodPlan, 'namespace' | 'name'>, container: string): string {
  return join(logsFolder(dir), pod.namespace, pod.name, `${container}.log`);
}
