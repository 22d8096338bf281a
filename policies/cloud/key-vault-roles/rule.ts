import { equals, isSet } from '../../cel';
import type { CloudRule } from '../rule';

export const keyVaultRoles: CloudRule = {
  id: 'key-vault-roles',
  title: 'Key vaults ask Azure RBAC who may read',
  severity: 'medium',
  reason: 'Access policies of a vault are a second list of rights, which nobody reviews.',
  remedy: 'Set properties.enableRbacAuthorization to true, and no accessPolicies',
  appliesTo: ['azure-native:keyvault:Vault'],
  validations: [
    {
      expression: `${equals('resource', 'properties.enableRbacAuthorization', true)} &&
        (!${isSet('resource', 'properties.accessPolicies')} || resource.properties.accessPolicies.size() == 0)`,
      message: 'The vault has a list of rights of its own',
    },
  ],
};
