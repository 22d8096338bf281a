import { equals, isSet } from '../../cel';
import type { CloudRule } from '../rule';

export const awsDatabasesEncrypted: CloudRule = {
  id: 'aws-databases-encrypted',
  title: 'Databases are encrypted',
  severity: 'high',
  reason: 'Dashboards, users and sessions lie in them, and in their snapshots; it cannot be turned on later.',
  remedy: 'Set storageEncrypted to true and kmsKeyId to the key of the stack',
  appliesTo: ['aws:rds/cluster:Cluster', 'aws:rds/instance:Instance'],
  validations: [
    {
      expression: equals('resource', 'storageEncrypted', true),
      message: 'The database is not encrypted',
    },
    {
      expression: isSet('resource', 'kmsKeyId'),
      message: "The database is encrypted with AWS' key, not with one of the stack",
    },
  ],
};
