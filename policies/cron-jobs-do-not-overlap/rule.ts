import { isSet } from '../cel';
import type { Rule } from '../rule';

export const cronJobsDoNotOverlap: Rule = {
  id: 'cron-jobs-do-not-overlap',
  title: 'A CronJob runs one Job at a time',
  severity: 'medium',
  reason: 'When a backup or a scan takes longer than its interval, runs pile up until the nodes are full.',
  remedy: 'Set concurrencyPolicy to Forbid or Replace',
  appliesTo: ['CronJob'],
  validations: [
    {
      expression: `${isSet('object', 'spec.concurrencyPolicy')} &&
        object.spec.concurrencyPolicy in ['Forbid', 'Replace']`,
      message: 'Runs of the CronJob may overlap',
    },
  ],
};
