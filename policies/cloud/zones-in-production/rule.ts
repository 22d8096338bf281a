import { equals, isSet } from '../../cel';
import { every, forTypes, isAnyOf, isOneOf } from '../expressions';
import type { ResourceType } from '../rule';
import type { CloudRule } from '../rule';

const AKS = 'azure-native:containerservice:ManagedCluster';
const SERVER = 'azure-native:dbforpostgresql:Server';
const STORAGE = 'azure-native:storage:StorageAccount';
const FILE_SYSTEM = 'aws:efs/fileSystem:FileSystem';
const WITH_ZONES: readonly ResourceType[] = [
  'azure-native:network:ApplicationGateway',
  'azure-native:network:AzureFirewall',
  'azure-native:network:PublicIPAddress',
];
/** Of three copies one is elsewhere; source: Microsoft Learn, "Azure Storage redundancy". */
const ZONAL = [
  'Standard_ZRS',
  'Standard_GZRS',
  'Standard_RAGZRS',
  'Premium_ZRS',
  'StandardV2_ZRS',
  'StandardV2_GZRS',
];

const overZones = (root: string, property: string): string =>
  `(${isSet(root, property)} && ${root}.${property}.size() >= 2)`;

export const zonesInProduction: CloudRule = {
  id: 'zones-in-production',
  title: 'Production stands in more than one zone',
  severity: 'high',
  reason: 'A zone fails as a whole; telemetry is needed most at that moment.',
  remedy: 'Name two zones or more, or the zone-redundant SKU',
  appliesTo: [AKS, SERVER, STORAGE, FILE_SYSTEM, ...WITH_ZONES],
  onlyIn: ['prod'],
  validations: [
    {
      expression: forTypes(
        [AKS],
        every('resource', 'agentPoolProfiles', overZones('e', 'availabilityZones')),
      ),
      message: 'A pool of the cluster stands in one zone',
    },
    {
      expression: forTypes(WITH_ZONES, overZones('resource', 'zones')),
      message: 'It stands in one zone',
    },
    {
      expression: forTypes([SERVER], equals('resource', 'highAvailability.mode', 'ZoneRedundant')),
      message: 'The server has no standby in another zone',
    },
    {
      expression: forTypes([STORAGE], isAnyOf('resource', 'sku.name', ZONAL)),
      message: 'The storage account keeps its copies in one zone',
    },
    {
      expression: `!${isOneOf(FILE_SYSTEM)} || !has(resource.availabilityZoneName)`,
      message: 'The file system stands in one zone',
    },
  ],
};
