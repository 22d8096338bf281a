import type { Rule } from '../rule';

export const noPrivateKeysInConfigMaps: Rule = {
  id: 'no-private-keys-in-config-maps',
  title: 'ConfigMaps hold no private keys',
  severity: 'critical',
  reason: 'ConfigMaps are readable by far more accounts than Secrets and are not encrypted at rest.',
  remedy: 'Move the key to the vault and mount it from a Secret that an ExternalSecret fills',
  appliesTo: ['ConfigMap'],
  validations: [
    {
      expression: `!has(object.data) || object.data.all(key, !object.data[key].contains('PRIVATE KEY-----'))`,
      message: 'The ConfigMap holds a private key',
    },
  ],
};
