/**
 * An internal Application Load Balancer in front of the cluster's doors, made by the AWS Load Balancer Controller from
 * these Ingresses: HTTPS only, to pods directly, for callers from named networks. It keeps no credentials and passes on
 * what its callers present.
 *
 * The controller's own chart makes the class `alb`, and its subnets are found by their tag
 * `kubernetes.io/role/internal-elb`.
 */
import { Duration } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { Component, type ComponentProps } from '../core/component';
import { connect } from '../core/connect';
import type { Endpoint } from '../core/endpoint';
import { External } from '../core/party';
import type { Platform } from '../core/platform';
import { albAnnotations, mapAnnotation } from './alb-annotations';

type Routed = 'logs' | 'metrics' | 'traces' | 'queries' | 'web';

/** A door behind the load balancer. */
type LoadBalanced = Endpoint<never, 'http' | 'otlp-http' | 'prometheus-query' | 'prometheus-remote-write'>;

export interface LoadBalancerRoute {
  readonly name: string;
  readonly host: string;
  /** The doors behind the host: those of one port of one workload. */
  readonly to: readonly [LoadBalanced, ...LoadBalanced[]];
  /** Says whether a pod may be sent requests; on the door's own port, or on another one of the same pods. */
  readonly health: { readonly path: string; readonly at: Endpoint<never, 'http'> };
  /** Who may come by this host. */
  readonly from: readonly External[];
}

export interface AwsLoadBalancerProps extends ComponentProps {
  /** CIDR blocks of the subnets in which its addresses lie. */
  readonly subnets: readonly string[];
  /** Certificate of all hosts in AWS Certificate Manager, usually a cloud reference. */
  readonly certificateArn: string;
  /** ID of its security group, which admits the callers of `routes` and nobody else; usually a cloud reference. */
  readonly securityGroup: string;
  readonly routes: readonly LoadBalancerRoute[];
  /** How long a request may be silent. @default AWS_LOAD_BALANCER_DEFAULTS.idleTimeout */
  readonly idleTimeout?: Duration;
}

const AWS_LOAD_BALANCER_DEFAULTS = {
  // Above vmselect's 30 s for a query, and above the 60 s that Grafana waits for one.
  idleTimeout: Duration.seconds(120),
} as const satisfies Partial<AwsLoadBalancerProps>;

const INGRESS_CLASS = 'alb';
/** Forward secrecy and authenticated encryption only, TLS 1.2 and 1.3: the strictest that all clients here speak. */
const SSL_POLICY = 'ELBSecurityPolicy-TLS13-1-2-Res-2021-06';
const HTTPS_PORT = 443;
/** How long a pod that leaves still gets the answers to its open requests: below vmauth's and Grafana's own drain. */
const DEREGISTRATION_SECONDS = 30;

export class AwsLoadBalancer extends Component {
  /** The load balancer, as the cluster's network policies see it. */
  public readonly party: External;

  public constructor(scope: Platform, id: string, props: AwsLoadBalancerProps) {
    super(scope, id, props, {
      layer: 'ingress',
      summary: 'Internal load balancer of AWS (ALB): TLS, and the hosts of the doors behind it',
    });
    this.party = new External(scope, `${id}-addresses`, {
      description: 'Internal Application Load Balancer, in its subnets',
      cidrs: props.subnets,
    });
    this.checkRoutes(props.routes);
    const shared = this.sharedAnnotations(props);
    for (const route of props.routes) this.addRoute(route, shared);
  }

  /** What concerns the load balancer itself: the same on every Ingress of the group, or the controller refuses them. */
  private sharedAnnotations(props: AwsLoadBalancerProps): Readonly<Record<string, string>> {
    const idleTimeout = props.idleTimeout ?? AWS_LOAD_BALANCER_DEFAULTS.idleTimeout;
    return albAnnotations({
      scheme: 'internal',
      'group.name': this.platform.environment,
      'listen-ports': JSON.stringify([{ HTTPS: HTTPS_PORT }]),
      'ssl-policy': SSL_POLICY,
      'certificate-arn': props.certificateArn,
      // Without one the controller makes a group of its own, which admits everybody.
      'security-groups': props.securityGroup,
      'manage-backend-security-group-rules': 'true',
      'load-balancer-attributes': mapAnnotation({
        'deletion_protection.enabled': String(this.platform.tier === 'prod'),
        'idle_timeout.timeout_seconds': String(idleTimeout.toSeconds()),
        'routing.http.drop_invalid_header_fields.enabled': 'true',
      }),
    });
  }

