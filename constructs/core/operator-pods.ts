/**
 * Pods that an operator makes from a custom resource: a party of the flow graph, with a NetworkPolicy like any other,
 * though its workload and Services are the operator's.
 */
import { Construct } from 'constructs';
import type { Component } from './component';
import { connect, type ConnectOptions } from './connect';
import { Endpoint, type EndpointProps, type Protocol, type Signal } from './endpoint';
import type { Party, Reach } from './party';
import { Platform } from './platform';

export interface OperatorPodsProps {
  /** Labels that the operator puts on the pods. */
  readonly labels: Readonly<Record<string, string>>;
  /** Name of the Service that the operator makes; the party's own name if nobody dials it. */
  readonly service?: string;
  /**
   * Where they run. Outside the component's own namespace (the operator itself) their policy is somebody else's.
   * @default the component's namespace
   */
  readonly namespace?: string;
}

export class OperatorPods extends Construct implements Party {
  public readonly id: string;
  public readonly componentName: string;
  public readonly reach: Reach & { kind: 'pods' };
  public readonly host: string;
  /** Whether this platform has to let them through. */
  public readonly hasPolicy: boolean;

  public constructor(scope: Component, id: string, props: OperatorPodsProps) {
    super(scope, id);
    const namespace = props.namespace ?? scope.namespace;
    this.id = id;
    this.componentName = scope.node.id;
    this.reach = { kind: 'pods', namespace, labels: props.labels };
    this.host = scope.serviceHost(props.service ?? id);
    this.hasPolicy = namespace === scope.namespace;
    scope.platform.graph.addParty(this);
  }

  public listen<const S extends Signal, P extends Protocol>(props: EndpointProps<S, P>): Endpoint<S, P> {
    const endpoint = new Endpoint<S, P>(this, props);
    Platform.of(this).graph.addEndpoint(endpoint);
    return endpoint;
  }

  public connect<S extends Signal>(endpoint: Endpoint<S>, options: ConnectOptions<S>): void {
    connect(this, endpoint, options);
  }
}
