/**
 * Where a host name leads: the address of the load balancer that answers to it.
 */
import { output, type Output } from '@pulumi/pulumi';
import type { HostDemand } from '../../infra/cloud';
import { listAt, namespacedName, textAt } from '../manifest-data';
import type { Synthesis } from '../synthesis';
import type { AppliedObjects } from './apply';
import { STATIC_ADDRESS } from './demand-hosts';
import { resourceName } from './objects';

/** By host. */
export function addressesOf(
  hosts: readonly HostDemand[],
  { objects }: Pick<Synthesis, 'objects'>,
  applied: AppliedObjects,
): Readonly<Record<string, Output<string>>> {
  return Object.fromEntries(
    hosts.flatMap(({ host, entrance }) => {
      const found = objects.find(
        ({ object: { kind, metadata } }) =>
          ['Ingress', 'Service'].includes(kind) &&
          namespacedName(metadata.namespace, metadata.name) === entrance,
      )?.object;
      if (found === undefined) return [];
      const known = textAt(found.metadata, 'annotations', STATIC_ADDRESS);
      if (known !== undefined) return [[host, output(known)]];
      const status = applied.get(resourceName(found))?.status;
      return status === undefined ? [] : [[host, status.apply((one) => addressIn(one, entrance))]];
    }),
  );
}

/** A load balancer of AWS has a name, one of Azure an address. */
function addressIn(status: unknown, entrance: string): string {
  const [ingress] = listAt(status, 'loadBalancer', 'ingress');
  const address = textAt(ingress, 'hostname') ?? textAt(ingress, 'ip');
  if (address !== undefined) return address;
  throw new Error(`${entrance} has no address, though its load balancer is said to be ready`);
}
