import { equals } from '../../cel';
import { forTypes } from '../expressions';
import type { CloudRule } from '../rule';

export const storagePrivate: CloudRule = {
  id: 'storage-private',
  title: 'Storage accounts are closed to the internet',
  severity: 'critical',
  reason:
    'Logs, traces and backups are read by the cluster, which has a private endpoint, and by nobody else.',
  remedy:
    "Set publicNetworkAccess to Disabled and allowBlobPublicAccess to false, and a container's publicAccess to None",
  appliesTo: ['azure-native:storage:StorageAccount', 'azure-native:storage:BlobContainer'],
  validations: [
    {
      expression: forTypes(
        ['azure-native:storage:StorageAccount'],
        equals('resource', 'publicNetworkAccess', 'Disabled'),
      ),
      message: 'The storage account can be reached from the internet',
    },
    {
      expression: forTypes(
        ['azure-native:storage:StorageAccount'],
        equals('resource', 'allowBlobPublicAccess', false),
      ),
      message: 'The storage account lets containers be published',
    },
    {
      expression: forTypes(
        ['azure-native:storage:BlobContainer'],
        `(!has(resource.publicAccess) || resource.publicAccess == 'None')`,
      ),
      message: 'The container is public',
    },
  ],
};
