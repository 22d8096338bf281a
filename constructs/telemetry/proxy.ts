/**
 * The proxy before the brokers (`msg-queue-proxy`): chooses a broker by the message's key, goes round one that fails, and
 * hands deliveries of all of them to whoever asks. Producers and consumers know its address only.
 */
import type { Size } from 'cdk8s';
import type { PROXY_VARIABLES } from '../../apps/proxy/config';
import { Component, type ComponentProps } from '../core/component';
import type { Resources } from '../core/container-spec';
import { AuthScheme } from '../core/credential';
import type { Load } from '../core/delivery';
import type { Endpoint } from '../core/endpoint';
import type { Platform, Tier } from '../core/platform';
import type { SecretRef } from '../core/secrets';
import type { Broker } from './broker';
import { IN_CONTAINER, sizeText, type Listen, type ServiceEnvironment } from './service-environment';
import { HTTP, memoryShare, serviceWorkload } from './service-workload';

export interface ProxyEnvironmentProps {
  readonly listen: Listen;
  /** URLs in the order of the brokers' numbers. A changed order moves keys to other brokers. */
  readonly brokers: readonly string[];
  /** For bodies of requests under way. @default the service's own */
  readonly memory?: Size;
}

export interface ProxyProps extends ComponentProps {
  readonly brokers: Broker;
  /** What passes through at the declared peak, in and out each. */
  readonly load: Load;
  readonly serviceToken: SecretRef;
  /** @default dev 1, prod 3: one in each zone */
  readonly replicas?: number;
  /** @default SERVICE_RESOURCES of the tier */
  readonly resources?: Resources;
}

/** Bodies under way; the rest is the program's own (PROXY_BODY_MEMORY). */
const MEMORY_SHARE = 0.25;
const REPLICAS: Readonly<Record<Tier, number>> = { dev: 1, prod: 3 };

export class Proxy extends Component {
  public readonly publish: Endpoint<'metrics', 'queue-http'>;
  public readonly receive: Endpoint<'metrics', 'queue-http'>;
  public readonly metrics: Endpoint<'metrics', 'prometheus-scrape'>;

  public constructor(scope: Platform, id: string, props: ProxyProps) {
    super(scope, id, props, {
      layer: 'route',
      summary: 'Spreads messages over the brokers, round those that fail (msg-queue-proxy)',
    });
    const { brokers, serviceToken, load } = props;
    const { workload, metrics } = serviceWorkload<typeof PROXY_VARIABLES>(this, id, {
      app: 'proxy',
      kind: 'Deployment',
      replicas: props.replicas ?? REPLICAS[scope.tier],
      environment: proxyEnvironment({
        listen: IN_CONTAINER,
        brokers: brokers.addresses,
        memory: memoryShare(scope.tier, props.resources, MEMORY_SHARE),
      }),
      secrets: { SERVICE_TOKEN: serviceToken },
      resources: props.resources,
    });
    this.metrics = metrics;
    const credential = { kind: 'bearer', secret: serviceToken } as const;
    const signals = ['metrics'] as const;
    workload.connect(brokers.publish, { signals, purpose: 'readings to keep', credential, load });
    workload.connect(brokers.receive, { signals, purpose: 'readings to hand on', credential, load });
    const common = {
      ...HTTP,
      protocol: 'queue-http',
      signals: ['metrics'],
      auth: AuthScheme.secret('bearer', [serviceToken]),
      // What the brokers behind it keep is what its clients find.
      ...(brokers.receive.queue === undefined ? {} : { queue: brokers.receive.queue }),
    } as const;
    this.publish = workload.listen({ ...common, access: 'write' });
    this.receive = workload.listen({ ...common, access: 'read' });
  }
}

export function proxyEnvironment(props: ProxyEnvironmentProps): ServiceEnvironment<typeof PROXY_VARIABLES> {
  return {
    LISTEN_HOST: props.listen.host,
    LISTEN_PORT: String(props.listen.port),
    // A list, and not the headless Service's name: a pod's name stays when its address changes, and with it its keys.
    PROXY_BROKERS: props.brokers.join(','),
    PROXY_BODY_MEMORY: sizeText(props.memory),
  };
}
