import { POD_SPEC, SERVERS } from '../pod-spec';
import type { Rule } from '../rule';

export const terminationGracePeriod: Rule = {
  id: 'termination-grace-period',
  title: 'Servers are given time to stop',
  severity: 'medium',
  reason:
    'A collector that is killed while it drains its queue loses what is in it; how long that takes, only its author knows.',
  remedy: 'Set terminationGracePeriodSeconds to what the program needs to drain, at least 1',
  appliesTo: SERVERS,
  variables: [POD_SPEC],
  validations: [
    {
      expression: `has(variables.podSpec.terminationGracePeriodSeconds) &&
        variables.podSpec.terminationGracePeriodSeconds >= 1`,
      message: 'The time to stop is not set, or 0',
    },
  ],
};
