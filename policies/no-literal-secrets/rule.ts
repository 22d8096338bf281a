import { isSet } from '../cel';
import type { Rule } from '../rule';

export const noLiteralSecrets: Rule = {
  id: 'no-literal-secrets',
  title: 'Secrets are made by a controller, not by hand',
  severity: 'critical',
  reason:
    'A Secret in a manifest is a secret in the repository: base64 hides nothing, and nobody rotates it.',
  remedy: 'Replace the Secret by an ExternalSecret that fetches it from the vault',
  appliesTo: ['Secret'],
  matchConditions: [
    {
      // Other types (tokens of service accounts, TLS certificates, Helm releases) are made by programs.
      name: 'opaque',
      expression: `!has(object.type) || object.type == 'Opaque'`,
    },
    {
      // External Secrets, Strimzi and others own the Secrets that they fill.
      name: 'not-made-by-a-controller',
      expression: '!has(object.metadata.ownerReferences)',
    },
  ],
  validations: [
    {
      expression: `(!${isSet('object', 'data')} || object.data.size() == 0) &&
        (!${isSet('object', 'stringData')} || object.stringData.size() == 0)`,
      message: 'The Secret carries its values in the manifest',
    },
  ],
};
