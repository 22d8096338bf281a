/**
 * Who can stand at either end of a connection: a workload of this platform or somebody outside it.
 */
import { Construct } from 'constructs';
import { Endpoint, type EndpointProps, type Protocol, type Signal } from './endpoint';
import { Platform } from './platform';

export interface Party {
  /** Unique in the environment, e.g. `loki-distributor`. */
  readonly id: string;
  /** The component that it is a part of, for grouping; its own name for somebody outside. */
  readonly componentName: string;
  /** How NetworkPolicies name it. */
  readonly reach: Reach;
  /** Where it is dialled and from where it dials, when it stands in the network of its node: the nodes' address blocks. */
  readonly nodeAddresses?: readonly string[] | undefined;
  /** DNS name, or a cloud reference's placeholder. */
  readonly host: string;
  /** DNS name of the headless Service, which resolves to every pod; undefined where there is none. */
  readonly headlessHost?: string;
}

/** `pods`: those with these labels in that namespace. `addresses`: whoever has an address in these CIDR blocks, but for those in `except`. */
export type Reach =
  | { readonly kind: 'pods'; readonly namespace: string; readonly labels: Readonly<Record<string, string>> }
  | { readonly kind: 'addresses'; readonly cidrs: readonly string[]; readonly except?: readonly string[] };

export type ExternalProps = {
  /** What it is, for a reader of the graph, e.g. `Azure Blob Storage`. */
  readonly description: string;
  /**
   * DNS name by which it is reached.
   * @default none: it only dials, and is never dialled
   */
  readonly host?: string;
} & (ExternalAddresses | ExternalPods);

export interface ExternalAddresses {
  /** Address blocks in which it lies; a NetworkPolicy can only name it so. */
  readonly cidrs: readonly string[];
  /**
   * Blocks inside those that are not meant.
   * @default none
   */
  readonly except?: readonly string[];
}

/** In the same cluster, and somebody else's: an application, a Grafana that was there before. */
export interface ExternalPods {
  readonly pods: { readonly namespace: string; readonly labels: Readonly<Record<string, string>> };
}

/**
 * Somebody outside the platform: senders, browsers, a managed database, an object store, the Kubernetes API, other teams'
 * pods.
 */
export class External extends Construct implements Party {
  public readonly id: string;
  public readonly componentName: string;
  public readonly description: string;
  public readonly reach: Reach;
  public readonly host: string;

  public constructor(scope: Construct, id: string, props: ExternalProps) {
    super(scope, Platform.of(scope).claimName(id));
    this.id = id;
    this.componentName = id;
    this.description = props.description;
    this.reach = reachOfExternal(props);
    this.host = props.host ?? id;
    const platform = Platform.of(this);
    platform.graph.addParty(this);
    if ('cidrs' in props && props.cidrs.length === 0) {
      platform.report(this, {
        property: 'cidrs',
        value: props.cidrs,
        rule: 'somebody outside the cluster is named by address blocks in NetworkPolicies',
        remedy: "give at least one CIDR block, e.g. the subnet of the environment's private endpoints",
      });
    }
  }

  public listen<const S extends Signal, P extends Protocol>(props: EndpointProps<S, P>): Endpoint<S, P> {
    const endpoint = new Endpoint<S, P>(this, props);
    Platform.of(this).graph.addEndpoint(endpoint);
    return endpoint;
  }
}

function reachOfExternal(props: ExternalAddresses | ExternalPods): Reach {
  if ('pods' in props) return { kind: 'pods', ...props.pods };
  return {
    kind: 'addresses',
    cidrs: props.cidrs,
    ...(props.except === undefined ? {} : { except: props.except }),
  };
}
