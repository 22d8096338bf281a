/**
 * The canary of Loki: lines that it wrote and does not find again, or finds late. It goes the way of everybody else, so it notices
 * when what stands before Loki is down. Metric names: 3.7, read off the running program.
 */
import type { RuleGroup } from '../rules';
import { ITS_WORKLOAD, LASTING, SOON, type AlertContext, type ProgramAlerts } from './program-alert';

/** The mixin's figure: later than that, somebody who follows a log looks at the past. */
const LATE_SECONDS = 5;

export const lokiCanaryAlerts: ProgramAlerts = {
  programs: ['loki-canary'],
  groups: (context) => [canary(context)],
};

function canary({ selector, by }: AlertContext): RuleGroup {
  return {
    name: 'loki-canary',
    rules: [
      {
        alert: 'LinesMissing',
        about: 'dropping',
        expr: `sum ${by('job')} (increase(loki_canary_missing_entries_total{${selector}}[15m])) > 0`,
        holds: SOON,
        severity: 'critical',
        component: ITS_WORKLOAD,
        summary: '{{ $value }} lines of the canary were written and are not found',
        description: 'By the way that everybody’s lines take. Look at Loki and at its object store.',
      },
      {
        alert: 'LinesLate',
        about: 'lagging',
        expr: `histogram_quantile(0.99, sum ${by('job', 'le')} (rate(loki_canary_response_latency_seconds_bucket{${selector}}[5m]))) > ${LATE_SECONDS}`,
        holds: LASTING,
        severity: 'warning',
        component: ITS_WORKLOAD,
        summary: 'One line in a hundred is to be seen only after {{ $value | humanizeDuration }}',
        description: 'Look at the CPU of the distributors and ingesters, and at what stands before them.',
      },
    ],
  };
}
