import { equals } from '../cel';
import type { Rule } from '../rule';

export const disruptionBudgetAllowsEvictions: Rule = {
  id: 'disruption-budget-allows-evictions',
  title: 'Disruption budgets let nodes be drained',
  severity: 'medium',
  reason: 'A budget that allows no eviction blocks every node upgrade until somebody deletes it in a hurry.',
  remedy: 'Set maxUnavailable to 1 or more, or minAvailable below the number of replicas',
  appliesTo: ['PodDisruptionBudget'],
  validations: [
    {
      expression: `!${equals('object', 'spec.maxUnavailable', 0)} && !${equals('object', 'spec.maxUnavailable', '0%')}`,
      message: 'The budget lets no pod be unavailable',
    },
    {
      expression: `!${equals('object', 'spec.minAvailable', '100%')}`,
      message: 'The budget wants all pods available',
    },
  ],
};
