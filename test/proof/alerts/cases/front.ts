/**
 * What people and senders meet first: the ingress controller, and Grafana with its database.
 */
import type { AlertCases } from './case';

export const nginxIngressCases: AlertCases = ({ job }) => {
  const component = job('nginx-ingress');
  const own = `job="${component}", pod="n-0"`;
  const connections = (handled: number): Record<string, string> => ({
    [`nginx_ingress_nginx_connections_accepted{${own}}`]: '0+600x60',
    [`nginx_ingress_nginx_connections_handled{${own}}`]: `0+${handled}x60`,
  });
  return [
    {
      alert: 'EntranceNotReloaded',
      series: { [`nginx_ingress_controller_nginx_last_reload_status{${own}}`]: '0x60' },
      silent: { [`nginx_ingress_controller_nginx_last_reload_status{${own}}`]: '1x60' },
      fires: { pod: 'n-0', component, severity: 'critical' },
    },
    {
      alert: 'EntranceDropsConnections',
      series: connections(540),
      silent: connections(600),
      fires: { pod: 'n-0', component, severity: 'critical' },
    },
  ];
};

export const grafanaCases: AlertCases = ({ job, platform }) => {
  const component = job('grafana');
  const own = `job="${component}", pod="g-0"`;
  const party = platform.graph.parties.find(({ id }) => id === component);
  const database = platform.graph.connections.find(
    ({ from, to }) => from === party && to.protocol === 'postgresql',
  );
  const requests = (ok: number, failed: number): Record<string, string> => ({
    [`grafana_http_request_duration_seconds_count{handler="/", method="GET", status_code="200", ${own}}`]: `0+${ok}x60`,
    [`grafana_http_request_duration_seconds_count{handler="/", method="GET", status_code="500", ${own}}`]: `0+${failed}x60`,
  });
  return [
    {
      alert: 'DashboardsFail',
      series: requests(90, 10),
      silent: requests(99, 1),
      fires: { component, severity: 'warning' },
    },
    {
      alert: 'DataSourceFails',
      series: {
        [`grafana_datasource_request_total{datasource="Metrics", code="502", method="GET", ${own}}`]:
          '0+60x60',
      },
      silent: {
        [`grafana_datasource_request_total{datasource="Metrics", code="200", method="GET", ${own}}`]:
          '0+60x60',
      },
      fires: { datasource: 'Metrics', component, severity: 'warning' },
    },
    {
      alert: 'GrafanaDatabaseDown',
      series: { [`go_sql_stats_connections_open{db_name="grafana", ${own}}`]: '0x60' },
      silent: { [`go_sql_stats_connections_open{db_name="grafana", ${own}}`]: '2x60' },
      fires: { component: database?.to.owner.id ?? '', severity: 'critical' },
    },
  ];
};
