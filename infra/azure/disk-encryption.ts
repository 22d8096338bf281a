/**
 * The cluster's disks encrypted with a key of one's own, which the vault renews every year. Without it, Azure's keys do.
 */
import * as compute from '@pulumi/azure-native/compute';
import * as keyvault from '@pulumi/azure-native/keyvault';
import type { Output, Resource } from '@pulumi/pulumi';
import { inLayer, type AzureContext } from './context';
import { grantRole, makeIdentity } from './identity';
import type { Secrets } from './secrets';

export interface DiskEncryption {
  readonly diskEncryptionSetId: Output<string>;
  /** Until then the set cannot use its key. */
  readonly ready: readonly Resource[];
}

export function makeDiskEncryption(
  outer: AzureContext,
  { vaultId, vaultName }: Pick<Secrets, 'vaultId' | 'vaultName'>,
): DiskEncryption {
  const context = inLayer(outer, 'DiskEncryption');
  const key = makeKey(context, vaultName);
  const identity = makeIdentity(context, 'disks');
  const role = grantRole(context, {
    name: 'disks-use-key',
    role: 'Key Vault Crypto Service Encryption User',
    scope: key.id,
    principalId: identity.principalId,
  });
  const set = new compute.DiskEncryptionSet(
    context.name('disks'),
    {
      diskEncryptionSetName: context.name('disks'),
      resourceGroupName: context.resourceGroupName,
      location: context.location,
      encryptionType: compute.DiskEncryptionSetType.EncryptionAtRestWithCustomerKey,
      identity: {
        type: compute.DiskEncryptionSetIdentityType.UserAssigned,
        userAssignedIdentities: [identity.id],
      },
      activeKey: { keyUrl: key.keyUriWithVersion, sourceVault: { id: vaultId } },
      rotationToLatestKeyVersionEnabled: true,
      tags: context.tags,
    },
    { ...context.options, dependsOn: [role], protect: context.tier === 'prod' },
  );
  return { diskEncryptionSetId: set.id, ready: [role] };
}

/** The longest RSA keys that disk encryption sets take. */
const KEY_BITS = 4096;

function makeKey(context: AzureContext, vaultName: Output<string>): keyvault.Key {
  return new keyvault.Key(
    context.name('key-disks'),
    {
      keyName: 'disks',
      vaultName,
      resourceGroupName: context.resourceGroupName,
      properties: {
        kty: keyvault.JsonWebKeyType.RSA,
        keySize: KEY_BITS,
        keyOps: [keyvault.JsonWebKeyOperation.WrapKey, keyvault.JsonWebKeyOperation.UnwrapKey],
        rotationPolicy: {
          attributes: { expiryTime: 'P2Y' },
          lifetimeActions: [
            {
              trigger: { timeAfterCreate: 'P1Y' },
              action: { type: keyvault.KeyRotationPolicyActionType.Rotate },
            },
          ],
        },
      },
      tags: context.tags,
    },
    // Without the key every disk is lost. Like a secret it goes with its vault.
    { ...context.options, protect: context.tier === 'prod', retainOnDelete: true },
  );
}
