/**
 * The environment's Key Vault, private, and the secrets in it: random ones for what only programs need to know, given ones from
 * the stack's own secret settings. What nobody gives is put into the vault by hand.
 *
 * The machine that runs `pulumi up` needs no way into the private network for it: secrets and keys are written through Azure
 * Resource Manager, which the vault's firewall does not concern (github.com/MicrosoftDocs/azure-docs/issues/68668). Putting one in
 * by hand goes through the vault itself, from inside the network.
 */
import * as keyvault from '@pulumi/azure-native/keyvault';
import { all, secret, type Output, type Resource } from '@pulumi/pulumi';
import { RandomPassword } from '@pulumi/random/randomPassword';
import { Type, type Static } from '@sinclair/typebox';
import type { CloudDemand } from '../cloud';
import type { SettingProblem } from '../setting-error';
import { inLayer, type AzureContext } from './context';
import { makeOperatorIdentity, type WorkloadIdentity } from './identity';
import { sendDiagnostics, type Monitoring } from './monitoring';
import { keyVaultName } from './names';
import type { Network } from './network';
import { makePrivateEndpoint } from './private-endpoint';

export const SecretsSettings = Type.Object(
  {
    /** How long what was deleted can be had back; nobody can purge it before. Cannot be changed later. */
    softDeleteDays: Type.Integer(),
    /** Raise it to make a vault of another name: that of a destroyed one is taken until it is purged. @default 1 */
    generation: Type.Optional(Type.Integer({ minimum: 1 })),
    /** By name of a generated secret: raise its number for a new value. @default 1 each */
    rotations: Type.Optional(Type.Record(Type.String(), Type.Integer({ minimum: 1 }))),
  },
  { additionalProperties: false },
);
export type SecretsSettings = Static<typeof SecretsSettings>;

/** What Azure allows. */
const SOFT_DELETE = { leastDays: 7, mostDays: 90 };

/** Letters and digits: 238 bits, and nothing that a connection string, a header or a shell reads as its own. */
const GENERATED_LENGTH = 40;

/** The first one. */
const DEFAULT_ROTATION = 1;

const SECRET_NAME = /^[0-9a-zA-Z-]{1,127}$/;

export interface Secrets {
  readonly vaultId: Output<string>;
  readonly vaultName: Output<string>;
  readonly vaultUri: Output<string>;
  /** Values of the generated secrets, by name. */
  readonly generated: Readonly<Record<string, Output<string>>>;
  /** When pods can read what they demand. */
  readonly ready: readonly Resource[];
}

export interface SecretsProps {
  readonly network: Pick<Network, 'subnetId' | 'privateDnsZoneId'>;
  readonly monitoring: Monitoring;
  readonly settings: SecretsSettings;
  readonly demand: Pick<CloudDemand, 'secrets'>;
  /** Values of secrets that are not generated, from the stack's secret settings. */
  readonly given: Readonly<Record<string, Output<string>>>;
}

export function makeSecrets(outer: AzureContext, props: SecretsProps): Secrets {
  const context = inLayer(outer, 'Secrets');
  const vault = makeVault(context, props.settings);
  const endpoint = makePrivateEndpoint(context, props.network, {
    name: 'vault',
    resourceId: vault.id,
    service: 'vault',
  });
  sendDiagnostics(context, props.monitoring, {
    name: 'vault',
    resourceId: vault.id,
    categories: ['AuditEvent'],
  });
  const generated = Object.fromEntries(
    props.demand.secrets
      .filter(({ made }) => made === 'generated')
      .map(({ name }) => [name, generate(context, name, props.settings.rotations?.[name])]),
  );
  const written = Object.entries({ ...props.given, ...generated }).map(([name, value]) =>
    writeSecret(context, vault, name, value),
  );
  return {
    vaultId: vault.id,
    vaultName: vault.name,
    // With the ID, so that it is unknown until the vault is there: in a preview its properties are the inputs.
    vaultUri: all([vault.id, vault.properties]).apply(([, { vaultUri }]) => vaultUri),
    generated,
    ready: [endpoint, ...written],
  };
}

/** Apart from the vault, which is there before the cluster whose disks its key may encrypt. */
export function makeExternalSecretsIdentity(
  outer: AzureContext,
  { vaultId }: Pick<Secrets, 'vaultId'>,
  issuerUrl: Output<string>,
): WorkloadIdentity {
  const context = inLayer(outer, 'ExternalSecrets');
  return makeOperatorIdentity(context, 'external-secrets', issuerUrl, {
    name: 'external-secrets-reads-vault',
    role: 'Key Vault Secrets User',
    scope: vaultId,
  });
}

