import { equals } from '../../cel';
import type { CloudRule } from '../rule';

export const aksNoLocalAccounts: CloudRule = {
  id: 'aks-no-local-accounts',
  title: 'People enter AKS through Entra ID only',
  severity: 'high',
  reason: 'The local administrator is a certificate that names nobody and cannot be revoked.',
  remedy: 'Set disableLocalAccounts, aadProfile.managed and aadProfile.enableAzureRBAC to true',
  appliesTo: ['azure-native:containerservice:ManagedCluster'],
  validations: [
    {
      expression: equals('resource', 'disableLocalAccounts', true),
      message: 'The cluster has local accounts',
    },
    {
      expression: `${equals('resource', 'aadProfile.managed', true)} && ${equals('resource', 'aadProfile.enableAzureRBAC', true)}`,
      message: 'The cluster does not ask Entra ID who may do what',
    },
  ],
};
