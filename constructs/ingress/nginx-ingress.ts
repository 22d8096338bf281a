/**
 * F5 NGINX Ingress Controller: takes what the Application Gateway and internal senders bring to one static internal
 * address, ends TLS, limits size, time and rate, and hands it to the routes' endpoints. It watches only the
 * namespaces that it serves, with Roles in those and no custom resources.
 * (The community's ingress-nginx is retired since March 2026.)
 */
import { type Duration, Size } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { CATALOG } from '../core/catalog';
import { addCertificate, type CertificateIssuer } from '../core/certificate';
import { clusterScoped } from '../core/cluster-scoped';
import { Component, type ComponentProps } from '../core/component';
import { connect } from '../core/connect';
import type { ContainerSpec, Resources } from '../core/container-spec';
import type { Endpoint } from '../core/endpoint';
import type { External } from '../core/party';
import type { Platform } from '../core/platform';
import { bytesOf } from '../core/quantity';
import type { IdentityProps, PermissionRule } from '../core/service-identity';
import { Workload } from '../core/workload';
import { addFrontService } from './front-service';
import { routeAnnotations } from './nginx-annotations';

/** What may come in from outside. */
export type RoutedSignal = 'logs' | 'metrics' | 'traces' | 'web';

export interface Route {
  readonly name: string;
  /** Public host name, under the environment's domain. */
  readonly host: string;
  /** Where requests go; the route's Ingress stands in that endpoint's namespace. */
  readonly to: Endpoint<never, 'otlp-http' | 'otlp-grpc' | 'http'>;
  readonly signals: readonly RoutedSignal[];
  /** Who may come by this route. */
  readonly from: External;
  /** Largest request body; larger ones get 413. */
  readonly maxBody: Size;
  /** How long the backend may take. */
  readonly timeout: Duration;
  /** Requests each second and client address; more get 429. */
  readonly requestsPerSecond: number;
}

export interface NginxIngressProps extends ComponentProps {
  /** Static address of the internal load balancer, in the cluster's subnet: what the gateway forwards to. */
  readonly internalAddress: string;
  readonly routes: readonly Route[];
  /** Issues the routes' certificates. */
  readonly issuer: CertificateIssuer;
  /** The Kubernetes API, from which it learns Ingresses and endpoints. */
  readonly kubernetesApi: Endpoint<'coordination', 'kubernetes-api'>;
  /** Subnet of the gateway, whose `X-Forwarded-For` is believed. @default no gateway: clients come themselves */
  readonly gatewaySubnet?: string;
  /** @default 2 */
  readonly replicas?: number;
  /** @default the replicas: no autoscaling */
  readonly maxReplicas?: number;
  readonly resources?: Resources;
}

const DEFAULTS = {
  replicas: 2,
  resources: { cpuMillis: 500, memory: Size.mebibytes(512) },
} satisfies Partial<NginxIngressProps>;

const INGRESS_CLASS = 'hyperion-nginx';
/** One certificate for all routes, in the controller's own namespace, so that it needs no other namespace's Secrets. */
const ROUTES_CERTIFICATE = 'routes-tls';
/** Listening above 1024; the controller's binary still carries a file capability, see `addCapabilities` below. */
const HTTPS_PORT = 8443;
const READY_PORT = 8081;
const METRICS_PORT = 9113;
/** The image's own user. */
const UID = 101;
/** NGINX finishes open requests within its longest time-out before it stops. */
const DRAIN_SECONDS = 75;

export class NginxIngress extends Component {
  public readonly https: Endpoint<RoutedSignal, 'https'>;
  public readonly metrics: Endpoint<'metrics', 'prometheus-scrape'>;

