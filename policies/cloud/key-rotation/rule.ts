import { equals } from '../../cel';
import type { CloudRule } from '../rule';

export const keyRotation: CloudRule = {
  id: 'key-rotation',
  title: 'Keys change every year',
  severity: 'medium',
  reason: 'What was taken with an old key stays readable; what comes after a rotation does not.',
  remedy: 'Set enableKeyRotation to true',
  appliesTo: ['aws:kms/key:Key'],
  matchConditions: [
    {
      // KMS rotates no asymmetric keys.
      name: 'is-symmetric',
      expression: `!has(resource.customerMasterKeySpec) || resource.customerMasterKeySpec == 'SYMMETRIC_DEFAULT'`,
    },
  ],
  validations: [
    { expression: equals('resource', 'enableKeyRotation', true), message: 'The key is never rotated' },
  ],
};
