/**
 * Private names of Azure's services: whoever asks in this network for a store's, a vault's or a database's name gets its
 * private address.
 */
import type { Output, Resource } from '@pulumi/pulumi';
import * as privatedns from '@pulumi/azure-native/privatedns';
import type { AzureContext } from './context';

/** The first two are Azure's own names for private endpoints; a database in a subnet of its own may choose under its suffix. */
const ZONES = {
  blob: () => 'privatelink.blob.core.windows.net',
  vault: () => 'privatelink.vaultcore.azure.net',
  postgres: (environment: string) => `${environment}.private.postgres.database.azure.com`,
} as const;

export type PrivateZone = keyof typeof ZONES;

export interface PrivateZones {
  readonly id: Readonly<Record<PrivateZone, Output<string>>>;
  readonly links: readonly Resource[];
}

export function makePrivateZones(context: AzureContext, virtualNetworkId: Output<string>): PrivateZones {
  const links: Resource[] = [];
  const make = (kind: PrivateZone): Output<string> => {
    const common = {
      resourceGroupName: context.resourceGroupName,
      location: 'global',
      tags: context.tags,
    };
    const zone = new privatedns.PrivateZone(
      context.name(`zone-${kind}`),
      { privateZoneName: ZONES[kind](context.environment), ...common },
      context.options,
    );
    links.push(
      new privatedns.VirtualNetworkLink(
        context.name(`zone-${kind}-link`),
        {
          virtualNetworkLinkName: context.name('vnet'),
          privateZoneName: zone.name,
          virtualNetwork: { id: virtualNetworkId },
          registrationEnabled: false,
          ...common,
        },
        context.options,
      ),
    );
    return zone.id;
  };
  return { id: { blob: make('blob'), vault: make('vault'), postgres: make('postgres') }, links };
}
