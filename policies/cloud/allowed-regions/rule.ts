import { isAnyOf, isOneOf } from '../expressions';
import type { ResourceType } from '../rule';
import type { CloudRule } from '../rule';

/** In the European Union, with three zones each; both clouds' lists of regions say so. */
const AWS = ['eu-central-1', 'eu-west-1', 'eu-west-3', 'eu-north-1', 'eu-south-1', 'eu-south-2'];
const AZURE = [
  'westeurope',
  'northeurope',
  'germanywestcentral',
  'swedencentral',
  'francecentral',
  'italynorth',
  'polandcentral',
  'spaincentral',
];
/** What decides where everything else goes. Names of zones and ARNs are not looked at. */
const AWS_TYPES: readonly ResourceType[] = [
  'aws:ec2/vpc:Vpc',
  'aws:eks/cluster:Cluster',
  'aws:kms/key:Key',
  'aws:rds/cluster:Cluster',
  'aws:s3/bucket:Bucket',
  'aws:secretsmanager/secret:Secret',
];

export const allowedRegions: CloudRule = {
  id: 'allowed-regions',
  title: 'Everything lies in the European Union',
  severity: 'high',
  reason: 'Logs and traces hold personal data of people in the Union.',
  remedy: 'Choose a region of policies/cloud/allowed-regions/rule.ts, or have it added there',
  appliesTo: [
    ...AWS_TYPES,
    'azure-native:containerservice:ManagedCluster',
    'azure-native:dbforpostgresql:Server',
    'azure-native:keyvault:Vault',
    'azure-native:network:VirtualNetwork',
    'azure-native:operationalinsights:Workspace',
    'azure-native:resources:ResourceGroup',
    'azure-native:storage:StorageAccount',
  ],
  validations: [
    {
      // Set by itself, or by the provider in the stack's settings, which the provider then writes here.
      expression: `!${isOneOf(...AWS_TYPES)} || !has(resource.region) || ${isAnyOf('resource', 'region', AWS)}`,
      message: 'It lies in an AWS region that is not allowed',
    },
    {
      // Azure takes `West Europe` too.
      expression: `${isOneOf(...AWS_TYPES)} || !has(resource.location) ||
        resource.location.matches('(?i)^(${AZURE.map((name) => name.split('').join(' ?')).join('|')})$')`,
      message: 'It lies in an Azure region that is not allowed',
    },
  ],
};
