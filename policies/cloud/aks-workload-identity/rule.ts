import { equals } from '../../cel';
import type { CloudRule } from '../rule';

export const aksWorkloadIdentity: CloudRule = {
  id: 'aks-workload-identity',
  title: 'Pods of AKS act under identities of their own',
  severity: 'high',
  reason:
    'Without it, what reads a store needs a stored key, or acts as the node and so as every pod beside it.',
  remedy: 'Set oidcIssuerProfile.enabled and securityProfile.workloadIdentity.enabled to true',
  appliesTo: ['azure-native:containerservice:ManagedCluster'],
  validations: [
    {
      expression: `${equals('resource', 'oidcIssuerProfile.enabled', true)} &&
        ${equals('resource', 'securityProfile.workloadIdentity.enabled', true)}`,
      message: 'The cluster has no workload identity',
    },
  ],
};
