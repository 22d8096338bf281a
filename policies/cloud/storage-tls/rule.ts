import { equals } from '../../cel';
import { isAnyOf } from '../expressions';
import type { CloudRule } from '../rule';

export const storageTls: CloudRule = {
  id: 'storage-tls',
  title: 'Storage accounts take TLS 1.2 or newer only',
  severity: 'high',
  reason: 'Older versions can be broken, and plain HTTP needs no breaking.',
  remedy: 'Set minimumTlsVersion to TLS1_2 or TLS1_3, and leave enableHttpsTrafficOnly true',
  appliesTo: ['azure-native:storage:StorageAccount'],
  validations: [
    {
      expression: isAnyOf('resource', 'minimumTlsVersion', ['TLS1_2', 'TLS1_3']),
      message: 'The storage account takes TLS older than 1.2',
    },
    {
      expression: `!${equals('resource', 'enableHttpsTrafficOnly', false)}`,
      message: 'The storage account takes plain HTTP',
    },
  ],
};
