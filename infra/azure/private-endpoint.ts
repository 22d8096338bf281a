/**
 * A service's address inside the network, and its name in the private zone that leads there.
 */
import * as network from '@pulumi/azure-native/network';
import type { Output, Resource } from '@pulumi/pulumi';
import type { AzureContext } from './context';
import type { Network } from './network';

export interface PrivateEndpointProps {
  /** Ends the logical name, e.g. `logs`. */
  readonly name: string;
  readonly resourceId: Output<string>;
  /**
   * Which of the resource's services, as Azure names it.
   * @see https://learn.microsoft.com/azure/private-link/private-endpoint-overview#private-link-resource
   */
  readonly service: 'blob' | 'vault';
}

/** @returns what must be there before the service answers inside the network */
export function makePrivateEndpoint(
  context: AzureContext,
  { subnetId, privateDnsZoneId }: Pick<Network, 'subnetId' | 'privateDnsZoneId'>,
  { name, resourceId, service }: PrivateEndpointProps,
): Resource {
  const logicalName = context.name(`endpoint-${name}`);
  const endpoint = new network.PrivateEndpoint(
    logicalName,
    {
      privateEndpointName: logicalName,
      resourceGroupName: context.resourceGroupName,
      location: context.location,
      subnet: { id: subnetId.privateEndpoints },
      customNetworkInterfaceName: `${logicalName}-nic`,
      privateLinkServiceConnections: [
        { name: logicalName, privateLinkServiceId: resourceId, groupIds: [service] },
      ],
      tags: context.tags,
    },
    context.options,
  );
  return new network.PrivateDnsZoneGroup(
    logicalName,
    {
      privateDnsZoneGroupName: 'default',
      privateEndpointName: endpoint.name,
      resourceGroupName: context.resourceGroupName,
      privateDnsZoneConfigs: [{ name: service, privateDnsZoneId: privateDnsZoneId[service] }],
    },
    context.options,
  );
}
