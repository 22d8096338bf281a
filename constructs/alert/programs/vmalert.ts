/**
 * vmalert: rules that fail or come too late, alerts and recorded series that do not get out. Metric names: 1.150, read off the
 * running program; the questions are those of its makers' `alerts-vmalert.yml`.
 */
import type { RuleGroup } from '../rules';
import { ITS_WORKLOAD, SOON, type AlertContext, type ProgramAlerts } from './program-alert';

export const vmalertAlerts: ProgramAlerts = {
  programs: ['vmalert'],
  groups: (context) => [evaluation(context)],
};

function evaluation({ selector, by }: AlertContext): RuleGroup {
  const increase = (metric: string): string => `increase(${metric}{${selector}}[5m])`;
  return {
    name: 'rule-evaluation',
    rules: [
      {
        alert: 'RulesFail',
        about: 'failing',
        expr: `sum ${by('job')} (${increase('vmalert_alerting_rules_errors_total')} or ${increase('vmalert_recording_rules_errors_total')}) > 0`,
        holds: SOON,
        severity: 'critical',
        component: ITS_WORKLOAD,
        summary: 'Rules cannot be evaluated',
        description:
          'What they watch is unwatched. The log of vmalert names the rule and the answer that it got.',
      },
      {
        alert: 'RulesLate',
        about: 'lagging',
        expr: `sum ${by('job', 'group')} (increase(vmalert_iteration_missed_total{${selector}}[10m])) > 0`,
        holds: SOON,
        severity: 'warning',
        component: ITS_WORKLOAD,
        summary: 'The group {{ $labels.group }} takes longer than its interval',
        description: 'Its alerts come late. Look at how long its queries take in the metrics store.',
      },
      {
        alert: 'AlertsNotSent',
        about: 'failing',
        expr: `sum ${by('job', 'addr')} (${increase('vmalert_alerts_send_errors_total')}) > 0`,
        holds: SOON,
        severity: 'critical',
        component: ITS_WORKLOAD,
        summary: '{{ $labels.job }} does not reach Alertmanager at {{ $labels.addr }}',
        description: 'While another one answers nobody misses anything. Look at that pod of Alertmanager.',
      },
      {
        alert: 'RecordedSeriesLost',
        about: 'dropping',
        expr: `sum ${by('job')} (${increase('vmalert_remotewrite_dropped_rows_total')}) > 0`,
        holds: SOON,
        severity: 'warning',
        component: ITS_WORKLOAD,
        summary: '{{ $labels.job }} gives up recorded series',
        description:
          'Objectives have gaps, and alerts forget since when they hold. Look at what vmauth and vminsert answer.',
      },
    ],
  };
}
