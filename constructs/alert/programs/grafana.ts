/**
 * Grafana, and the database that it keeps people and dashboards in: requests and data sources that fail, and a database that is
 * gone, which has no metrics of its own here. Metric names: 13.1, by its source; the program is not to be had here.
 */
import type { RuleGroup } from '../rules';
import { ITS_WORKLOAD, LASTING, SOON, type AlertContext, type ProgramAlerts } from './program-alert';

const TOO_MANY_FAIL = 0.05;

export const grafanaAlerts: ProgramAlerts = {
  programs: ['grafana'],
  groups: (context) => [pages(context), ...database(context)],
};

function pages({ selector, by }: AlertContext): RuleGroup {
  const requests = (status: string): string =>
    `sum ${by('job')} (rate(grafana_http_request_duration_seconds_count{${status}${selector}}[5m]))`;
  return {
    name: 'grafana',
    rules: [
      {
        alert: 'DashboardsFail',
        about: 'failing',
        expr: `${requests('status_code=~"5..", ')} / ${requests('')} > ${TOO_MANY_FAIL}`,
        holds: LASTING,
        severity: 'warning',
        component: ITS_WORKLOAD,
        summary: '{{ $value | humanizePercentage }} of the requests to {{ $labels.job }} fail',
        description:
          'People look at errors in place of dashboards. Its log names the request; often it is a data source.',
      },
      {
        alert: 'DataSourceFails',
        about: 'failing',
        expr: `sum ${by('job', 'datasource')} (rate(grafana_datasource_request_total{code=~"5..", ${selector}}[5m])) > 0`,
        holds: LASTING,
        severity: 'warning',
        component: ITS_WORKLOAD,
        summary: '{{ $labels.job }} gets errors from {{ $labels.datasource }}',
        description:
          'Its panels are empty. Look at the store behind it, and at the token that Grafana presents.',
      },
    ],
  };
}

/** Grafana keeps connections open while the database is there, and has none when it is gone. */
function database({ platform, workloads, selector, by }: AlertContext): RuleGroup[] {
  const party = workloads
    .flatMap((workload) => platform.graph.outOf(workload))
    .find(({ to }) => to.protocol === 'postgresql')?.to.owner;
  if (party === undefined) return [];
  return [
    {
      name: 'grafana-database',
      rules: [
        {
          alert: 'GrafanaDatabaseDown',
          about: 'down',
          expr: `max ${by('job')} (go_sql_stats_connections_open{${selector}}) == 0`,
          holds: SOON,
          severity: 'critical',
          component: party.id,
          summary: '{{ $labels.job }} has no connection to its database',
          description:
            'Nobody signs in, and no dashboard opens; alerting goes on. Look at the database, its volume and its certificate.',
        },
      ],
    },
  ];
}
