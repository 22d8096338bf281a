import { equals } from '../../cel';
import { hasBeside } from '../expressions';
import type { CloudRule } from '../rule';

const SETTING = 'azure-native:monitor:DiagnosticSetting';

export const azureDiagnostics: CloudRule = {
  id: 'azure-diagnostics',
  title: 'What guards the platform writes its records down',
  severity: 'medium',
  reason: 'After a break-in, who asked for what is the first question.',
  remedy: 'Add a DiagnosticSetting for it with its logs enabled',
  appliesTo: [
    'azure-native:containerservice:ManagedCluster',
    'azure-native:keyvault:Vault',
    'azure-native:network:ApplicationGateway',
    'azure-native:network:AzureFirewall',
    'azure-native:dbforpostgresql:Server',
  ],
  besides: [SETTING],
  validations: [
    {
      expression: hasBeside(
        SETTING,
        `has(r.props.logs) && r.props.logs.exists(e, ${equals('e', 'enabled', true)})`,
      ),
      message: 'Nobody keeps its records',
    },
  ],
};
