import type { CloudRule } from '../rule';

/** The least that Secrets Manager takes, beside none. */
const DAYS = 7;

export const deletedSecretsComeBack: CloudRule = {
  id: 'deleted-secrets-come-back',
  title: 'Deleted secrets can be brought back in production',
  severity: 'medium',
  reason:
    'Without its password, a database is gone for an evening. In development, a stack is made anew under the same names.',
  remedy: `Set recoveryWindowInDays to ${DAYS} or more`,
  appliesTo: ['aws:secretsmanager/secret:Secret'],
  onlyIn: ['prod'],
  validations: [
    {
      // 30 days when nothing is said.
      expression: `!has(resource.recoveryWindowInDays) || resource.recoveryWindowInDays >= ${DAYS}`,
      message: `The secret is gone sooner than ${DAYS} days after its deletion`,
    },
  ],
};
