/** One dashboard, literally: places, numbers, links, the line at the alert's figure. */
import { Duration } from 'cdk8s';
import { graph, orNone, promql, stat, table, type Row } from '../../../../constructs/view/dashboards/panel';
import { dashboardFile } from '../../../../constructs/view/dashboards/render-dashboard';
import { Subject } from '../../../../constructs/view/dashboards/subject';
import { testPlatform } from '../../core/fixture';

const ROWS: readonly Row[] = [
  {
    title: 'Queues',
    panels: [
      graph('Queue', 'percentunit', 'Does it fill?', promql('max by (pod) (queue_fill)', '{{pod}}'), {
        about: 'pod',
        alert: 'QueueFilling',
        showsLimit: true,
        next: 'store-loki',
      }),
      graph('Lost', 'ops', 'Is anything lost?', orNone(promql('sum(rate(lost[1m]))', 'all')), {
        alert: 'NobodyEvaluatesThis',
        next: 'not-there',
      }),
      graph('Third', 'short', 'What comes below?', promql('x', 'x')),
    ],
  },
  {
    title: 'Now',
    panels: [
      stat('Members', 'short', 'Are all there?', promql('members', 'all')),
      table('Jobs', 'short', 'Who is there?', promql('up', '{{job}}'), { nothing: 'nobody' }),
    ],
  },
];

interface Rendered {
  readonly panels: readonly {
    readonly id: number;
    readonly type: string;
    readonly title: string;
    readonly gridPos: object;
    readonly links?: readonly { title: string; url: string }[];
    readonly targets?: readonly object[];
    readonly fieldConfig?: {
      defaults: { noValue: string; thresholds: { steps: unknown }; links?: { url: string }[] };
    };
  }[];
  readonly [key: string]: unknown;
}

function rendered(manyClusters = false): Rendered {
  const platform = testPlatform();
  platform.evaluatedRules.push({
    evaluator: 'prometheus',
    groups: [
      {
        name: 'queues',
        rules: [
          {
            alert: 'QueueFilling',
            expr: 'max by (pod) (queue_fill) > 0.5',
            holds: Duration.minutes(5),
            severity: 'warning',
            about: 'filling',
            teams: ['platform'],
            component: 'queue',
            summary: '',
            description: '',
            runbook: 'https://git.example.com/queue-filling.md',
          },
        ],
      },
    ],
  });
  const about = new Subject(platform, {
    sources: { metrics: 'metrics', logs: 'logs' },
    podNamespace: 'monitoring',
    manyClusters,
  });
  const file = dashboardFile(
    { uid: 'queues', title: 'Queues', rows: ROWS },
    { platform, about, titles: new Map([['store-loki', 'Store · Loki']]) },
  );
  expect(file.name).toBe('queues.json');
  return JSON.parse(file.text) as Rendered;
}

test('rows and panels lie beside and below each other, numbered in their order', () => {
  expect(rendered().panels.map(({ id, type, title, gridPos }) => [id, type, title, gridPos])).toEqual([
    [1, 'row', 'Queues', { x: 0, y: 0, w: 24, h: 1 }],
    [2, 'timeseries', 'Queue', { x: 0, y: 1, w: 12, h: 8 }],
    [3, 'timeseries', 'Lost', { x: 12, y: 1, w: 12, h: 8 }],
    [4, 'timeseries', 'Third', { x: 0, y: 9, w: 12, h: 8 }],
    [5, 'row', 'Now', { x: 0, y: 17, w: 24, h: 1 }],
    [6, 'stat', 'Members', { x: 0, y: 18, w: 6, h: 5 }],
    [7, 'table', 'Jobs', { x: 6, y: 18, w: 12, h: 8 }],
  ]);
});

test('a panel shows the figure of the alert, and leads to its runbook, to the next question, and to the pod’s logs', () => {
  const [, queue] = rendered().panels;
  expect(queue?.fieldConfig?.defaults.thresholds.steps).toEqual([
    { value: null, color: 'green' },
    { value: 0.5, color: 'red' },
  ]);
  expect(queue?.links?.map(({ title, url }) => [title, url])).toEqual([
    ['Runbook: QueueFilling', 'https://git.example.com/queue-filling.md'],
    ['Store · Loki', '/d/store-loki?${__url_time_range}&${__all_variables}'],
  ]);
  const [logs] = queue?.fieldConfig?.defaults.links ?? [];
  expect(logs?.url).toContain('${__field.labels.pod}');
  const panes = new URLSearchParams(logs?.url.split('?')[1]).get('panes') ?? '';
  expect(JSON.parse(panes)).toEqual({
    a: {
      datasource: 'logs',
      queries: [
        {
          refId: 'A',
          datasource: { type: 'loki', uid: 'logs' },
          expr: '{namespace="monitoring"} | pod="${__field.labels.pod}"',
        },
      ],
      range: { from: '${__from}', to: '${__to}' },
    },
  });
});

test('without the alert or the other dashboard there is no link to it, and no line', () => {
  const [, , lost] = rendered().panels;
  expect(lost?.links).toBeUndefined();
  expect(lost?.fieldConfig?.defaults.thresholds.steps).toEqual([{ value: null, color: 'text' }]);
});

test('what does not happen is a zero, until it happens', () => {
  const [, , lost] = rendered().panels;
  expect(lost?.targets).toEqual([
    {
      refId: 'A',
      datasource: { type: 'prometheus', uid: 'metrics' },
      expr: 'sum(rate(lost[1m]))',
      legendFormat: 'all',
      range: true,
      instant: false,
    },
    {
      refId: 'B',
      datasource: { type: 'prometheus', uid: 'metrics' },
      expr: 'vector(0) unless on () (sum(rate(lost[1m])))',
      legendFormat: 'none',
      range: true,
      instant: false,
    },
  ]);
});

test('a table asks for now, and says what nothing means', () => {
  const jobs = rendered().panels.find(({ title }) => title === 'Jobs');
  expect(jobs?.targets).toEqual([
    {
      refId: 'A',
      datasource: { type: 'prometheus', uid: 'metrics' },
      expr: 'up',
      legendFormat: '{{job}}',
      instant: true,
      range: false,
      format: 'table',
    },
  ]);
  expect(jobs?.fieldConfig?.defaults.noValue).toBe('nobody');
});

test('the same dashboard is the same text', () => {
  expect(rendered()).toEqual(rendered());
});

test('several clusters are chosen by a variable, all at first', () => {
  expect(rendered().templating).toEqual({ list: [] });
  expect(rendered(true).templating).toEqual({
    list: [
      expect.objectContaining({
        name: 'cluster',
        type: 'query',
        query: { query: 'label_values(up, cluster)', refId: 'cluster' },
        multi: true,
        includeAll: true,
        allValue: '.*',
        current: { text: 'All', value: '$__all' },
      }),
    ],
  });
});
