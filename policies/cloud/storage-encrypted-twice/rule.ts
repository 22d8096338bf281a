import { equals } from '../../cel';
import type { CloudRule } from '../rule';

export const storageEncryptedTwice: CloudRule = {
  id: 'storage-encrypted-twice',
  title: 'Storage accounts encrypt the infrastructure too',
  severity: 'low',
  reason:
    'Azure always encrypts once; the second time guards against a weakness of the first, and only a new account can have it.',
  remedy: 'Set encryption.requireInfrastructureEncryption to true',
  appliesTo: ['azure-native:storage:StorageAccount'],
  validations: [
    {
      expression: equals('resource', 'encryption.requireInfrastructureEncryption', true),
      message: 'The storage account does not encrypt the infrastructure',
    },
  ],
};
