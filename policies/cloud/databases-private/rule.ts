import { equals, isSet } from '../../cel';
import { forTypes, isOneOf } from '../expressions';
import type { CloudRule } from '../rule';

const SERVER = 'azure-native:dbforpostgresql:Server';
const FIREWALL_RULE = 'azure-native:dbforpostgresql:FirewallRule';

export const databasesPrivate: CloudRule = {
  id: 'databases-private',
  title: 'Databases are closed to the internet',
  severity: 'critical',
  reason: 'Only Grafana reads them, and it is in the same network.',
  remedy:
    'Set publiclyAccessible to false on AWS; on Azure, put the server into a delegated subnet or set network.publicNetworkAccess to Disabled, and remove firewall rules',
  appliesTo: ['aws:rds/clusterInstance:ClusterInstance', 'aws:rds/instance:Instance', SERVER, FIREWALL_RULE],
  validations: [
    {
      expression: `${isOneOf(SERVER, FIREWALL_RULE)} || ${equals('resource', 'publiclyAccessible', false)}`,
      message: 'Nothing says that the database has no public address',
    },
    {
      expression: forTypes(
        [SERVER],
        `(${equals('resource', 'network.publicNetworkAccess', 'Disabled')} ||
          ${isSet('resource', 'network.delegatedSubnetResourceId')})`,
      ),
      message: 'The server can be reached from the internet',
    },
    {
      expression: `!${isOneOf(FIREWALL_RULE)}`,
      message: 'A firewall rule admits public addresses to the server',
    },
  ],
};
