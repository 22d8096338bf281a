/**
 * The ingress controller: a configuration that NGINX does not take, and connections that it loses. Metric names: F5's controller 5.5,
 * by its documentation ("Prometheus"); the open-source edition counts no answers by status, so failing requests are seen behind it.
 */
import type { RuleGroup } from '../rules';
import { ITS_WORKLOAD, SOON, type AlertContext, type ProgramAlerts } from './program-alert';

export const nginxIngressAlerts: ProgramAlerts = {
  programs: ['nginx-ingress'],
  groups: (context) => [entrance(context)],
};

function entrance({ selector, by }: AlertContext): RuleGroup {
  const rate = (metric: string): string => `sum ${by('job', 'pod')} (rate(${metric}{${selector}}[5m]))`;
  return {
    name: 'entrance',
    rules: [
      {
        alert: 'EntranceNotReloaded',
        about: 'failing',
        expr: `min ${by('job', 'pod')} (nginx_ingress_controller_nginx_last_reload_status{${selector}}) == 0`,
        holds: SOON,
        severity: 'critical',
        component: ITS_WORKLOAD,
        summary: '{{ $labels.pod }} goes on with an old configuration: NGINX does not take the new one',
        description:
          'New routes and certificates are not in force, and a restart would not come up. Its log has the line that NGINX refuses.',
      },
      {
        alert: 'EntranceDropsConnections',
        about: 'saturated',
        // Whatever is accepted and not handled met a limit: connections of a worker, or open files.
        expr: `${rate('nginx_ingress_nginx_connections_accepted')} - ${rate('nginx_ingress_nginx_connections_handled')} > 0`,
        holds: SOON,
        severity: 'critical',
        component: ITS_WORKLOAD,
        summary: '{{ $labels.pod }} drops {{ $value }} connections a second',
        description:
          'It is at the limit of its connections. Look for a sender that opens many; else add replicas.',
      },
    ],
  };
}
