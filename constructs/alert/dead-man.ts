/**
 * The dead-man switch: an alert that always fires and goes, by a way of its own, to a service outside of the platform, which calls
 * people when it stops coming. So a platform that cannot tell anybody that it is broken is noticed all the same.
 */
import { Duration } from 'cdk8s';
import type { RuleGroup } from './rules';

export const DEAD_MAN = 'Watchdog';

/** How often it is sent. The service outside should wait for three that are missing. */
export const DEAD_MAN_EVERY = Duration.minutes(2);

export const DEAD_MAN_GROUP: RuleGroup = {
  name: 'dead-man',
  rules: [
    {
      alert: DEAD_MAN,
      about: 'dead-man',
      expr: 'vector(1)',
      holds: Duration.seconds(0),
      severity: 'info',
      component: 'alerting',
      summary: 'Rules are evaluated, and alerts get out',
      description:
        'It fires always. Whoever is outside and no longer hears of it knows that nobody would hear of anything else.',
    },
  ],
};
