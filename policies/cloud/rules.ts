import { aksEncryptionAtHost } from './aks-encryption-at-host/rule';
import { aksNetworkPolicy } from './aks-network-policy/rule';
import { aksNoLocalAccounts } from './aks-no-local-accounts/rule';
import { aksWorkloadIdentity } from './aks-workload-identity/rule';
import { allowedRegions } from './allowed-regions/rule';
import { auroraTwoInstances } from './aurora-two-instances/rule';
import { awsDatabasesEncrypted } from './aws-databases-encrypted/rule';
import { awsDisksEncrypted } from './aws-disks-encrypted/rule';
import { awsFileSystemsEncrypted } from './aws-file-systems-encrypted/rule';
import { azureDiagnostics } from './azure-diagnostics/rule';
import { backupRetention } from './backup-retention/rule';
import { bucketsBlockPublicAccess } from './buckets-block-public-access/rule';
import { bucketsEncrypted } from './buckets-encrypted/rule';
import { bucketsTlsOnly } from './buckets-tls-only/rule';
import { clusterApiForNamedNetworks } from './cluster-api-for-named-networks/rule';
import { clusterApiPrivate } from './cluster-api-private/rule';
import { databasesPrivate } from './databases-private/rule';
import { databasesTls } from './databases-tls/rule';
import { deletedKeysComeBack } from './deleted-keys-come-back/rule';
import { deletedSecretsComeBack } from './deleted-secrets-come-back/rule';
import { deletionProtection } from './deletion-protection/rule';
import { eksAccessEntries } from './eks-access-entries/rule';
import { eksRecords } from './eks-records/rule';
import { eksSecretsEncrypted } from './eks-secrets-encrypted/rule';
import { gatewayHasFirewall } from './gateway-has-firewall/rule';
import { gatewayTls } from './gateway-tls/rule';
import { instanceMetadataSessions } from './instance-metadata-sessions/rule';
import { keyRotation } from './key-rotation/rule';
import { keyVaultRoles } from './key-vault-roles/rule';
import { keyVaultsPrivate } from './key-vaults-private/rule';
import { listenersTls } from './listeners-tls/rule';
import { modestInstancesInDevelopment } from './modest-instances-in-development/rule';
import { noAdministratorRoles } from './no-administrator-roles/rule';
import { noGiantInstances } from './no-giant-instances/rule';
import { noInlineSecrets } from './no-inline-secrets/rule';
import { noOpenIngress } from './no-open-ingress/rule';
import { noPublicNodes } from './no-public-nodes/rule';
import { noSharedKeys } from './no-shared-keys/rule';
import { noWildcardIam } from './no-wildcard-iam/rule';
import { nodePoolsOverZones } from './node-pools-over-zones/rule';
import { privateEndpoints } from './private-endpoints/rule';
import { secretsEncrypted } from './secrets-encrypted/rule';
import { storageEncryptedTwice } from './storage-encrypted-twice/rule';
import { storagePrivate } from './storage-private/rule';
import { storageTls } from './storage-tls/rule';
import { tags } from './tags/rule';
import { vpcFlowLogs } from './vpc-flow-logs/rule';
import { wafPrevents } from './waf-prevents/rule';
import { zonesInProduction } from './zones-in-production/rule';
import type { CloudRule } from './rule';

/** Every rule about cloud resources, by what it protects. */
export const CLOUD_RULES: readonly CloudRule[] = [
  // Encryption
  awsDisksEncrypted,
  awsDatabasesEncrypted,
  awsFileSystemsEncrypted,
  bucketsEncrypted,
  eksSecretsEncrypted,
  secretsEncrypted,
  storageEncryptedTwice,
  aksEncryptionAtHost,
  // Public access
  bucketsBlockPublicAccess,
  storagePrivate,
  keyVaultsPrivate,
  databasesPrivate,
  clusterApiPrivate,
  clusterApiForNamedNetworks,
  noPublicNodes,
  // TLS
  bucketsTlsOnly,
  storageTls,
  listenersTls,
  gatewayTls,
  databasesTls,
  // Identity
  noSharedKeys,
  aksNoLocalAccounts,
  aksWorkloadIdentity,
  eksAccessEntries,
  noWildcardIam,
  noAdministratorRoles,
  instanceMetadataSessions,
  keyVaultRoles,
  // Network
  noOpenIngress,
  gatewayHasFirewall,
  wafPrevents,
  privateEndpoints,
  aksNetworkPolicy,
  // Records
  vpcFlowLogs,
  azureDiagnostics,
  eksRecords,
  // Data
  backupRetention,
  deletionProtection,
  deletedSecretsComeBack,
  keyRotation,
  deletedKeysComeBack,
  // Availability
  zonesInProduction,
  auroraTwoInstances,
  nodePoolsOverZones,
  // Order
  tags,
  allowedRegions,
  noInlineSecrets,
  // Cost
  modestInstancesInDevelopment,
  noGiantInstances,
];
