/**
 * Object stores: for each purpose a storage account inside the network, one container, and an identity that may write there and
 * nowhere else. Nothing but the platform ever deletes data: there is no lifecycle rule.
 *
 * What was deleted or written over can be had back for a while where nothing deletes as a matter of course: backups. Loki and Tempo
 * rewrite and delete their blocks all day, and soft delete would keep, and bill, each of them twice. Versions are kept nowhere:
 * without a lifecycle rule they stay for ever, and soft delete keeps what was written over as well.
 * @see https://learn.microsoft.com/azure/storage/blobs/soft-delete-vs-versioning-options
 */
import * as storage from '@pulumi/azure-native/storage';
import type { Output, Resource } from '@pulumi/pulumi';
import { Type, type Static } from '@sinclair/typebox';
import type { CloudDemand, ObjectStore, ObjectStoreDemand } from '../cloud';
import type { SettingProblem } from '../setting-error';
import { inLayer, type AzureContext } from './context';
import { grantRole, makeWorkloadIdentity } from './identity';
import { storageAccountName } from './names';
import type { Network } from './network';
import { makePrivateEndpoint } from './private-endpoint';

export const ObjectStorageSettings = Type.Object(
  {
    /** Copies: three in one data centre (LRS), in three zones (ZRS), in three zones and another region (GZRS). */
    redundancy: Type.Union([Type.Literal('LRS'), Type.Literal('ZRS'), Type.Literal('GZRS')]),
    /** How long a deleted or overwritten backup can be had back. */
    backupSoftDeleteDays: Type.Integer(),
  },
  { additionalProperties: false },
);
export type ObjectStorageSettings = Static<typeof ObjectStorageSettings>;

/** What Azure allows. */
const SOFT_DELETE = { leastDays: 1, mostDays: 365 };

/** Nobody deletes a container as a matter of course: everywhere it can be had back for a week. */
const CONTAINER_SOFT_DELETE_DAYS = 7;

const CONTAINER_NAME = /^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$/;

export interface ObjectStorage {
  /** By purpose. */
  readonly stores: Readonly<Record<string, ObjectStore>>;
  /** When pods can write. */
  readonly ready: readonly Resource[];
}

export interface ObjectStorageProps {
  readonly network: Pick<Network, 'subnetId' | 'privateDnsZoneId'>;
  readonly settings: ObjectStorageSettings;
  readonly demand: Pick<CloudDemand, 'objectStores'>;
  /** The cluster's OIDC issuer. */
  readonly issuerUrl: Output<string>;
}

export function makeObjectStorage(outer: AzureContext, props: ObjectStorageProps): ObjectStorage {
  const context = inLayer(outer, 'ObjectStorage');
  const made = props.demand.objectStores.map((demand) => makeStore(context, props, demand));
  return {
    stores: Object.fromEntries(made.map(({ purpose, store }) => [purpose, store])),
    ready: made.flatMap(({ ready }) => ready),
  };
}

function makeStore(
  context: AzureContext,
  { network, settings, issuerUrl }: ObjectStorageProps,
  { purpose, users }: ObjectStoreDemand,
): { readonly purpose: string; readonly store: ObjectStore; readonly ready: readonly Resource[] } {
  const account = makeAccount(context, purpose, settings);
  const protection = makeDataProtection(context, purpose, account, settings);
  const container = makeContainer(context, purpose, account);
  const endpoint = makePrivateEndpoint(context, network, {
    name: purpose,
    resourceId: account.id,
    service: 'blob',
  });
  const identity = makeWorkloadIdentity(context, { part: purpose, users, issuerUrl });
  const role = grantRole(context, {
    name: `${purpose}-writes-blobs`,
    role: 'Storage Blob Data Contributor',
    scope: container.id,
    principalId: identity.principalId,
  });
  return {
    purpose,
    store: { kind: 'azure-blob', account: account.name, clientId: identity.clientId },
    ready: [container, protection, endpoint, role, ...identity.ready],
  };
}

