/**
 * A web page of the cluster in a Tailscale network, under `<machine>.<tailnet>.ts.net`: an Ingress of the class that
 * Tailscale's operator serves. The operator makes the proxy, its certificate and its name; who of the tailnet may come is
 * in the tailnet's own access rules.
 * Source: Tailscale, "Expose cluster workloads to your tailnet with Ingress".
 */
import * as kplus from 'cdk8s-plus-28';
import { Component, type ComponentProps } from '../core/component';
import { connect } from '../core/connect';
import type { Endpoint } from '../core/endpoint';
import { External } from '../core/party';
import type { Platform } from '../core/platform';

export interface TailscaleIngressProps extends ComponentProps {
  /** First part of the host name. */
  readonly machine: string;
  /** Name of the tailnet, e.g. `walleye-monster`: given by Tailscale, an operator's value. */
  readonly tailnet: string;
  /** What is shown: a Service of the component's namespace. */
  readonly to: { readonly endpoint: Endpoint<'web', 'http'>; readonly service: string };
  /** Where Tailscale's operator makes its proxies. @default 'tailscale' */
  readonly operatorNamespace?: string;
}

/** Addresses that Tailscale gives its machines: the carrier-grade NAT block and a block of its own. */
const TAILNET_CIDRS = ['100.64.0.0/10', 'fd7a:115c:a1e0::/48'];
const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

export class TailscaleIngress extends Component {
  /** As people type it. */
  public readonly host: string;

  public constructor(scope: Platform, id: string, props: TailscaleIngressProps) {
    super(scope, id, props, { layer: 'ingress', summary: 'Way in from a Tailscale network' });
    const { machine, tailnet, to } = props;
    this.checkLabel('machine', machine);
    this.checkLabel('tailnet', tailnet);
    this.host = `${machine}.${tailnet}.ts.net`;
    this.derived('host', this.host, 'the machine and the tailnet');
    new kplus.k8s.KubeIngress(this, 'ingress', {
      metadata: { name: id },
      spec: {
        ingressClassName: 'tailscale',
        // The operator takes the machine's name from here and adds the tailnet's; it serves TLS only.
        tls: [{ hosts: [machine] }],
        defaultBackend: { service: { name: to.service, port: { number: to.endpoint.port } } },
      },
    });
    const proxy = new External(scope, `${id}-proxy`, {
      description: "Proxy of Tailscale's operator: ends TLS and the tailnet",
      host: this.host,
      pods: {
        namespace: props.operatorNamespace ?? 'tailscale',
        labels: {
          'tailscale.com/parent-resource-type': 'ingress',
          'tailscale.com/parent-resource-ns': props.namespace,
          'tailscale.com/parent-resource': id,
        },
      },
    });
    const https = proxy.listen({
      name: 'https',
      port: 443,
      protocol: 'https',
      signals: ['web'],
      access: 'read',
      tls: true,
    });
    const machines = new External(scope, 'tailnet', {
      description: `Machines of the tailnet ${tailnet} that its access rules let in`,
      cidrs: TAILNET_CIDRS,
    });
    connect(machines, https, { signals: ['web'], purpose: 'people' });
    connect(proxy, to.endpoint, { signals: ['web'], purpose: `pages of ${to.service}` });
  }

  private checkLabel(property: 'machine' | 'tailnet', value: string): void {
    if (LABEL.test(value)) return;
    this.problem({
      property,
      value,
      rule: 'it is one part of a host name: a-z, 0-9 and hyphens, at most 63',
      remedy: property === 'tailnet' ? 'give the name alone, without .ts.net' : 'shorten or rename it',
    });
  }
}
