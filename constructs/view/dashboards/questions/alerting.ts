/** Does alerting work? What fires, whether rules can be evaluated, and whether people are reached. */
import { graph, orNone, promql, stat, table, type Panel, type PromQL } from '../panel';
import type { Question } from '../question';
import type { Subject } from '../subject';

export const alerting: Question = {
  uid: 'alerting',
  title: 'Does alerting work?',
  rows: (about) => [
    { title: 'What fires', panels: firing(about) },
    { title: 'Rules', panels: rules(about) },
    { title: 'People', panels: people(about) },
  ],
};

/** Of the platform's own rules, which name a component; at a hub also the cluster, as `spoke`, that they are about. */
export function alertsFiring(about: Subject, labels: readonly string[]): readonly PromQL[] {
  const all = about.manyClusters ? ['spoke', ...labels] : labels;
  return orNone(
    promql(
      `sum by (${all.join(', ')}) (ALERTS{alertstate="firing", component!=""})`,
      all.map((label) => `{{${label}}}`).join(' '),
    ),
  );
}

function firing(about: Subject): readonly Panel[] {
  if (!about.records('ALERTS')) return [];
  return [
    graph(
      'Alerts firing',
      'short',
      'What is wrong right now?',
      alertsFiring(about, ['alertname', 'component']),
    ),
    table(
      'Alerts by severity',
      'short',
      'How bad is it?',
      alertsFiring(about, ['severity', 'alertname', 'component']),
    ),
  ];
}

function rules(about: Subject): readonly Panel[] {
  return [
    ...about.where('vmalert', () => [
      graph(
        'Rules that fail',
        'short',
        'Can every rule be evaluated?',
        orNone([
          about.sum('group', increase(about, 'vmalert_alerting_rules_errors_total')),
          about.sum('group', increase(about, 'vmalert_recording_rules_errors_total')),
        ]),
        { alert: 'RulesFail' },
      ),
    ]),
    ...about.where('prometheus', () => [
      graph(
        'Rules that fail',
        'short',
        'Can every rule be evaluated?',
        about.trouble('rule_group', increase(about, 'prometheus_rule_evaluation_failures_total')),
        { alert: 'RulesFail' },
      ),
    ]),
  ];
}

function people(about: Subject): readonly Panel[] {
  return about.where('alertmanager', () => [
    ...(about.isWatchedBy('AlertmanagerClusterSplit')
      ? [
          stat(
            'Replicas that see each other',
            'short',
            'Do people get one notification, not two?',
            about.min('', about.series('alertmanager_cluster_members')),
            { alert: 'AlertmanagerClusterSplit' },
          ),
        ]
      : []),
    stat(
      'Silences',
      'short',
      'What are people not told at present?',
      about.max('', about.series('alertmanager_silences', 'state="active"')),
    ),
    graph(
      'Notifications',
      'ops',
      'Are people told?',
      about.sum('integration', about.rate('alertmanager_notifications_total')),
    ),
    graph(
      'Notifications that failed',
      'ops',
      'Do alerts reach people?',
      about.trouble('integration', about.rate('alertmanager_notifications_failed_total')),
      { alert: 'NotificationsFail' },
    ),
  ]);
}

function increase(about: Subject, metric: string): string {
  return `increase(${about.series(metric)}[$__rate_interval])`;
}
