import { isAnyOf } from '../expressions';
import type { CloudRule } from '../rule';

export const aksNetworkPolicy: CloudRule = {
  id: 'aks-network-policy',
  title: 'AKS enforces network policies',
  severity: 'high',
  reason: 'Every workload brings NetworkPolicies; without an engine they are comments.',
  remedy: 'Set networkProfile.networkPolicy, e.g. to cilium',
  appliesTo: ['azure-native:containerservice:ManagedCluster'],
  validations: [
    {
      expression: isAnyOf('resource', 'networkProfile.networkPolicy', ['cilium', 'calico', 'azure']),
      message: 'The cluster has no engine for network policies',
    },
  ],
};
