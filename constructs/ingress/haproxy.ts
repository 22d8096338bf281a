/**
 * HAProxy, the classic system's door: ends TLS, limits each source, checks each application's health and hands requests
 * to those that answer. What it exposes are endpoints; its frontends, backends and the network follow from the routes.
 *
 * It listens above 1024, so that it needs no capability; its Service has the ports that clients know.
 */
import { Size, type Duration } from 'cdk8s';
import { CATALOG } from '../core/catalog';
import { addCertificate, type CertificateIssuer, type CertificateSecret } from '../core/certificate';
import { Component, type ComponentProps } from '../core/component';
import { ConfigFile } from '../core/config-file';
import { connect } from '../core/connect';
import { limitsOf, type ContainerSpec, type Resources } from '../core/container-spec';
import type { Endpoint, Telemetry } from '../core/endpoint';
import type { External } from '../core/party';
import type { Platform } from '../core/platform';
import type { SecretRef } from '../core/secrets';
import { Workload } from '../core/workload';
import { addFrontService } from './front-service';
import {
  HAPROXY_DIRS,
  HAPROXY_PORTS,
  haproxyLines,
  HARD_STOP_SECONDS,
  HEALTH_PATH,
  METRICS_PATH,
  renderHAProxy,
  STATS_PATH,
  type BackendConfig,
} from './haproxy-config';
import { routeMistakes } from './haproxy-checks';
import { haproxyScript } from './haproxy-script';

/** What may be asked of an application from outside. */
export type ExposedSignal = Telemetry | 'web' | 'queries';

export interface HAProxyRoute {
  /** Lower-case words joined by hyphens, unique; the backend's name. */
  readonly name: string;
  /** Public host name. */
  readonly host: string;
  /** The door by which it is reached. @default the first one */
  readonly frontend?: string;
  /** The application: a Service, or each pod of a StatefulSet. */
  readonly to: Endpoint<never, 'http' | 'https' | 'prometheus-query' | 'alertmanager-api' | 'elasticsearch'>;
  /** Of an application that speaks TLS: its `ca.crt` is what it is trusted by. */
  readonly authority?: CertificateSecret;
  readonly signals: readonly ExposedSignal[];
  /** Who may come by this route; everybody else gets 403. */
  readonly from: readonly External[];
  /** Answers 200 to 399 while the application can serve, e.g. `/api/health`. */
  readonly healthPath: string;
  /** How long the application may take. */
  readonly timeout: Duration;
  /** Requests each second and source, over ten seconds, in each replica; more get 429. */
  readonly requestsPerSecond: number;
}

export interface HAProxyFrontend {
  /** Lower-case, at most 15 characters: also the port's name. */
  readonly name: string;
  /** On which the pod listens, above 1024. */
  readonly port: number;
  /** On which its Service is reached. */
  readonly servicePort: number;
}

export interface HAProxyProps extends ComponentProps {
  readonly routes: readonly HAProxyRoute[];
  /** One certificate for all hosts, from cert-manager; or key and chain in one PEM text, in the environment's store. */
  readonly certificates:
    | { readonly kind: 'issuer'; readonly issuer: CertificateIssuer }
    | { readonly kind: 'secret'; readonly bundle: SecretRef };
  /** Who can reach it at all: the cluster's pods, or also networks around it, by a static internal address. */
  readonly exposure:
    { readonly kind: 'cluster' } | { readonly kind: 'internal-load-balancer'; readonly address: string };
  /** Doors with TLS. @default HAPROXY_DEFAULTS.frontends: one, on 443 */
  readonly frontends?: readonly [HAProxyFrontend, ...(readonly HAProxyFrontend[])];
  /** @default 2 */
  readonly replicas?: number;
  /** At once, in each replica. @default HAPROXY_DEFAULTS.maxConnections */
  readonly maxConnections?: number;
  /** Also run the exporter that the document names, which its makers have retired. @default false */
  readonly legacyExporter?: boolean;
  /** @default HAPROXY_DEFAULTS.resources */
  readonly resources?: Resources;
}

