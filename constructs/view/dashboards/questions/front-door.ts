/** Is the front door open? Who comes in, who is turned away, and how long people wait. */
import { graph, type Panel } from '../panel';
import type { Question } from '../question';
import type { Subject } from '../subject';

export const frontDoor: Question = {
  uid: 'front-door',
  title: 'Is the front door open?',
  rows: (about) => [
    { title: 'NGINX', panels: nginx(about) },
    { title: 'HAProxy', panels: haproxy(about) },
    { title: 'The door of the metrics (vmauth)', panels: vmauth(about) },
    { title: 'Grafana', panels: grafana(about) },
  ],
};

function nginx(about: Subject): readonly Panel[] {
  return about.where('nginx-ingress', () => [
    graph(
      'Requests at the ingress controller',
      'reqps',
      'What comes through NGINX?',
      about.sum('pod', about.rate('nginx_ingress_nginx_http_requests_total')),
      { about: 'pod' },
    ),
    graph(
      'Connections',
      'short',
      'Do clients pile up?',
      about.sum('pod', about.series('nginx_ingress_nginx_connections_active')),
      { about: 'pod' },
    ),
  ]);
}

function haproxy(about: Subject): readonly Panel[] {
  return about.where('haproxy', () => [
    graph(
      'Requests',
      'reqps',
      'What is used?',
      about.sum('proxy', about.rate('haproxy_frontend_http_requests_total')),
    ),
    graph(
      'Errors',
      'reqps',
      'What fails?',
      about.trouble('proxy, code', about.rate('haproxy_backend_http_responses_total', 'code=~"4xx|5xx"')),
      { alert: 'BackendFails' },
    ),
    graph(
      'Servers that answer',
      'short',
      'Are all backends there?',
      about.max('proxy', about.series('haproxy_backend_active_servers')),
      { alert: 'BackendDown' },
    ),
    graph(
      'Time of an answer',
      's',
      'Is anything slow?',
      about.max('proxy', about.series('haproxy_backend_response_time_average_seconds')),
    ),
    graph(
      'Connections in use',
      'percentunit',
      'Is HAProxy at its limit?',
      about.max(
        'pod',
        `${about.series('haproxy_process_current_connections')} / ${about.series('haproxy_process_max_connections')}`,
      ),
      { about: 'pod', alert: 'LoadBalancerFull', showsLimit: true },
    ),
  ]);
}

function vmauth(about: Subject): readonly Panel[] {
  return about.where('vmauth', () => [
    graph(
      'Requests by user',
      'reqps',
      'Who writes and who reads?',
      about.sum('username', about.rate('vmauth_user_requests_total')),
    ),
    graph(
      'Refused at the door',
      'ops',
      'Who reaches his limit?',
      about.trouble('username', about.rate('vmauth_user_concurrent_requests_limit_reached_total')),
    ),
    graph(
      'Failed behind the door',
      'ops',
      'Whose requests does the store not answer?',
      about.trouble('username', about.rate('vmauth_user_request_backend_errors_total')),
      { next: 'store-victoria-metrics' },
    ),
    graph(
      'Time of queries',
      's',
      'Do people wait for their dashboards?',
      about.max(
        'username, quantile',
        about.series('vmauth_user_request_duration_seconds', 'username!~"vmagent.*"', 'quantile=~"0.5|0.99"'),
      ),
    ),
  ]);
}

function grafana(about: Subject): readonly Panel[] {
  return about.where('grafana', () => [
    graph(
      'Grafana requests',
      'reqps',
      'Who answers slowly or with errors?',
      about.sum('status_code', about.rate('grafana_http_request_duration_seconds_count')),
    ),
    graph(
      'Time of Grafana’s answers',
      's',
      'Do people wait for the page itself?',
      about.quantile(0.95, 'handler', 'grafana_http_request_duration_seconds'),
    ),
  ]);
}
