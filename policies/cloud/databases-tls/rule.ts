import { forTypes, isOneOf } from '../expressions';
import type { CloudRule } from '../rule';

const CONFIGURATION = 'azure-native:dbforpostgresql:Configuration';
const PARAMETERS = 'aws:rds/clusterParameterGroup:ClusterParameterGroup';

export const databasesTls: CloudRule = {
  id: 'databases-tls',
  title: 'Databases insist on TLS 1.2 or newer',
  severity: 'high',
  reason: "Grafana's password and everybody's sessions would cross the network readable.",
  remedy:
    "Leave Azure's require_secure_transport on and its ssl_min_protocol_version at TLSv1.2; give Aurora's parameter group rds.force_ssl = 1",
  appliesTo: [CONFIGURATION, PARAMETERS],
  validations: [
    {
      expression: `!${isOneOf(CONFIGURATION)} || !has(resource.configurationName) ||
        resource.configurationName != 'require_secure_transport' || resource.value.matches('(?i)^on$')`,
      message: 'The server takes connections without TLS',
    },
    {
      expression: `!${isOneOf(CONFIGURATION)} || !has(resource.configurationName) ||
        resource.configurationName != 'ssl_min_protocol_version' || resource.value.matches('(?i)^tlsv1[.][23]$')`,
      message: 'The server takes TLS older than 1.2',
    },
    {
      expression: forTypes(
        [PARAMETERS],
        `(has(resource.parameters) && resource.parameters.exists(e, e.name == 'rds.force_ssl' && string(e.value) == '1'))`,
      ),
      message: 'The parameter group does not insist on TLS',
    },
  ],
};
