import { equals } from '../../cel';
import { isAnyOf } from '../expressions';
import type { CloudRule } from '../rule';

export const keyVaultsPrivate: CloudRule = {
  id: 'key-vaults-private',
  title: 'Key vaults are closed to the internet',
  severity: 'critical',
  reason: 'Every credential of the platform is in them, behind a log-in that can be phished.',
  remedy: 'Set properties.publicNetworkAccess to Disabled and properties.networkAcls.defaultAction to Deny',
  appliesTo: ['azure-native:keyvault:Vault'],
  validations: [
    {
      // Azure writes it in either way.
      expression: isAnyOf('resource', 'properties.publicNetworkAccess', ['Disabled', 'disabled']),
      message: 'The vault can be reached from the internet',
    },
    {
      expression: equals('resource', 'properties.networkAcls.defaultAction', 'Deny'),
      message: 'The vault admits whom no rule names',
    },
  ],
};
