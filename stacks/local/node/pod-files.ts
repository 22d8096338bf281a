/** The files in /etc that a container runtime writes for each pod. Pure. */
import type { ContainerPlan, PodPlan } from '../cluster-plan';
import { CLUSTER_DOMAIN } from './dns-answers';

const NOBODY = 65_534;

/** Path in the container → content. */
export function podFiles(
  pod: PodPlan,
  container: Pick<ContainerPlan, 'user' | 'group'>,
  dnsAddress: string,
): Readonly<Record<string, string>> {
  const serviceDomain = `svc.${CLUSTER_DOMAIN}`;
  const names =
    pod.subdomain === undefined
      ? [pod.name]
      : [`${pod.name}.${pod.subdomain}.${pod.namespace}.${serviceDomain}`, pod.name];
  return {
    '/etc/hosts': lines(
      '127.0.0.1 localhost',
      '::1 localhost ip6-localhost',
      `${pod.address} ${names.join(' ')}`,
    ),
    '/etc/hostname': lines(pod.name),
    '/etc/resolv.conf': lines(
      `search ${pod.namespace}.${serviceDomain} ${serviceDomain} ${CLUSTER_DOMAIN}`,
      `nameserver ${dnsAddress}`,
      // As the kubelet writes it: short names are first looked for in the cluster.
      'options ndots:5',
    ),
    // The machine's own may ask services that no container reaches.
    '/etc/nsswitch.conf': lines('passwd: files', 'group: files', 'hosts: files dns'),
    '/etc/passwd': lines(...users(container)),
    '/etc/group': lines(...groups(container)),
  };
}

function users({ user, group }: Pick<ContainerPlan, 'user' | 'group'>): readonly string[] {
  const known = ['root:x:0:0:root:/root:/bin/sh', `nobody:x:${NOBODY}:${NOBODY}:nobody:/:/bin/sh`];
  return user === 0 || user === NOBODY ? known : [...known, `app:x:${user}:${group}:app:/:/bin/sh`];
}

function groups({ group }: Pick<ContainerPlan, 'group'>): readonly string[] {
  const known = ['root:x:0:', `nobody:x:${NOBODY}:`];
  return group === 0 || group === NOBODY ? known : [...known, `app:x:${group}:`];
}

function lines(...texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join('');
}
