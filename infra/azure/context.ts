/**
 * What every layer of an environment on Azure knows of it: its names, its tags, its subscription, and the provider to use.
 */
import {
  ComponentResource,
  type CustomResourceOptions,
  type Output,
  type ProviderResource,
} from '@pulumi/pulumi';
import type { Tags } from '../tags';

export interface AzureContext {
  /** E.g. `hyperion-prod`; begins every logical name. */
  readonly environment: string;
  readonly tier: 'dev' | 'prod';
  /** Zones over which everything that can spreads: `['1', '2', '3']`; empty for one that Azure chooses. */
  readonly zones: readonly string[];
  readonly location: string;
  /** Not secrets: they name whose account it is. */
  readonly subscriptionId: string;
  readonly tenantId: string;
  readonly resourceGroupName: Output<string>;
  readonly tags: Record<string, string>;
  /** For each resource: the subscription's provider, and the layer as its parent. */
  readonly options: {
    readonly provider: ProviderResource;
    readonly parent?: CustomResourceOptions['parent'];
  };
  /** `hyperion-prod-<part>`. */
  readonly name: (part: string) => string;
  /** Full ID, in this subscription, of a role that Azure brings, by its GUID. */
  readonly roleId: (guid: string) => string;
}

export interface AzurePlace {
  readonly environment: string;
  readonly tier: 'dev' | 'prod';
  /** Number of them. */
  readonly zones: number;
  readonly location: string;
  readonly subscriptionId: string;
  readonly tenantId: string;
  readonly resourceGroupName: Output<string>;
  readonly tags: Tags;
  readonly provider: ProviderResource;
}

export function azureContext(place: AzurePlace): AzureContext {
  const { environment, subscriptionId, provider } = place;
  return {
    ...place,
    zones: zoneNames(place.zones),
    tags: { ...place.tags },
    options: { provider },
    name: (part) => `${environment}-${part}`,
    roleId: (guid) =>
      `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${guid}`,
  };
}

/** Azure numbers the zones of a region; which data centre has which number differs from subscription to subscription. */
function zoneNames(count: number): readonly string[] {
  return count > 1 ? Array.from({ length: count }, (_, zone) => String(zone + 1)) : [];
}

/** Groups a layer's resources in the stack's tree. */
class Layer extends ComponentResource {
  public constructor(kind: string, name: string, options: AzureContext['options']) {
    super(`hyperion:azure:${kind}`, name, {}, options);
    this.registerOutputs();
  }
}

/** The same context for resources of one layer. @param kind e.g. `Network` */
export function inLayer(context: AzureContext, kind: string): AzureContext {
  const parent = new Layer(kind, context.name(kind.toLowerCase()), context.options);
  return { ...context, options: { ...context.options, parent } };
}
