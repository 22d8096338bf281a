import { isSet } from '../../cel';
import type { CloudRule } from '../rule';

export const eksSecretsEncrypted: CloudRule = {
  id: 'eks-secrets-encrypted',
  title: 'Kubernetes secrets are encrypted with a key of the stack',
  severity: 'high',
  reason: 'External Secrets puts every credential into the cluster, where etcd keeps it.',
  remedy: "Set encryptionConfig to the stack's key, with resources: ['secrets']",
  appliesTo: ['aws:eks/cluster:Cluster'],
  validations: [
    {
      expression: `${isSet('resource', 'encryptionConfig.provider.keyArn')} &&
        ${isSet('resource', 'encryptionConfig.resources')} &&
        resource.encryptionConfig.resources.exists(r, r == 'secrets')`,
      message: 'The cluster does not encrypt Secrets with a key of the stack',
    },
  ],
};
