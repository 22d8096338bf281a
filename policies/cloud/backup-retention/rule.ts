import { equals } from '../../cel';
import { atLeast, forTypes, isOneOf } from '../expressions';
import type { CloudRule } from '../rule';

const SERVER = 'azure-native:dbforpostgresql:Server';
const DAYS = 7;

export const backupRetention: CloudRule = {
  id: 'backup-retention',
  title: 'Databases can go back a week in production',
  severity: 'high',
  reason: 'Damage done on a Friday evening is found on Monday.',
  remedy: `Set backupRetentionPeriod (AWS) or backup.backupRetentionDays (Azure) to ${DAYS} or more, and Azure's backup.geoRedundantBackup to Enabled`,
  appliesTo: ['aws:rds/cluster:Cluster', 'aws:rds/instance:Instance', SERVER],
  onlyIn: ['prod'],
  validations: [
    {
      expression: `${isOneOf(SERVER)} || ${atLeast('resource', 'backupRetentionPeriod', DAYS)}`,
      message: `The database keeps backups for less than ${DAYS} days`,
    },
    {
      expression: forTypes([SERVER], atLeast('resource', 'backup.backupRetentionDays', DAYS)),
      message: `The server keeps backups for less than ${DAYS} days`,
    },
    {
      expression: forTypes([SERVER], equals('resource', 'backup.geoRedundantBackup', 'Enabled')),
      message: 'The backups of the server lie where the server is',
    },
  ],
};
