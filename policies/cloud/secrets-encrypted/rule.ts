import { isSet } from '../../cel';
import type { CloudRule } from '../rule';

export const secretsEncrypted: CloudRule = {
  id: 'secrets-encrypted',
  title: 'Secrets are encrypted with a key of the stack',
  severity: 'medium',
  reason: "With AWS' own key, everybody in the account whom IAM lets read secrets reads them.",
  remedy: 'Set kmsKeyId to the key of the stack',
  appliesTo: ['aws:secretsmanager/secret:Secret'],
  validations: [{ expression: isSet('resource', 'kmsKeyId'), message: 'The secret has no key of the stack' }],
};
