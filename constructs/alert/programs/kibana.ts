/**
 * The alert of Kibana, which has no metrics in Prometheus' form: who hands its visitors on asks after its health.
 */
import { Duration } from 'cdk8s';
import { Workload } from '../../core/workload';
import type { AlertContext, ProgramAlerts } from './program-alert';

const SOON = Duration.minutes(5);

export const kibanaAlerts: ProgramAlerts = {
  programs: ['kibana'],
  groups: (context) =>
    context.workloads.flatMap((kibana) => {
      const backend = backendOf(context, kibana);
      if (backend === undefined) return [];
      return [
        {
          name: kibana.id,
          rules: [
            {
              alert: 'KibanaDown',
              about: 'down',
              expr: `max ${context.by('job', 'proxy')} (haproxy_backend_active_servers{${context.selectorOf(context.jobsOf('haproxy'))}, proxy="${backend}"}) == 0`,
              holds: SOON,
              severity: 'warning',
              component: kibana.id,
              summary: 'Kibana does not answer its health check',
              description:
                'Nobody can look at logs; none is lost. It is not ready while Elasticsearch is not: look there first.',
            },
          ],
        },
      ];
    }),
};

/** Name of the door's backend for it: that of the route. */
function backendOf({ platform }: AlertContext, kibana: Workload): string | undefined {
  const routes = platform.graph
    .into(kibana)
    .filter(({ from }) => from instanceof Workload && from.spec.container.image.name === 'haproxy');
  return routes.map(({ purpose }) => purpose.replace(/^route /, ''))[0];
}
