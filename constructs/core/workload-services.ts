/**
 * The Services of one workload, made when the first port asks for them: one for clients, and a headless one where
 * every pod has to be found.
 */
import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import type { AnyEndpoint } from './endpoint';

export class WorkloadServices extends Construct {
  private clients: kplus.Service | undefined;
  private everyPod: kplus.Service | undefined;

  public constructor(
    scope: Construct,
    private readonly name: string,
    private readonly labels: Readonly<Record<string, string>>,
    private readonly publishNotReadyAddresses: boolean,
  ) {
    super(scope, 'services');
  }

  /** The headless Service, whose name resolves to every pod. */
  public get headless(): kplus.Service {
    this.everyPod ??= this.create(`${this.name}-headless`, {
      clusterIP: 'None',
      publishNotReadyAddresses: this.publishNotReadyAddresses,
    });
    return this.everyPod;
  }

  /** Puts a port on the Services by which its clients come; a StatefulSet's pods are also found one by one. */
  public bind(endpoint: AnyEndpoint, podsHaveNames: boolean): void {
    // Clients outside come by a Service that the component makes; inside, nobody shall come by this port.
    if (typeof endpoint.via === 'object') return;
    const protocol = endpoint.transport === 'UDP' ? kplus.Protocol.UDP : kplus.Protocol.TCP;
    const options = { name: endpoint.name, protocol, targetPort: endpoint.port };
    if (endpoint.access !== 'peer' && endpoint.via === 'service') {
      this.clients ??= this.create(this.name, {});
      this.clients.bind(endpoint.port, options);
    }
    if (podsHaveNames || endpoint.via === 'headless') this.headless.bind(endpoint.port, options);
  }

  private create(name: string, props: kplus.ServiceProps): kplus.Service {
    const service = new kplus.Service(this, name, {
      ...props,
      metadata: { name, labels: { 'app.kubernetes.io/component': this.name } },
    });
    for (const [key, value] of Object.entries(this.labels)) service.selectLabel(key, value);
    return service;
  }
}