  public constructor(scope: Platform, id: string, props: NginxIngressProps) {
    super(scope, id, props, {
      layer: 'ingress',
      summary: 'Ingress controller (F5 NGINX): TLS, limits and routes',
    });
    this.checkRoutes(props.routes);
    const served = [...new Set(props.routes.map((route) => namespaceOf(route)))].sort();
    this.addClass();
    this.addSettings(props);

    const workload = new Workload(this, id, {
      kind: 'Deployment',
      replicas: props.replicas ?? DEFAULTS.replicas,
      ...(props.maxReplicas === undefined
        ? {}
        : { autoscale: { maxReplicas: props.maxReplicas, cpuPercent: 70 } }),
      uid: UID,
      drainSeconds: DRAIN_SECONDS,
      identity: permissions(props.namespace, served),
      initContainers: [copyConfiguration(props.resources ?? DEFAULTS.resources)],
      container: this.controller(props, served),
    });
    this.https = workload.listen({
      name: 'https',
      port: HTTPS_PORT,
      protocol: 'https',
      signals: ['logs', 'metrics', 'traces', 'web'],
      access: 'write',
      tls: true,
    });
    this.metrics = workload.listenForScrapes({
      name: 'metrics',
      port: METRICS_PORT,
    });
    workload.listen({
      name: 'ready',
      port: READY_PORT,
      protocol: 'http',
      signals: ['coordination'],
      access: 'control',
    });
    workload.connect(props.kubernetesApi, {
      signals: ['coordination'],
      purpose: 'Ingresses, Services and endpoints',
      credential: { kind: 'token' },
    });
    addFrontService(this, 'load-balancer', {
      name: `${id}-internal`,
      address: props.internalAddress,
      ports: [{ name: 'https', port: 443, targetPort: HTTPS_PORT }],
    });
    addCertificate(this, 'certificate', {
      name: ROUTES_CERTIFICATE,
      dnsNames: props.routes.map((route) => route.host),
      issuer: props.issuer,
      usages: ['server auth'],
    });
    for (const route of props.routes) this.addRoute(workload, route);
  }

  private controller(props: NginxIngressProps, served: readonly string[]): ContainerSpec {
    return {
      image: CATALOG['nginx-ingress'],
      args: [
        '-nginx-configmaps=$(POD_NAMESPACE)/nginx-config',
        `-ingress-class=${INGRESS_CLASS}`,
        `-watch-namespace=${served.join(',')}`,
        `-watch-secret-namespace=${props.namespace}`,
        `-wildcard-tls-secret=${props.namespace}/${ROUTES_CERTIFICATE}`,
        '-enable-custom-resources=false',
        '-enable-leader-election=false',
        '-report-ingress-status=false',
        '-enable-telemetry-reporting=false',
        '-enable-snippets=false',
        '-nginx-status=false',
        '-enable-prometheus-metrics',
        `-prometheus-metrics-listen-port=${METRICS_PORT}`,
        '-ready-status',
        `-ready-status-port=${READY_PORT}`,
        '-default-http-listener-port=8080',
        `-default-https-listener-port=${HTTPS_PORT}`,
        '-log-format=json',
      ],
      env: { POD_NAMESPACE: { field: 'metadata.namespace' }, POD_NAME: { field: 'metadata.name' } },
      resources: props.resources ?? DEFAULTS.resources,
      probes: { readiness: { http: '/nginx-ready', port: READY_PORT } },
      // The image gives its binary this file capability; without it in the bounding set the kernel refuses to start it.
      addCapabilities: ['NET_BIND_SERVICE'],
      scratch: [
        { name: 'nginx-etc', mountPath: '/etc/nginx', size: Size.mebibytes(64) },
        { mountPath: '/var/cache/nginx', size: Size.gibibytes(1) },
        { mountPath: '/var/lib/nginx', size: Size.mebibytes(64) },
        { mountPath: '/var/lib/nginx/state', size: Size.mebibytes(64) },
        { mountPath: '/var/log/nginx', size: Size.mebibytes(64) },
      ],
    };
  }

  private addClass(): void {
    const ingressClass = new kplus.k8s.KubeIngressClass(this, 'ingress-class', {
      metadata: { name: INGRESS_CLASS },
      spec: { controller: 'nginx.org/ingress-controller' },
    });
    clusterScoped(ingressClass);
  }

