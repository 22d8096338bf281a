import { Duration } from 'cdk8s';
import {
  alertingAlerts,
  collectorAlerts,
  metricsStoreAlerts,
  scrapeAgentAlerts,
} from '../../../constructs/alert/platform-alerts';
import { renderRules, ruleMistakes, type AlertRule, type RuleGroup } from '../../../constructs/alert/rules';

const RULE: AlertRule = {
  alert: 'QueueFull',
  expr: 'queue_size >= queue_capacity',
  holds: Duration.minutes(5),
  severity: 'critical',
  component: 'otel-logs',
  summary: 'Full',
  description: 'Look at the receiver.',
};

it('writes alerts and recorded series as rule files have them', () => {
  const group: RuleGroup = {
    name: 'queues',
    interval: Duration.seconds(15),
    rules: [RULE, { record: 'job:up:sum', expr: 'sum by (job) (up)', labels: { level: 'job' } }],
  };
  expect(renderRules([group])).toEqual({
    groups: [
      {
        name: 'queues',
        interval: '15s',
        rules: [
          {
            alert: 'QueueFull',
            expr: 'queue_size >= queue_capacity',
            for: '300s',
            labels: { severity: 'critical', component: 'otel-logs' },
            annotations: { summary: 'Full', description: 'Look at the receiver.' },
          },
          { record: 'job:up:sum', expr: 'sum by (job) (up)', labels: { level: 'job' } },
        ],
      },
    ],
  });
});

it('finds groups and alerts that are there twice, and names that are not in CamelCase', () => {
  const group = (name: string, rules: RuleGroup['rules']): RuleGroup => ({ name, rules });
  expect(
    ruleMistakes([
      group('a', [RULE, { ...RULE, component: 'otel-traces' }]),
      group('a', [RULE]),
      group('b', [{ ...RULE, alert: 'queue_full' }]),
    ]),
  ).toEqual([
    { name: 'a', rule: 'every group has a name of its own' },
    { name: 'QueueFull of otel-logs', rule: 'a component has each alert once' },
    { name: 'queue_full', rule: "an alert's name is in CamelCase" },
  ]);
});

describe('the platform’s own alerts', () => {
  const groups = [
    collectorAlerts(),
    metricsStoreAlerts({ backups: { every: Duration.hours(1), replicas: 3, metric: 'backup_done' } }),
    scrapeAgentAlerts(),
    alertingAlerts(),
  ];
  const alerts = groups.flatMap((group) => group.rules.filter((rule) => 'alert' in rule));

  it('have no mistakes', () => {
    expect(ruleMistakes(groups)).toEqual([]);
  });

  it('are these, with these severities', () => {
    expect(alerts.map(({ alert, severity }) => `${alert} ${severity}`)).toEqual([
      'CollectorQueueFilling warning',
      'CollectorRefusesData warning',
      'CollectorDropsData critical',
      'MetricsStoreFilling warning',
      'MetricsStoreReadOnly critical',
      'MetricsStoreIgnoresSamples warning',
      'MetricsBackupOld warning',
      'ScrapeQueueGrowing warning',
      'ScrapeAgentDropsData critical',
      'RulesFail critical',
      'NotificationsFail critical',
      'AlertmanagerClusterSplit warning',
    ]);
  });

  it('count a vmstorage as missing whose backup is three intervals old, and all of them when none ever came', () => {
    expect(alerts.find(({ alert }) => alert === 'MetricsBackupOld')?.expr).toBe(
      '(count(count by (pod) (present_over_time(backup_done[10800s]))) or vector(0)) < 3',
    );
    expect(metricsStoreAlerts({ backups: undefined }).rules).toHaveLength(3);
  });
});
