/**
 * The alerts of secrets that come from the environment's store, as the External Secrets Operator tells of each: one that cannot
 * be fetched, one that has not been fetched for long, a store that does not answer. Metric names of its version 2.9
 * (its page on metrics, and `pkg/controllers`).
 */
import { Duration } from 'cdk8s';
import type { ProgramAlerts } from './program-alert';

const LASTING = Duration.minutes(15);
/** Each is fetched every hour (`REFRESH_INTERVAL`): five times in a row it was not. */
const FETCHED_WITHIN = '6h';
const COMPONENT = 'external-secrets';

export const externalSecretsAlerts: ProgramAlerts = {
  programs: ['external-secrets'],
  groups: ({ selector, by }) => {
    const secret = by('namespace', 'name');
    const fetches = `sum ${secret} (increase(externalsecret_sync_calls_total{${selector}}[${FETCHED_WITHIN}]))`;
    // There is none before the first failure.
    const failures = `sum ${secret} (increase(externalsecret_sync_calls_error{${selector}}[${FETCHED_WITHIN}]))`;
    return [
      {
        name: 'secrets',
        rules: [
          {
            alert: 'SecretNotFetched',
            about: 'failing',
            expr: `max ${secret} (externalsecret_status_condition{${selector}, condition="Ready", status="False"}) == 1`,
            holds: LASTING,
            severity: 'warning',
            component: COMPONENT,
            summary: 'Secret {{ $labels.name }} in {{ $labels.namespace }} cannot be fetched',
            description:
              'Pods that run keep the copy that they have; one that was rotated does not come. `kubectl describe externalsecret` says why.',
          },
          {
            alert: 'SecretOld',
            about: 'age',
            expr: `${fetches} - (${failures} or 0 * ${fetches}) < 1`,
            holds: LASTING,
            severity: 'warning',
            component: COMPONENT,
            summary:
              'Secret {{ $labels.name }} in {{ $labels.namespace }} has not been fetched for six hours',
            description:
              'Every hour is usual. A password that was changed in the store is not the one that pods have.',
          },
          {
            alert: 'SecretStoreUnreachable',
            about: 'failing',
            expr: `max ${by('name')} (clustersecretstore_status_condition{${selector}, condition="Ready", status="False"}) == 1`,
            holds: LASTING,
            severity: 'critical',
            component: COMPONENT,
            summary: 'The store of secrets {{ $labels.name }} does not answer',
            description:
              'No secret is fetched, and nothing new can start. Look at the operator’s identity, at the network to the vault, and at the vault.',
          },
        ],
      },
    ];
  },
};
