/**
 * Every metric in an alert, a recording rule or a panel is one that a program of that environment exposes, with the labels
 * that the expression uses; and everything with pods has an alert for when it is down.
 */
import type { EvaluatedAlert } from '../../constructs/core/platform';
import { ENVIRONMENT_NAMES, synthesisOf } from '../environments';
import { unwatched } from './down-alerts';
import { evaluates, seriesIn, storedTogether } from './environment-series';
import { judgeUse } from './judge-use';
import { usesInDashboard, usesOf, withoutVariables } from './uses';

const WITH_RULES = ENVIRONMENT_NAMES.filter((name) => evaluates(name) !== undefined);

function alertsOf(name: string): readonly EvaluatedAlert[] {
  return synthesisOf(name).platform.evaluatedRules.flatMap(({ groups }) =>
    groups.flatMap(({ rules }) => rules.filter((rule) => 'alert' in rule)),
  );
}

describe.each(WITH_RULES)('%s', (name) => {
  it('asks for nothing that is not exposed', () => {
    const uses = usesOf(synthesisOf(name));
    const kinds = ['alert', 'recorded series', 'panel', 'variable'];
    for (const kind of kinds.slice(0, 3))
      expect(uses.filter(({ where }) => where.startsWith(kind))).not.toEqual([]);
    const groups = seriesIn(name);
    expect(uses.flatMap((use) => judgeUse(name, use, groups))).toEqual([]);
  });

  it('tells of every workload that is down, and of those that write to its store', () => {
    const missing = storedTogether(name).flatMap((each) =>
      unwatched(synthesisOf(each).platform, alertsOf(name)).map((workload) => `${each}/${workload}`),
    );
    expect(missing).toEqual([]);
  });
});

it('every environment is looked at by somebody', () => {
  const looked = new Set(WITH_RULES.flatMap((name) => storedTogether(name)));
  expect(ENVIRONMENT_NAMES.filter((name) => !looked.has(name))).toEqual([]);
});

describe('the judge', () => {
  const judge = (name: string, expr: string, shown: readonly string[] = []): readonly string[] =>
    judgeUse(name, { where: 'alert Test', expr, shown }, seriesIn(name));

  it.each([
    [
      'a misspelt metric',
      'hyperion-dev',
      'rate(otelcol_exporter_sent_spanz{job="otel-traces"}[5m])',
      'nothing exposes otelcol_exporter_sent_spanz. Did you mean "otelcol_exporter_sent_spans"?',
    ],
    [
      'a label that is not there',
      'hyperion-dev',
      'sum by (job, exporters) (otelcol_exporter_queue_size)',
      'otelcol_exporter_queue_size (job otel-egress of hyperion-dev) has no label exporters; it has cluster, data_type, environment, exporter, instance, job, namespace, pod. Did you mean "exporter"?',
    ],
    [
      'a metric of a program that does not run there',
      'telemetry-dev',
      'max(loki_ingester_memory_streams)',
      'loki_ingester_memory_streams is exposed by loki, which does not run here or is not scraped',
    ],
    [
      'a metric of another job',
      'hyperion-dev',
      'sum(loki_ingester_memory_streams{job="grafana"})',
      '“loki_ingester_memory_streams{job="grafana"}” matches nothing: loki_ingester_memory_streams comes from job loki of hyperion-dev.',
    ],
    [
      'a job that is not there, among others',
      'hyperion-dev',
      'up{job=~"loki|grafanna"}',
      'there is no job grafanna. Did you mean "grafana"?',
    ],
    [
      'external labels where the data is evaluated before it gets them',
      'telemetry-dev',
      'up{cluster="telemetry-dev"}',
      'up (job msg-queue of telemetry-dev) has no label cluster; it has instance, job, namespace, pod.',
    ],
    [
      'a label that a recording rule does not keep',
      'hyperion-dev',
      'objective:errors:budget{job="loki"}',
      'objective:errors:budget (a recording rule) has no label job; it has cluster, environment, objective.',
    ],
    [
      'a node’s pod, where the target’s own name would stand',
      'hub-infra',
      'kube_pod_info{exported_pod="a"}',
      'kube_pod_info (job kube-state-metrics of hub-infra) has no label exported_pod; it has cluster, created_by_kind',
    ],
  ])('notices %s', (_what, name, expr, says) => {
    const mistakes = judge(name, expr);
    expect(mistakes).toHaveLength(1);
    expect(mistakes[0]).toContain(`${name}: alert Test: ${says}`);
    expect(mistakes[0]).toContain(`    in ${expr}`);
  });

  it('notices a label that the text names and the answer does not have', () => {
    const [mistake = ''] = judge('hyperion-dev', 'sum by (job) (up)', ['pod']);
    expect(mistake).toContain('label pod is used, and sum in “sum by (job) (up)” takes it away');
  });

  it('knows what the spokes write to the hub, and that of others’ pods nothing is known', () => {
    expect(judge('hub-infra', 'up{cluster="prod", job="node-exporter"}')).toEqual([]);
    expect(judge('hub-infra', 'up{cluster="prod", job="vmauth"}')).toHaveLength(1);
    expect(judge('hub-infra', 'up{job="pods-8080"}')).toEqual([]);
  });

  it('notices a workload that nobody would be told of', () => {
    const alerts = alertsOf('hyperion-dev').filter(({ component }) => component !== 'tempo');
    expect(unwatched(synthesisOf('hyperion-dev').platform, alerts)).toEqual(['tempo']);
  });
});

describe('what stands in a dashboard', () => {
  const prometheus = { type: 'prometheus', uid: 'metrics' };
  it('is found in panels, rows, variables and annotations, and only where PromQL is spoken', () => {
    const uses = usesInDashboard('test', {
      panels: [
        {
          title: 'A',
          datasource: prometheus,
          targets: [{ expr: 'a{job=~"$job"}', legendFormat: '{{job}} {{ pod }}' }],
        },
        {
          title: 'Row',
          panels: [{ title: 'B', targets: [{ datasource: prometheus, expr: 'rate(b[$__rate_interval])' }] }],
        },
        { title: 'Logs', datasource: { type: 'loki', uid: 'logs' }, targets: [{ expr: '{app="x"}' }] },
      ],
      templating: {
        list: [
          {
            name: 'job',
            type: 'query',
            datasource: prometheus,
            query: { query: 'label_values(up{x="1"}, job)' },
          },
        ],
      },
      annotations: {
        list: [{ name: 'Alerts', datasource: prometheus, expr: 'ALERTS', titleFormat: '{{alertname}}' }],
      },
    });
    expect(uses).toEqual([
      { where: 'panel “A” of test', expr: 'a{job=~".*"}', shown: ['job', 'pod'] },
      { where: 'panel “B” of test', expr: 'rate(b[5m])', shown: [] },
      { where: 'variable job of test', expr: 'up{x="1"}', shown: ['job'] },
      { where: 'annotation “Alerts” of test', expr: 'ALERTS', shown: ['alertname'] },
    ]);
  });

  it.each([
    ['topk($n, a{x=~"[[job]]", y="${z:regex}"})', 'topk(1, a{x=~".*", y=".*"})'],
    ['label_replace(a, "x", "$1", "y", "(.*)")', 'label_replace(a, "x", "$1", "y", "(.*)")'],
    ['a[$__range] offset $__interval', 'a[5m] offset 5m'],
  ])('%s', (expr, replaced) => {
    expect(withoutVariables(expr)).toBe(replaced);
  });
});
