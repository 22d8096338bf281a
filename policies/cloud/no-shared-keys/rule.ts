import { equals } from '../../cel';
import type { CloudRule } from '../rule';

export const noSharedKeys: CloudRule = {
  id: 'no-shared-keys',
  title: 'Storage accounts know identities, not keys',
  severity: 'high',
  reason: 'A shared key opens everything in the account, names nobody, and never ends.',
  remedy: 'Set allowSharedKeyAccess to false and give roles to identities',
  appliesTo: ['azure-native:storage:StorageAccount'],
  validations: [
    {
      expression: equals('resource', 'allowSharedKeyAccess', false),
      message: 'The storage account takes shared keys',
    },
  ],
};
