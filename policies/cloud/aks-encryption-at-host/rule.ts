import { equals } from '../../cel';
import { every, forTypes } from '../expressions';
import type { CloudRule } from '../rule';

export const aksEncryptionAtHost: CloudRule = {
  id: 'aks-encryption-at-host',
  title: 'Nodes encrypt their disks where they run',
  severity: 'medium',
  reason: 'Temporary disks and caches of a node are the only ones that Azure does not encrypt by itself.',
  remedy: 'Set enableEncryptionAtHost to true in every pool',
  appliesTo: ['azure-native:containerservice:ManagedCluster', 'azure-native:containerservice:AgentPool'],
  validations: [
    {
      expression: forTypes(
        ['azure-native:containerservice:ManagedCluster'],
        every('resource', 'agentPoolProfiles', equals('e', 'enableEncryptionAtHost', true)),
      ),
      message: 'A pool of the cluster does not encrypt at the host',
    },
    {
      expression: forTypes(
        ['azure-native:containerservice:AgentPool'],
        equals('resource', 'enableEncryptionAtHost', true),
      ),
      message: 'The pool does not encrypt at the host',
    },
  ],
};
