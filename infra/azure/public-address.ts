/**
 * A public address: static, and in all zones of a region where there are some.
 */
import type { Output } from '@pulumi/pulumi';
import * as network from '@pulumi/azure-native/network';
import type { AzureContext } from './context';

export interface PublicAddress {
  readonly id: Output<string>;
  readonly ipAddress: Output<string>;
}

/** @param of what it is in front of, e.g. `gateway` */
export function publicAddress(context: AzureContext, of: string): PublicAddress {
  const made = new network.PublicIPAddress(
    context.name(`${of}-address`),
    {
      publicIpAddressName: context.name(`${of}-address`),
      resourceGroupName: context.resourceGroupName,
      location: context.location,
      sku: { name: 'Standard', tier: 'Regional' },
      publicIPAllocationMethod: 'Static',
      publicIPAddressVersion: 'IPv4',
      zones: [...context.zones],
      tags: context.tags,
    },
    // Records, and allow-lists of others, name this address: a new one would be noticed by strangers.
    { ...context.options, protect: context.tier === 'prod' },
  );
  return { id: made.id, ipAddress: made.ipAddress.apply((address) => address ?? '') };
}
