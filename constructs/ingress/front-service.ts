/**
 * The Service by which those outside come to a reverse proxy: on the ports that they know, behind an internal address
 * or inside the cluster alone.
 */
import { ApiObject, JsonPatch } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import type { Component } from '../core/component';
import { internalLoadBalancer } from '../core/internal-load-balancer';

export interface FrontServiceProps {
  readonly name: string;
  /** Static address of an internal load balancer; undefined for none. */
  readonly address: string | undefined;
  readonly ports: readonly { readonly name: string; readonly port: number; readonly targetPort: number }[];
}

/** In front of the component's one workload, which has the component's name. */
export function addFrontService(component: Component, id: string, props: FrontServiceProps): void {
  const { address } = props;
  const service = new kplus.Service(component, id, {
    metadata: {
      name: props.name,
      labels: { 'app.kubernetes.io/component': component.node.id },
      ...(address === undefined ? {} : { annotations: internalLoadBalancer(address) }),
    },
    type: address === undefined ? kplus.ServiceType.CLUSTER_IP : kplus.ServiceType.LOAD_BALANCER,
    ports: [...props.ports],
  });
  if (address !== undefined) {
    // Only `Local` keeps the client's address, by which the NetworkPolicy knows who comes.
    ApiObject.of(service).addJsonPatch(JsonPatch.add('/spec/externalTrafficPolicy', 'Local'));
  }
  service.selectLabel('app.kubernetes.io/name', component.node.id);
  service.selectLabel('app.kubernetes.io/component', component.node.id);
}
