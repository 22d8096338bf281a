/**
 * What every layer of an environment on AWS knows of it: its names, its tags, its account, and the provider to use.
 */
import { ComponentResource, type CustomResourceOptions, type ProviderResource } from '@pulumi/pulumi';
import type { Tags } from '../tags';

export interface AwsContext {
  /** E.g. `hub-infra`; begins every logical name. */
  readonly environment: string;
  readonly tier: 'dev' | 'prod';
  readonly region: string;
  readonly accountId: string;
  /** Every zone that the network spans, e.g. `eu-central-1a`; at least two, as AWS' managed services demand. */
  readonly availabilityZones: readonly string[];
  /** Those in which nodes run: the first of them. */
  readonly nodeZones: readonly string[];
  readonly tags: Tags;
  /** For each resource: the account's provider, and the layer as its parent. */
  readonly options: {
    readonly provider: ProviderResource;
    readonly parent?: CustomResourceOptions['parent'];
  };
  /** `hub-infra-<part>`. */
  readonly name: (part: string) => string;
  /** The tags, and the name under which the console shows a resource that has none of its own. */
  readonly named: (part: string) => Record<string, string>;
}

interface Account extends Omit<AwsContext, 'options' | 'name' | 'named'> {
  readonly provider: ProviderResource;
}

export function awsContext({ provider, ...account }: Account): AwsContext {
  const name = (part: string): string => `${account.environment}-${part}`;
  return {
    ...account,
    options: { provider },
    name,
    named: (part) => ({ ...account.tags, Name: name(part) }),
  };
}

/** Groups a layer's resources in the stack's tree. */
class Layer extends ComponentResource {
  public constructor(kind: string, name: string, options: AwsContext['options']) {
    super(`hyperion:aws:${kind}`, name, {}, options);
    this.registerOutputs();
  }
}

/** The same context for resources of one layer. @param kind e.g. `Network` */
export function inLayer(context: AwsContext, kind: string): AwsContext {
  const parent = new Layer(kind, context.name(kind.toLowerCase()), context.options);
  return { ...context, options: { ...context.options, parent } };
}