function makeAccount(
  context: AzureContext,
  purpose: string,
  { redundancy }: ObjectStorageSettings,
): storage.StorageAccount {
  return new storage.StorageAccount(
    context.name(`storage-${purpose}`),
    {
      accountName: storageAccountName(context, purpose),
      resourceGroupName: context.resourceGroupName,
      location: context.location,
      kind: storage.Kind.StorageV2,
      sku: { name: `Standard_${redundancy}` },
      accessTier: storage.AccessTier.Hot,
      // Identities only: whoever had the account's key could do everything, and nobody would see who it was.
      allowSharedKeyAccess: false,
      defaultToOAuthAuthentication: true,
      isLocalUserEnabled: false,
      allowBlobPublicAccess: false,
      allowCrossTenantReplication: false,
      allowedCopyScope: storage.AllowedCopyScope.PrivateLink,
      publicNetworkAccess: storage.PublicNetworkAccess.Disabled,
      networkRuleSet: { defaultAction: storage.DefaultAction.Deny, bypass: storage.Bypass.None },
      minimumTlsVersion: storage.MinimumTlsVersion.TLS1_2,
      enableHttpsTrafficOnly: true,
      encryption: {
        keySource: storage.KeySource.Microsoft_Storage,
        // A second time, with another key, under the first.
        requireInfrastructureEncryption: true,
        services: { blob: { enabled: true, keyType: storage.KeyType.Account } },
      },
      tags: { ...context.tags, purpose },
    },
    { ...context.options, ...kept(context) },
  );
}

function makeDataProtection(
  context: AzureContext,
  purpose: string,
  account: storage.StorageAccount,
  { backupSoftDeleteDays }: ObjectStorageSettings,
): Resource {
  return new storage.BlobServiceProperties(
    context.name(`storage-${purpose}`),
    {
      blobServicesName: 'default',
      accountName: account.name,
      resourceGroupName: context.resourceGroupName,
      containerDeleteRetentionPolicy: { enabled: true, days: CONTAINER_SOFT_DELETE_DAYS },
      deleteRetentionPolicy: isBackup(purpose)
        ? { enabled: true, days: backupSoftDeleteDays }
        : { enabled: false },
      isVersioningEnabled: false,
    },
    context.options,
  );
}

function makeContainer(
  context: AzureContext,
  purpose: string,
  account: storage.StorageAccount,
): storage.BlobContainer {
  return new storage.BlobContainer(
    context.name(`container-${purpose}`),
    {
      containerName: purpose,
      accountName: account.name,
      resourceGroupName: context.resourceGroupName,
      publicAccess: storage.PublicAccess.None,
    },
    { ...context.options, ...kept(context) },
  );
}

function kept({ tier }: AzureContext): { readonly protect: boolean; readonly retainOnDelete: boolean } {
  return { protect: tier === 'prod', retainOnDelete: tier === 'prod' };
}

/** `metrics-backup`: written as a whole, deleted by nobody but `vmbackup`'s own turn. */
function isBackup(purpose: string): boolean {
  return purpose.endsWith('-backup');
}

export function checkObjectStorage(
  settings: ObjectStorageSettings,
  { objectStores, tier }: Pick<CloudDemand, 'objectStores' | 'tier'>,
  path: string,
): readonly SettingProblem[] {
  return [
    ...checkRedundancy(settings, tier, path),
    ...checkSoftDelete(settings, path),
    ...objectStores.flatMap(({ purpose }) => checkPurpose(purpose, path)),
  ];
}

function checkRedundancy(
  { redundancy }: ObjectStorageSettings,
  tier: CloudDemand['tier'],
  path: string,
): readonly SettingProblem[] {
  if (tier !== 'prod' || redundancy !== 'LRS') return [];
  return [
    {
      path,
      property: 'redundancy',
      value: redundancy,
      rule: 'the stores of a production outlive a zone, and LRS keeps all copies in one data centre',
      remedy: 'choose ZRS, or GZRS for a copy in another region',
    },
  ];
}

function checkSoftDelete(
  { backupSoftDeleteDays }: ObjectStorageSettings,
  path: string,
): readonly SettingProblem[] {
  const { leastDays, mostDays } = SOFT_DELETE;
  if (backupSoftDeleteDays >= leastDays && backupSoftDeleteDays <= mostDays) return [];
  return [
    {
      path,
      property: 'backupSoftDeleteDays',
      value: backupSoftDeleteDays,
      rule: `Azure keeps what was deleted for ${leastDays} to ${mostDays} days`,
      remedy: `choose ${leastDays} to ${mostDays}`,
    },
  ];
}

function checkPurpose(purpose: string, path: string): readonly SettingProblem[] {
  if (CONTAINER_NAME.test(purpose)) return [];
  return [
    {
      path,
      property: 'objectStores',
      value: purpose,
      rule: 'a container is named as its purpose: 3 to 63 lower-case letters, digits and single hyphens between them',
      remedy: 'rename the purpose where the environment names it',
    },
  ];
}
