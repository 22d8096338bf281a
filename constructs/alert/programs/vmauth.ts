/**
 * vmauth, the door of the metrics store: users that are held back, tokens that nobody knows, parts behind it that fail.
 * Metric names: 1.150, read off the running program.
 */
import type { RuleGroup } from '../rules';
import { ITS_WORKLOAD, SOON, type AlertContext, type ProgramAlerts } from './program-alert';

/** In ten minutes: more than a pod that starts before its secret is there. */
const UNKNOWN_TOKENS = 10;

export const vmauthAlerts: ProgramAlerts = {
  programs: ['vmauth'],
  groups: (context) => [door(context)],
};

function door({ selector, by }: AlertContext): RuleGroup {
  return {
    name: 'metrics-door',
    rules: [
      {
        alert: 'DoorLimitReached',
        about: 'saturated',
        expr: `sum ${by('job', 'username')} (increase(vmauth_user_concurrent_requests_limit_reached_total{${selector}}[10m])) > 0`,
        holds: SOON,
        severity: 'warning',
        component: ITS_WORKLOAD,
        summary: '{{ $labels.username }} has more requests at once than {{ $labels.job }} allows',
        description:
          'They wait, and after 10 s are refused (429). An agent keeps its samples meanwhile. Look for a slow store before you raise the limit.',
      },
      {
        alert: 'DoorRefusesTokens',
        about: 'failing',
        expr: `sum ${by('job')} (increase(vmauth_http_request_errors_total{reason="invalid_auth_token", ${selector}}[10m])) > ${UNKNOWN_TOKENS}`,
        holds: SOON,
        severity: 'warning',
        component: ITS_WORKLOAD,
        summary:
          '{{ $value | humanize }} requests in ten minutes came with a token that {{ $labels.job }} does not know',
        description:
          'A writer or reader with an old token, or somebody who tries. The addresses stand in the log of vmauth and of what is before it.',
      },
      {
        alert: 'DoorBackendFails',
        about: 'failing',
        expr: `sum ${by('job', 'username')} (rate(vmauth_user_request_backend_errors_total{${selector}}[5m])) > 0`,
        holds: SOON,
        severity: 'critical',
        component: ITS_WORKLOAD,
        summary: 'Requests of {{ $labels.username }} fail behind {{ $labels.job }}',
        description: 'vminsert or vmselect does not answer. Look at them, and at the vmstorages behind.',
      },
    ],
  };
}
