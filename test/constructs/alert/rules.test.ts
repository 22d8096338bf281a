import { Duration } from 'cdk8s';
import {
  renderCheckedRules,
  renderRules,
  ruleMistakes,
  runbookFile,
  type AlertRule,
  type RuleGroup,
} from '../../../constructs/alert/rules';
import { problemsOf, testPlatform } from '../core/fixture';
import { metricsSystem } from '../metrics-system';

const RUNBOOKS = 'https://git.example.com/ours/runbooks';

const RULE: AlertRule = {
  alert: 'QueueFull',
  expr: 'queue_size >= queue_capacity',
  holds: Duration.minutes(5),
  severity: 'critical',
  about: 'filling',
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
  expect(
    renderRules([group], { team: () => 'platform', runbook: () => `${RUNBOOKS}/queue-full.md` }),
  ).toEqual({
    groups: [
      {
        name: 'queues',
        interval: '15s',
        rules: [
          {
            alert: 'QueueFull',
            expr: 'queue_size >= queue_capacity',
            for: '300s',
            labels: { severity: 'critical', component: 'otel-logs', team: 'platform' },
            annotations: {
              summary: 'Full',
              description: 'Look at the receiver.',
              runbook_url: `${RUNBOOKS}/queue-full.md`,
            },
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

it('names the page of an alert by its name', () => {
  expect(['QueueFull', 'CpuNearLimit'].map(runbookFile)).toEqual(['queue-full.md', 'cpu-near-limit.md']);
});

it('tells the review who evaluates what, whose it is and where its page lies', () => {
  const platform = testPlatform({ runbooks: RUNBOOKS });
  renderCheckedRules(platform, 'vmalert', [{ name: 'queues', rules: [RULE, { ...RULE, alert: 'Slow' }] }]);
  expect(platform.evaluatedRules).toEqual([
    {
      evaluator: 'vmalert',
      groups: [
        {
          name: 'queues',
          rules: [
            { ...RULE, teams: ['platform'], runbook: `${RUNBOOKS}/queue-full.md` },
            { ...RULE, alert: 'Slow', teams: ['platform'], runbook: `${RUNBOOKS}/slow.md` },
          ],
        },
      ],
    },
  ]);
});

it('reports mistakes of the component that evaluates', () => {
  const { platform } = metricsSystem();
  renderCheckedRules(platform, 'vmalert', [
    { name: 'queues', rules: [RULE] },
    { name: 'queues', rules: [] },
  ]);
  expect(problemsOf(platform)).toBe(
    [
      'test/vmalert: rules = "queues"',
      '  rule:   every group has a name of its own',
      '  remedy: rename it, or leave one of the two out',
    ].join('\n'),
  );
});

it.each(['docs/runbooks', 'https://git.example.com/runbooks/', 'https://git.example.com/run books', ''])(
  'refuses %p as the folder of the pages',
  (runbooks) => {
    expect(problemsOf(testPlatform({ runbooks }))).toBe(
      [
        `test: runbooks = ${JSON.stringify(runbooks)}`,
        '  rule:   alerts lead to their pages by an address that a browser opens',
        "  remedy: give the folder's whole address, without a slash at its end, e.g. https://git.example.com/hyperion/docs/runbooks",
      ].join('\n'),
    );
  },
);