const HAPROXY_DEFAULTS = {
  frontends: [{ name: 'https', port: 8443, servicePort: 443 }],
  replicas: 2,
  // A connection with TLS on it takes some 64 KiB: half of the memory below.
  maxConnections: 4000,
  resources: { cpuMillis: 500, memory: Size.mebibytes(512) },
} as const satisfies Partial<HAProxyProps>;

/** User `haproxy` of the image. */
const UID = 99;
/** The cluster takes some seconds to send nobody here any more. */
const LEAVING_SECONDS = 5;
const REDIRECT = { name: 'http', port: HAPROXY_PORTS.redirect, servicePort: 80 } as const;
const EXPOSED: readonly ExposedSignal[] = ['logs', 'metrics', 'traces', 'web', 'queries'];

export class HAProxy extends Component {
  /** The first door. */
  public readonly https: Endpoint<ExposedSignal, 'https'>;
  public readonly metrics: Endpoint<'metrics', 'prometheus-scrape'>;
  /** Of the retired exporter, where it runs. */
  public readonly legacyMetrics: Endpoint<'metrics', 'prometheus-scrape'> | undefined;

  public constructor(scope: Platform, id: string, props: HAProxyProps) {
    super(scope, id, props, {
      layer: 'ingress',
      summary: 'Door of the applications (HAProxy): TLS, limits, health',
    });
    const frontends = props.frontends ?? HAPROXY_DEFAULTS.frontends;
    for (const mistake of routeMistakes(props.routes, frontends)) this.problem(mistake);

    const workload = new Workload(this, id, {
      kind: 'Deployment',
      replicas: props.replicas ?? HAPROXY_DEFAULTS.replicas,
      uid: UID,
      drainSeconds: LEAVING_SECONDS + HARD_STOP_SECONDS + 5,
      container: this.server(props, frontends),
      sidecars: props.legacyExporter === true ? [legacyExporter()] : [],
    });
    const doors = frontends.map(({ name, port }) => ({
      name,
      endpoint: workload.listen({
        name,
        port,
        protocol: 'https',
        signals: EXPOSED,
        access: 'read',
        tls: true,
      }),
    }));
    const [first] = doors;
    if (first === undefined) throw new Error('at least one frontend');
    this.https = first.endpoint;
    this.metrics = workload.listenForScrapes({
      name: 'metrics',
      port: HAPROXY_PORTS.metrics,
      path: METRICS_PATH,
    });
    this.legacyMetrics =
      props.legacyExporter === true
        ? workload.listenForScrapes(
            { name: 'legacy-metrics', port: HAPROXY_PORTS.legacyMetrics, path: METRICS_PATH },
            LEGACY_NAME,
          )
        : undefined;
    const redirect = workload.listen({
      name: REDIRECT.name,
      port: REDIRECT.port,
      protocol: 'http',
      signals: ['web'],
      access: 'read',
    });
    addFrontService(this, 'front', {
      name: `${id}-front`,
      address: props.exposure.kind === 'cluster' ? undefined : props.exposure.address,
      ports: [REDIRECT, ...frontends].map(({ name, port, servicePort }) => ({
        name,
        port: servicePort,
        targetPort: port,
      })),
    });
    for (const route of props.routes) {
      const door = doors.find(({ name }) => name === route.frontend) ?? first;
      addRoute(workload, route, door.endpoint, redirect);
    }
  }

