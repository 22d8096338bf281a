/**
 * The Application Gateway (WAF_v2): the one public address of the environment, for OTLP/HTTP and Grafana, in front of the
 * NGINX ingress controller's static internal address.
 *
 * Version 2 speaks HTTP/2 to clients, but HTTP/1.1 to backends, so it carries no OTLP/gRPC. Senders of OTLP/gRPC come past it,
 * as Microsoft documents for protocols that it does not speak: from peered networks, through the Azure Firewall
 * (firewall-rules.ts), to the same ingress controller (constructs/ingress/application-gateway.ts).
 */
import { interpolate, type Output, type Resource } from '@pulumi/pulumi';
import * as network from '@pulumi/azure-native/network';
import type { AzureAddresses } from '../address-plan';
import type { CloudDemand } from '../cloud';
import { type AzureContext, inLayer } from './context';
import { listeners, PARTS, type Site } from './gateway-listeners';
import { backendOf, type GatewaySettings, secretUrl } from './gateway-settings';
import { grantRole, makeIdentity } from './identity';
import { type Monitoring, sendDiagnostics } from './monitoring';
import type { Network } from './network';
import { publicAddress } from './public-address';
import { makeWebApplicationFirewall, type WebApplicationFirewall } from './waf';

export interface Edge {
  readonly publicAddress: Output<string>;
  /** The hosts that it serves. */
  readonly hosts: readonly string[];
}

export interface EdgeInputs {
  readonly network: Pick<Network, 'subnetId' | 'ready'>;
  readonly monitoring: Monitoring;
  readonly addresses: AzureAddresses;
  readonly demand: Pick<CloudDemand, 'hosts' | 'inbound'>;
  readonly settings: GatewaySettings;
}

/** TLS 1.2 and 1.3, with forward secrecy. Source: Microsoft Learn, "Application Gateway TLS policy overview". */
const TLS_POLICY = { policyType: 'Predefined', policyName: 'AppGwSslPolicy20220101' };

/** What the rules found. Every single request is in the platform's own logs already (NGINX), at a tenth of the price. */
const DIAGNOSTICS = ['ApplicationGatewayFirewallLog'];

export function makeEdge(outer: AzureContext, inputs: EdgeInputs): Edge {
  const context = inLayer(outer, 'Edge');
  const { settings } = inputs;
  const address = publicAddress(context, 'gateway');
  const identity = certificateReader(context, settings);
  const waf = makeWebApplicationFirewall(context);
  const name = context.name('gateway');
  const gateway = new network.ApplicationGateway(
    name,
    {
      applicationGatewayName: name,
      resourceGroupName: context.resourceGroupName,
      location: context.location,
      zones: [...context.zones],
      sku: { name: 'WAF_v2', tier: 'WAF_v2' },
      autoscaleConfiguration: { minCapacity: settings.minInstances, maxCapacity: settings.maxInstances },
      enableHttp2: true,
      sslPolicy: TLS_POLICY,
      firewallPolicy: { id: waf.web.id },
      identity: { type: 'UserAssigned', userAssignedIdentities: [identity.id] },
      gatewayIPConfigurations: [{ name: 'subnet', subnet: { id: inputs.network.subnetId.gateway } }],
      frontendIPConfigurations: [{ name: PARTS.frontend, publicIPAddress: { id: address.id } }],
      ...certificates(settings),
      ...listeners({
        gatewayId: interpolate`/subscriptions/${context.subscriptionId}/resourceGroups/${context.resourceGroupName}/providers/Microsoft.Network/applicationGateways/${name}`,
        sites: sites(inputs, waf),
        backend: ingressController(inputs),
        ownRoot: settings.backendRoot !== undefined,
      }),
      tags: context.tags,
    },
    { ...context.options, dependsOn: [...identity.mayRead, ...inputs.network.ready] },
  );
  sendDiagnostics(context, inputs.monitoring, {
    name: 'gateway',
    resourceId: gateway.id,
    categories: DIAGNOSTICS,
  });
  return {
    publicAddress: address.ipAddress,
    hosts: [settings.telemetryHost, settings.webHost],
  };
}

/** An identity of the gateway's own, which may read its certificate, and its backend's root, and nothing else of the vault. */
function certificateReader(
  context: AzureContext,
  { certificate: { vaultId, name }, backendRoot }: GatewaySettings,
): { readonly id: Output<string>; readonly mayRead: readonly Resource[] } {
  const identity = makeIdentity(context, 'gateway');
  const grant = (what: string, secret: string): Resource =>
    grantRole(context, {
      name: `gateway-reads-${what}`,
      role: 'Key Vault Secrets User',
      scope: `${vaultId}/secrets/${secret}`,
      principalId: identity.principalId,
    });
  const mayRead = [grant('certificate', name)];
  if (backendRoot !== undefined) mayRead.push(grant('backend-root', backendRoot));
  return { id: identity.id, mayRead };
}

function certificates({
  certificate: { vaultId, name },
  backendRoot,
}: GatewaySettings): Pick<network.ApplicationGatewayArgs, 'sslCertificates' | 'trustedRootCertificates'> {
  return {
    // Without a version: the gateway looks for a new one every four hours.
    sslCertificates: [{ name: PARTS.certificate, keyVaultSecretId: secretUrl(vaultId, name) }],
    ...(backendRoot === undefined
      ? {}
      : {
          trustedRootCertificates: [{ name: PARTS.root, keyVaultSecretId: secretUrl(vaultId, backendRoot) }],
        }),
  };
}

function sites({ demand, settings }: EdgeInputs, waf: WebApplicationFirewall): Site[] {
  const site = (kind: Site['kind'], host: string): Site => {
    const healthPath = demand.hosts.find((one) => one.host === host)?.healthPath;
    return {
      kind,
      host,
      firewallPolicyId: waf[kind].id,
      ...(healthPath === undefined ? {} : { healthPath }),
    };
  };
  return [site('telemetry', settings.telemetryHost), site('web', settings.webHost)];
}

function ingressController({ demand, addresses }: EdgeInputs): { address: string; port: number } {
  const backend = backendOf(demand.inbound, addresses);
  if (backend === undefined)
    throw new Error('the gateway has nothing to lead to: checkGateway says how to mend it');
  return backend;
}