  private addRoute(route: LoadBalancerRoute, shared: Readonly<Record<string, string>>): void {
    const [door] = route.to;
    const { reach } = door.owner;
    if (reach.kind !== 'pods') return;
    new kplus.k8s.KubeIngress(this, `route-${route.name}`, {
      metadata: {
        name: `${this.node.id}-${route.name}`,
        namespace: reach.namespace,
        annotations: { ...shared, ...targetAnnotations(route) },
      },
      spec: {
        ingressClassName: INGRESS_CLASS,
        // The certificate is the one named above; this says for which hosts.
        tls: [{ hosts: [route.host] }],
        rules: [
          {
            host: route.host,
            http: {
              paths: [
                {
                  path: '/',
                  pathType: 'Prefix',
                  backend: { service: { name: door.owner.id, port: { number: door.port } } },
                },
              ],
            },
          },
        ],
      },
    });
    this.connect(route);
  }

  private connect(route: LoadBalancerRoute): void {
    const listener = this.party.listen({
      name: route.name,
      port: HTTPS_PORT,
      protocol: 'https',
      signals: [...new Set(route.to.flatMap((door) => door.signals))] as Routed[],
      access: 'write',
      tls: true,
      via: { host: route.host },
    });
    const purpose = `route ${route.name}`;
    for (const caller of route.from) {
      connect(caller, listener, { signals: listener.signals as Routed[], purpose });
    }
    for (const door of route.to) {
      connect(this.party, door, {
        signals: door.signals as readonly never[],
        purpose,
        credential: { kind: 'forwarded' },
      });
    }
    connect(this.party, route.health.at, {
      signals: route.health.at.signals as readonly never[],
      purpose: `health of ${route.name}`,
      credential: { kind: 'forwarded' },
    });
  }

  private checkRoutes(routes: readonly LoadBalancerRoute[]): void {
    const seen = new Set<string>();
    for (const { name, host, to, from, health } of routes) {
      const at = `routes.${name}`;
      if (seen.has(host)) {
        this.problem({
          property: `${at}.host`,
          value: host,
          rule: 'one host leads to one place',
          remedy: 'give each route a host of its own',
        });
      }
      seen.add(host);
      if (from.length === 0) {
        this.problem({
          property: `${at}.from`,
          value: from,
          rule: 'a host that nobody calls is of no use: its security group admits the named callers only',
          remedy: 'name who comes by this host',
        });
      }
      const [door] = to;
      const doors = [...to, health.at];
      if (doors.some(({ owner }) => owner !== door.owner || owner.reach.kind !== 'pods')) {
        this.problem({
          property: `${at}.to`,
          value: doors.map(({ id }) => id),
          rule: 'a host leads to pods of one workload, which also say whether they are well',
          remedy: 'make a route with a host of its own for each workload of this platform',
        });
      } else if (to.some(({ port }) => port !== door.port)) {
        this.problem({
          property: `${at}.to`,
          value: to.map(({ id, port }) => `${id}:${port}`),
          rule: 'a host leads to one port',
          remedy: 'make a route with a host of its own for each port',
        });
      }
    }
  }
}

/** What concerns the pods behind one host. */
function targetAnnotations({ to, health }: LoadBalancerRoute): Readonly<Record<string, string>> {
  const [door] = to;
  return albAnnotations({
    'target-type': 'ip',
    'backend-protocol': door.tls ? 'HTTPS' : 'HTTP',
    'healthcheck-protocol': health.at.tls ? 'HTTPS' : 'HTTP',
    'healthcheck-port': String(health.at.port),
    'healthcheck-path': health.path,
    'success-codes': '200',
    'target-group-attributes': mapAnnotation({
      'deregistration_delay.timeout_seconds': String(DEREGISTRATION_SECONDS),
    }),
  });
}