  private server(props: HAProxyProps, frontends: readonly HAProxyFrontend[]): ContainerSpec {
    const id = this.node.id;
    const resources: Resources = props.resources ?? HAPROXY_DEFAULTS.resources;
    const certificate = this.certificate(props);
    const authorities = props.routes.flatMap(({ name, authority }) =>
      authority === undefined
        ? []
        : [{ mountPath: `${HAPROXY_DIRS.authorities}/${name}`, ...authority, keys: ['ca.crt'] }],
    );
    const sections = renderHAProxy({
      certificate: `${HAPROXY_DIRS.tls}/${certificate.key}`,
      maxConnections: props.maxConnections ?? HAPROXY_DEFAULTS.maxConnections,
      threads: Math.ceil(limitsOf(resources).cpuMillis / 1000),
      frontends,
      backends: props.routes.map((route) => backendOf(route, frontends)),
      stats: props.legacyExporter === true,
    });
    const files = [
      `${HAPROXY_DIRS.tls}/${certificate.key}`,
      ...authorities.map(({ mountPath }) => `${mountPath}/ca.crt`),
    ];
    const config = this.configMap(`${id}-config`, [
      ConfigFile.lines('haproxy.cfg', haproxyLines(sections)),
      ConfigFile.lines('haproxy.sh', haproxyScript(files)),
    ]);
    return {
      image: CATALOG.haproxy,
      command: ['/bin/sh', `${HAPROXY_DIRS.config}/haproxy.sh`],
      resources,
      probes: { readiness: { http: HEALTH_PATH, port: HAPROXY_PORTS.metrics } },
      preStop: ['sleep', String(LEAVING_SECONDS)],
      configs: [{ mountPath: HAPROXY_DIRS.config, config }],
      secretFiles: [
        { mountPath: HAPROXY_DIRS.tls, secretName: certificate.secretName, keys: [certificate.key] },
        ...authorities,
      ],
      scratch: [{ mountPath: '/tmp', size: Size.mebibytes(16) }],
    };
  }

  private certificate(props: HAProxyProps): { readonly secretName: string; readonly key: string } {
    if (props.certificates.kind === 'secret') return this.secret(props.certificates.bundle);
    const { secretName } = addCertificate(this, 'certificate', {
      name: `${this.node.id}-tls`,
      dnsNames: [...new Set(props.routes.map(({ host }) => host))],
      issuer: props.certificates.issuer,
      usages: ['server auth'],
      combinedPem: true,
    });
    return { secretName, key: 'tls-combined.pem' };
  }
}

const LEGACY_NAME = 'legacy-exporter';

function legacyExporter(): ContainerSpec & { readonly name: string } {
  const { metrics, legacyMetrics } = HAPROXY_PORTS;
  return {
    name: LEGACY_NAME,
    image: CATALOG['haproxy-exporter'],
    args: [
      `--haproxy.scrape-uri=http://127.0.0.1:${metrics}${STATS_PATH};csv`,
      `--web.listen-address=:${legacyMetrics}`,
    ],
    resources: { cpuMillis: 50, memory: Size.mebibytes(64) },
    probes: { readiness: { http: '/', port: legacyMetrics } },
  };
}

function addRoute(
  workload: Workload,
  route: HAProxyRoute,
  door: Endpoint<ExposedSignal, 'https'>,
  redirect: Endpoint<'web', 'http'>,
): void {
  const purpose = `route ${route.name}`;
  for (const guest of route.from) {
    connect(guest, door, { signals: route.signals, purpose });
    connect(guest, redirect, { signals: ['web'], purpose: `${purpose}: redirect to TLS` });
  }
  workload.connect(route.to, {
    signals: route.signals as readonly never[],
    purpose,
    credential: { kind: 'forwarded' },
  });
}

function backendOf(route: HAProxyRoute, frontends: readonly HAProxyFrontend[]): BackendConfig {
  const { owner, port, via } = route.to;
  const everyPod = owner instanceof Workload && (via === 'headless' || owner.kind === 'StatefulSet');
  const guests = route.from.map(({ reach }) => reach);
  return {
    name: route.name,
    frontend: route.frontend ?? frontends[0]?.name ?? '',
    host: route.host,
    allowed: guests.flatMap((reach) => (reach.kind === 'addresses' ? reach.cidrs : [])),
    refused: guests.flatMap((reach) => (reach.kind === 'addresses' ? (reach.except ?? []) : [])),
    address: `${everyPod ? owner.headlessHost : route.to.host}:${port}`,
    pods: everyPod ? owner.maxReplicas : undefined,
    authority: route.to.tls ? `${HAPROXY_DIRS.authorities}/${route.name}/ca.crt` : undefined,
    healthPath: route.healthPath,
    timeout: route.timeout,
    requestsPerSecond: route.requestsPerSecond,
  };
}