  /** The controller reads this ConfigMap over the API; it is no file of the pod. */
  private addSettings(props: NginxIngressProps): void {
    new kplus.ConfigMap(this, 'settings', {
      metadata: { name: 'nginx-config' },
      data: {
        'ssl-protocols': 'TLSv1.2 TLSv1.3',
        'server-tokens': 'False',
        hsts: 'True',
        'hsts-max-age': '31536000',
        http2: 'True',
        ...(props.gatewaySubnet === undefined
          ? {}
          : { 'set-real-ip-from': props.gatewaySubnet, 'real-ip-header': 'X-Forwarded-For' }),
        // Slow clients must not hold connections: NGINX's default is a minute for each.
        'client-max-body-size': '1m',
        'keepalive-timeout': '65s',
        'worker-shutdown-timeout': `${DRAIN_SECONDS - 10}s`,
      },
    });
  }

  private addRoute(workload: Workload, route: Route): void {
    const namespace = namespaceOf(route);
    const service = route.to.owner.id;
    new kplus.k8s.KubeIngress(this, `route-${route.name}`, {
      metadata: { name: route.name, namespace, annotations: routeAnnotations(route, service) },
      spec: {
        ingressClassName: INGRESS_CLASS,
        // Without a Secret of its own, the route uses the controller's certificate (`-wildcard-tls-secret`).
        tls: [{ hosts: [route.host] }],
        rules: [
          {
            host: route.host,
            http: {
              paths: [
                {
                  path: '/',
                  pathType: 'Prefix',
                  backend: { service: { name: service, port: { number: route.to.port } } },
                },
              ],
            },
          },
        ],
      },
    });
    connect(route.from, this.https, { signals: route.signals, purpose: `route ${route.name}` });
    workload.connect(route.to, {
      signals: route.signals as readonly never[],
      purpose: `route ${route.name}`,
      credential: { kind: 'forwarded' },
    });
  }

  private checkRoutes(routes: readonly Route[]): void {
    const seen = new Set<string>();
    for (const route of routes) {
      if (seen.has(route.host)) {
        this.problem({
          property: `routes.${route.name}.host`,
          value: route.host,
          rule: 'one host leads to one place: gRPC and HTTP are told apart by host',
          remedy: 'give each route a host of its own',
        });
      }
      seen.add(route.host);
      if (bytesOf(route.maxBody) > 64 * 1024 ** 2) {
        this.problem({
          property: `routes.${route.name}.maxBody`,
          value: `${route.maxBody.toMebibytes()}Mi`,
          rule: 'a body is at most 64 MiB: NGINX holds it before the collector sees it',
          remedy: 'let senders use smaller batches',
        });
      }
    }
  }
}

function namespaceOf(route: Route): string {
  const { reach } = route.to.owner;
  if (reach.kind === 'pods') return reach.namespace;
  throw new Error(`route ${route.name} leads to ${route.to.owner.id}, which is no workload of this platform`);
}

/** A read-only root file system still needs the image's own configuration where NGINX writes the generated one. */
function copyConfiguration(resources: Resources): ContainerSpec & { readonly name: string } {
  return {
    name: 'copy-configuration',
    image: CATALOG['nginx-ingress'],
    command: ['cp', '-dR', '/etc/nginx/.', '/mnt/etc'],
    resources: { cpuMillis: 50, memory: resources.memory },
    scratch: [{ name: 'nginx-etc', mountPath: '/mnt/etc', size: Size.mebibytes(64) }],
  };
}

/** Secrets are read in the controller's own namespace only, where the one certificate of all routes lies. */
function permissions(own: string, served: readonly string[]): IdentityProps {
  const read = ['get', 'list', 'watch'] as const;
  const routes: readonly PermissionRule[] = [
    { apiGroup: '', resources: ['services', 'pods'], verbs: read },
    { apiGroup: '', resources: ['events'], verbs: ['create', 'patch'] },
    { apiGroup: 'discovery.k8s.io', resources: ['endpointslices'], verbs: read },
    { apiGroup: 'networking.k8s.io', resources: ['ingresses'], verbs: read },
  ];
  return {
    permissions: {
      ...Object.fromEntries(served.map((namespace) => [namespace, routes])),
      [own]: [{ apiGroup: '', resources: ['configmaps', 'secrets', 'pods'], verbs: read }],
    },
    // IngressClasses and namespaces belong to the cluster.
    clusterPermissions: [
      { apiGroup: 'networking.k8s.io', resources: ['ingressclasses'], verbs: read },
      { apiGroup: '', resources: ['namespaces'], verbs: ['get'] },
    ],
  };
}