function makeVault(context: AzureContext, settings: SecretsSettings): keyvault.Vault {
  return new keyvault.Vault(
    context.name('vault'),
    {
      vaultName: keyVaultName(context, settings.generation ?? 1),
      resourceGroupName: context.resourceGroupName,
      location: context.location,
      properties: {
        tenantId: context.tenantId,
        sku: { family: keyvault.SkuFamily.A, name: keyvault.SkuName.Standard },
        enableRbacAuthorization: true,
        enableSoftDelete: true,
        softDeleteRetentionInDays: settings.softDeleteDays,
        enablePurgeProtection: true,
        publicNetworkAccess: 'Disabled',
        networkAcls: {
          defaultAction: keyvault.NetworkRuleAction.Deny,
          // Disk encryption sets come in as one of Azure's trusted services.
          bypass: keyvault.NetworkRuleBypassOptions.AzureServices,
        },
      },
      tags: context.tags,
    },
    { ...context.options, ...kept(context) },
  );
}

/** A destroyed production keeps its secrets: what was encrypted with them is worth nothing without. */
function kept({ tier }: AzureContext): { readonly protect: boolean; readonly retainOnDelete: boolean } {
  return { protect: tier === 'prod', retainOnDelete: tier === 'prod' };
}

function generate(context: AzureContext, name: string, rotation = DEFAULT_ROTATION): Output<string> {
  const { result } = new RandomPassword(
    context.name(`secret-${name}`),
    {
      length: GENERATED_LENGTH,
      special: false,
      // PostgreSQL servers of Azure demand three of the kinds.
      minLower: 1,
      minUpper: 1,
      minNumeric: 1,
      keepers: { rotation: String(rotation) },
    },
    { ...(context.options.parent === undefined ? {} : { parent: context.options.parent }) },
  );
  return result;
}

function writeSecret(
  context: AzureContext,
  vault: keyvault.Vault,
  name: string,
  value: Output<string>,
): Resource {
  return new keyvault.Secret(
    context.name(`secret-${name}`),
    {
      secretName: name,
      vaultName: vault.name,
      resourceGroupName: context.resourceGroupName,
      properties: { value: secret(value), contentType: 'text/plain' },
      tags: context.tags,
    },
    // Deleting one goes through the vault itself, which the runner cannot reach; it goes with the vault.
    { ...context.options, retainOnDelete: true },
  );
}

/** @param givenNames names of the stack's secret settings; their values are nobody's business here */
export function checkSecrets(
  settings: SecretsSettings,
  { secrets }: Pick<CloudDemand, 'secrets'>,
  givenNames: readonly string[],
  path: string,
): readonly SettingProblem[] {
  const madeBy = new Map(secrets.map(({ name, made }) => [name, made]));
  return [
    ...checkSoftDelete(settings, path),
    ...secrets.flatMap(({ name }) => checkName(name, path)),
    ...givenNames.flatMap((name) => checkGiven(name, madeBy.get(name), path)),
    ...Object.keys(settings.rotations ?? {}).flatMap((name) => checkRotation(name, madeBy.get(name), path)),
  ];
}

function checkSoftDelete({ softDeleteDays }: SecretsSettings, path: string): readonly SettingProblem[] {
  const { leastDays, mostDays } = SOFT_DELETE;
  if (softDeleteDays >= leastDays && softDeleteDays <= mostDays) return [];
  return [
    {
      path,
      property: 'softDeleteDays',
      value: softDeleteDays,
      rule: `a Key Vault keeps what was deleted for ${leastDays} to ${mostDays} days`,
      remedy: `choose ${leastDays} to ${mostDays}`,
    },
  ];
}

function checkName(name: string, path: string): readonly SettingProblem[] {
  if (SECRET_NAME.test(name)) return [];
  return [
    {
      path,
      property: 'secrets',
      value: name,
      rule: 'the name of a secret in a Key Vault has 1 to 127 letters, digits and hyphens',
      remedy: 'rename it where the environment names it',
    },
  ];
}

type Made = CloudDemand['secrets'][number]['made'] | undefined;

function checkGiven(name: string, made: Made, path: string): readonly SettingProblem[] {
  if (made === 'generated') {
    return [
      {
        path: `${path}.given`,
        property: name,
        value: '[secret]',
        rule: 'the stack makes this secret itself',
        remedy: 'remove it; for a new value raise its number in rotations',
      },
    ];
  }
  if (made !== undefined) return [];
  return [
    {
      path: `${path}.given`,
      property: name,
      value: '[secret]',
      rule: 'nothing in the environment reads this secret',
      remedy: 'remove it, or correct its name',
    },
  ];
}

function checkRotation(name: string, made: Made, path: string): readonly SettingProblem[] {
  if (made === 'generated') return [];
  return [
    {
      path: `${path}.rotations`,
      property: name,
      value: made,
      rule: 'only a secret that the stack generates can be given a new value by it',
      remedy:
        made === undefined
          ? 'remove it, or correct its name'
          : 'remove it, and give the secret its new value',
    },
  ];
}
