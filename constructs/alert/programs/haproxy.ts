/**
 * The alerts of HAProxy, by its own endpoint with metrics: backends that it finds down, answers that are errors, a door
 * that is full.
 */
import { Duration } from 'cdk8s';
import type { ProgramAlerts } from './program-alert';

const SOON = Duration.minutes(5);
const LASTING = Duration.minutes(15);

export const haproxyAlerts: ProgramAlerts = {
  programs: ['haproxy'],
  groups: ({ workloads, selector, by }) =>
    workloads.map(({ id: component }) => ({
      name: `${component}-door`,
      rules: [
        {
          alert: 'BackendDown',
          about: 'down',
          // One of several sees it: its own way there is broken, not the application.
          expr: `max ${by('job', 'proxy')} (haproxy_backend_active_servers{${selector}}) == 0`,
          holds: Duration.minutes(1),
          severity: 'critical',
          component,
          summary: 'No server of {{ $labels.proxy }} answers its health check',
          description: 'Clients get 503. Look at the application behind it.',
        },
        {
          alert: 'BackendFails',
          about: 'failing',
          expr: `sum ${by('job', 'proxy')} (rate(haproxy_backend_http_responses_total{${selector}, code="5xx"}[5m])) / sum ${by('job', 'proxy')} (rate(haproxy_backend_http_responses_total{${selector}}[5m])) > 0.05`,
          holds: SOON,
          severity: 'warning',
          component,
          summary: '{{ $value | humanizePercentage }} of the answers of {{ $labels.proxy }} are errors',
          description: 'Look at the application, and at HAProxy’s log for the termination codes.',
        },
        {
          alert: 'BackendQueueGrows',
          about: 'lagging',
          expr: `sum ${by('job', 'proxy')} (haproxy_backend_current_queue{${selector}}) > 0`,
          holds: SOON,
          severity: 'warning',
          component,
          summary: '{{ $value }} requests wait for a server of {{ $labels.proxy }}',
          description:
            'Its servers have as many as they may. Look at how long the application takes to answer.',
        },
        {
          alert: 'LoadBalancerFull',
          about: 'saturated',
          expr: `max ${by('job', 'pod')} (haproxy_process_current_connections{${selector}} / haproxy_process_max_connections{${selector}}) > 0.8`,
          holds: SOON,
          severity: 'warning',
          component,
          summary: '{{ $labels.pod }} has {{ $value | humanizePercentage }} of its connections in use',
          description:
            'At its limit new clients wait. Look for a client that opens many, or raise the limit.',
        },
        {
          alert: 'LoadBalancerRefusesClients',
          about: 'dropping',
          expr: `sum ${by('job', 'proxy')} (rate(haproxy_frontend_requests_denied_total{${selector}}[5m])) > 10`,
          holds: LASTING,
          severity: 'warning',
          component,
          summary: '{{ $labels.proxy }} refuses {{ $value }} requests a second',
          description:
            'Clients beyond their rate (429), or from where they may not come (403). Its log has the addresses.',
        },
      ],
    })),
};
