/**
 * What an operator decides about the Application Gateway: whose names it answers to, with which certificate, for whom, and
 * how large it may become. Systems whose clients come to the internal load balancer have no such section.
 */
import { type Static, Type } from '@sinclair/typebox';
import type { AzureAddresses } from '../address-plan';
import { parseBlock } from '../cidr';
import type { CloudDemand } from '../cloud';
import type { SettingProblem } from '../setting-error';
import { holds } from './network-settings';

export const GatewaySettings = Type.Object(
  {
    /** Host to which senders of OTLP/HTTP come, e.g. `otlp.hyperion.example.com`. */
    telemetryHost: Type.String(),
    /** Grafana's host. */
    webHost: Type.String(),
    /** Serves both hosts. The vault is there before the stack: a gateway cannot be made without its certificate. */
    certificate: Type.Object(
      {
        /** Full ID of the Key Vault. */
        vaultId: Type.String(),
        /** Name of the certificate in it; its latest version is used, so that a renewal needs no deployment. */
        name: Type.String(),
      },
      { additionalProperties: false },
    ),
    /**
     * Name of a secret in that vault: the root that signs the ingress controller's certificate.
     * @default an authority that everybody knows signs it
     */
    backendRoot: Type.Optional(Type.String()),
    /** Networks from which senders and people come, CIDR; `0.0.0.0/0` for everybody. */
    clients: Type.Array(Type.String()),
    /** Instances that run always: each takes some 10 capacity units, which also decides how fast a rush is met. */
    minInstances: Type.Integer(),
    maxInstances: Type.Integer(),
  },
  { additionalProperties: false },
);
export type GatewaySettings = Static<typeof GatewaySettings>;

const VAULT_ID =
  /^\/subscriptions\/[0-9a-f-]{36}\/resourceGroups\/[^/]+\/providers\/Microsoft\.KeyVault\/vaults\/([A-Za-z][A-Za-z0-9-]{1,22}[A-Za-z0-9])$/;
const OBJECT_NAME = /^[A-Za-z0-9-]{1,127}$/;
/** What a v2 gateway has at most. Source: Microsoft Learn, "Application Gateway infrastructure configuration". */
const MOST_INSTANCES = 125;
/** With one, an upgrade of the instance is an outage. */
const LEAST_IN_PROD = 2;

/** Address, inside the network, that reads a secret's latest version. */
export function secretUrl(vaultId: string, name: string): string {
  return `https://${VAULT_ID.exec(vaultId)?.[1] ?? ''}.vault.azure.net/secrets/${name}`;
}

export function checkGateway(
  demand: Pick<CloudDemand, 'hosts' | 'inbound' | 'tier'>,
  addresses: AzureAddresses,
  settings: GatewaySettings,
  path: string,
): SettingProblem[] {
  return [
    ...hosts(demand, settings, path),
    ...certificate(settings, path),
    ...capacity(demand, settings, path),
    ...clients(settings, path),
    ...backend(demand, addresses, path),
  ];
}

function hosts(
  demand: Pick<CloudDemand, 'hosts'>,
  settings: GatewaySettings,
  path: string,
): SettingProblem[] {
  const known = demand.hosts.map(({ host }) => host);
  const unknown = (['telemetryHost', 'webHost'] as const)
    .filter((property) => !known.includes(settings[property]))
    .map((property) => ({
      path,
      property,
      value: settings[property],
      rule: `the gateway leads to a host to which the platform answers: ${known.join(', ') || 'there is none'}`,
      remedy: "name one of these, or correct the domain in the environment's values",
    }));
  if (settings.telemetryHost !== settings.webHost) return unknown;
  return [
    ...unknown,
    {
      path,
      property: 'webHost',
      value: settings.webHost,
      rule: 'telemetry and pages have hosts of their own, each with its rules',
      remedy: "name Grafana's host",
    },
  ];
}

function certificate(
  { certificate: { vaultId, name }, backendRoot }: GatewaySettings,
  path: string,
): SettingProblem[] {
  const problems: SettingProblem[] = [];
  if (!VAULT_ID.test(vaultId)) {
    problems.push({
      path: `${path}.certificate`,
      property: 'vaultId',
      value: vaultId,
      rule: 'the certificate lies in a Key Vault, named by its full ID',
      remedy: 'write /subscriptions/<id>/resourceGroups/<group>/providers/Microsoft.KeyVault/vaults/<vault>',
    });
  }
  const names = [
    { path: `${path}.certificate`, property: 'name', value: name },
    ...(backendRoot === undefined ? [] : [{ path, property: 'backendRoot', value: backendRoot }]),
  ];
  for (const at of names.filter(({ value }) => !OBJECT_NAME.test(value))) {
    problems.push({
      ...at,
      rule: 'a name in a Key Vault has letters, digits and hyphens only, without a version',
      remedy: 'write the name alone: the gateway follows its latest version',
    });
  }
  return problems;
}

function capacity(
  { tier }: Pick<CloudDemand, 'tier'>,
  { minInstances, maxInstances }: GatewaySettings,
  path: string,
): SettingProblem[] {
  const problems: SettingProblem[] = [];
  if (minInstances > maxInstances) {
    problems.push({
      path,
      property: 'minInstances',
      value: minInstances,
      rule: `a gateway has at least as many instances as its least, and at most ${maxInstances} are allowed`,
      remedy: 'raise maxInstances or lower minInstances',
    });
  }
  if (maxInstances < 1 || maxInstances > MOST_INSTANCES) {
    problems.push({
      path,
      property: 'maxInstances',
      value: maxInstances,
      rule: `a gateway of version 2 has 1 to ${MOST_INSTANCES} instances`,
      remedy: 'choose a number between them',
    });
  }
  const least = tier === 'prod' ? LEAST_IN_PROD : 0;
  if (minInstances < least) {
    problems.push({
      path,
      property: 'minInstances',
      value: minInstances,
      rule: `in ${tier} at least ${least} instances run: with fewer, an upgrade of one is an outage`,
      remedy: `set ${least} or more`,
    });
  }
  return problems;
}

function clients({ clients: blocks }: GatewaySettings, path: string): SettingProblem[] {
  const problem = (value: unknown, rule: string): SettingProblem => ({
    path,
    property: 'clients',
    value,
    rule,
    remedy: 'name the networks of senders and people, e.g. 203.0.113.0/24, or 0.0.0.0/0 for everybody',
  });
  if (blocks.length === 0) return [problem(blocks, 'a gateway is there for somebody')];
  return blocks
    .filter((block) => parseBlock(block) === undefined)
    .map((block) => problem(block, 'a network is a CIDR block that begins at its own first address'));
}

function backend(
  { inbound }: Pick<CloudDemand, 'inbound'>,
  addresses: AzureAddresses,
  path: string,
): SettingProblem[] {
  if (backendOf(inbound, addresses) !== undefined) return [];
  return [
    {
      path,
      property: 'gateway',
      value: addresses.gateway,
      rule: `the platform takes requests from the gateway's subnet at one address, and none of its flows begins in ${addresses.gateway}`,
      remedy:
        "give the ingress controller this subnet as the gateway's in the environment's values, or remove the section",
    },
  ];
}

/** Where the gateway's requests go: the ingress controller's static address. */
export function backendOf(
  inbound: CloudDemand['inbound'],
  { gateway }: AzureAddresses,
): { readonly address: string; readonly port: number } | undefined {
  const flow = inbound.find(({ from, to }) => to.length === 1 && from.some((block) => holds(gateway, block)));
  const address = flow?.to[0]?.split('/')[0];
  return flow === undefined || address === undefined ? undefined : { address, port: flow.port };
}
