/**
 * What the gateway listens to and where it leads: the parts of an Application Gateway, which name each other by ID. Pure.
 */
import { interpolate, type Output } from '@pulumi/pulumi';
import type { ApplicationGatewayArgs } from '@pulumi/azure-native/network/applicationGateway';
import type { network as input } from '@pulumi/azure-native/types/input';

/** Where OTLP/HTTP is posted to. Source: OpenTelemetry Protocol specification, "OTLP/HTTP Request". */
export const OTLP_PATHS = ['/v1/traces', '/v1/metrics', '/v1/logs'];

export interface Site {
  readonly kind: 'telemetry' | 'web';
  readonly host: string;
  /** @default one that says by its refusal that the collector is there */
  readonly healthPath?: string;
  /** Rules for requests to this host. */
  readonly firewallPolicyId: Output<string>;
}

export interface ListenerInputs {
  /** The gateway's own ID, with which those of its parts begin. */
  readonly gatewayId: Output<string>;
  readonly sites: readonly Site[];
  readonly backend: { readonly address: string; readonly port: number };
  /** Whether a root of our own signs the backend's certificate. */
  readonly ownRoot: boolean;
}

export type Listeners = Required<
  Pick<
    ApplicationGatewayArgs,
    | 'frontendPorts'
    | 'backendAddressPools'
    | 'backendHttpSettingsCollection'
    | 'probes'
    | 'httpListeners'
    | 'redirectConfigurations'
    | 'requestRoutingRules'
    | 'urlPathMaps'
  >
>;

/** Names of parts that `edge.ts` makes. */
export const PARTS = { frontend: 'public', certificate: 'certificate', root: 'backend-root' } as const;

/** Longer than the ingress routes allow (60 s), so that NGINX, which knows more, gives the answer. */
const REQUEST_TIMEOUT_SECONDS = 70;
/** Two probes missed in half a minute take the backend out; its own load balancer has left a sick node long before. */
const PROBE = { interval: 10, timeout: 10, unhealthyThreshold: 2 };
/**
 * A GET where only POSTs are taken: the collector answers 405, or 401 while it has not seen a token. Both say that it lives;
 * NGINX alone would answer 502 or 503.
 */
const TELEMETRY_PROBE = { path: '/v1/logs', statusCodes: ['401', '405'] };
const WEB_PROBE = { path: '/', statusCodes: ['200-399'] };

export function listeners(inputs: ListenerInputs): Listeners {
  const ref = (kind: string, name: string) => ({ id: interpolate`${inputs.gatewayId}/${kind}/${name}` });
  const { sites, backend } = inputs;
  return {
    frontendPorts: [
      { name: 'http', port: 80 },
      { name: 'https', port: 443 },
    ],
    backendAddressPools: [
      { name: 'ingress', backendAddresses: [{ ipAddress: backend.address }] },
      // Where requests end that nobody serves: a path map has to name a pool for them, and this one answers 502.
      { name: 'nowhere', backendAddresses: [] },
    ],
    backendHttpSettingsCollection: sites.map((site) => backendSettings(site, inputs, ref)),
    probes: sites.map((site) => probe(site, backend.port)),
    httpListeners: sites.flatMap((site) => [
      listener(site, 'http', ref),
      { ...listener(site, 'https', ref), sslCertificate: ref('sslCertificates', PARTS.certificate) },
    ]),
    redirectConfigurations: sites.map(({ kind }) => ({
      name: `${kind}-to-https`,
      redirectType: 'Permanent',
      targetListener: ref('httpListeners', `${kind}-https`),
      includePath: true,
      includeQueryString: true,
    })),
    requestRoutingRules: sites.flatMap((site, place) => routing(site, place, ref)),
    urlPathMaps: sites.filter(({ kind }) => kind === 'telemetry').map((site) => otlpPaths(site, ref)),
  };
}

type Ref = (kind: string, name: string) => { readonly id: Output<string> };

function backendSettings(
  { kind, host }: Site,
  { backend, ownRoot }: ListenerInputs,
  ref: Ref,
): input.ApplicationGatewayBackendHttpSettingsArgs {
  return {
    name: kind,
    protocol: 'Https',
    port: backend.port,
    // Server name and Host header, by which NGINX finds route and certificate, and against which the gateway checks it.
    hostName: host,
    requestTimeout: REQUEST_TIMEOUT_SECONDS,
    cookieBasedAffinity: 'Disabled',
    connectionDraining: { enabled: true, drainTimeoutInSec: REQUEST_TIMEOUT_SECONDS },
    probe: ref('probes', kind),
    // Without one, the gateway asks for an authority that everybody knows.
    ...(ownRoot ? { trustedRootCertificates: [ref('trustedRootCertificates', PARTS.root)] } : {}),
  };
}

function probe({ kind, host, healthPath }: Site, port: number): input.ApplicationGatewayProbeArgs {
  const usual = kind === 'telemetry' ? TELEMETRY_PROBE : WEB_PROBE;
  const { path, statusCodes } =
    healthPath === undefined ? usual : { path: healthPath, statusCodes: ['200-399'] };
  return { name: kind, protocol: 'Https', host, port, path, match: { statusCodes }, ...PROBE };
}

function listener(
  { kind, host, firewallPolicyId }: Site,
  protocol: 'http' | 'https',
  ref: Ref,
): input.ApplicationGatewayHttpListenerArgs {
  return {
    name: `${kind}-${protocol}`,
    frontendIPConfiguration: ref('frontendIPConfigurations', PARTS.frontend),
    frontendPort: ref('frontendPorts', protocol),
    protocol: protocol === 'https' ? 'Https' : 'Http',
    hostName: host,
    requireServerNameIndication: protocol === 'https',
    firewallPolicy: { id: firewallPolicyId },
  };
}

/** A rule's priority is its own: sites stand in a fixed order, and each has ten. */
function routing({ kind }: Site, place: number, ref: Ref): input.ApplicationGatewayRequestRoutingRuleArgs[] {
  const priority = 100 + place * 10;
  const https = { name: `${kind}-https`, priority, httpListener: ref('httpListeners', `${kind}-https`) };
  return [
    kind === 'telemetry'
      ? { ...https, ruleType: 'PathBasedRouting', urlPathMap: ref('urlPathMaps', kind) }
      : {
          ...https,
          ruleType: 'Basic',
          backendAddressPool: ref('backendAddressPools', 'ingress'),
          backendHttpSettings: ref('backendHttpSettingsCollection', kind),
        },
    {
      name: `${kind}-http`,
      priority: priority + 1,
      ruleType: 'Basic',
      httpListener: ref('httpListeners', `${kind}-http`),
      redirectConfiguration: ref('redirectConfigurations', `${kind}-to-https`),
    },
  ];
}

function otlpPaths({ kind }: Site, ref: Ref): input.ApplicationGatewayUrlPathMapArgs {
  const settings = ref('backendHttpSettingsCollection', kind);
  return {
    name: kind,
    defaultBackendAddressPool: ref('backendAddressPools', 'nowhere'),
    defaultBackendHttpSettings: settings,
    pathRules: [
      {
        name: 'otlp',
        paths: OTLP_PATHS,
        backendAddressPool: ref('backendAddressPools', 'ingress'),
        backendHttpSettings: settings,
      },
    ],
  };
}
