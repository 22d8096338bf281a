/**
 * The alert of the Kubernetes API, which scrapers and agents find their targets by.
 */
import { Duration } from 'cdk8s';
import type { ProgramAlerts } from './program-alert';

export const apiServerAlerts: ProgramAlerts = {
  programs: ['api-server'],
  groups: ({ selector, by }) => [
    {
      name: 'api-servers',
      rules: [
        {
          alert: 'KubernetesApiFails',
          about: 'failing',
          expr: `sum ${by('job')} (rate(apiserver_request_total{${selector}, code=~"5.."}[5m])) / sum ${by('job')} (rate(apiserver_request_total{${selector}}[5m])) > 0.05`,
          holds: Duration.minutes(10),
          severity: 'warning',
          component: 'api-server',
          summary: '{{ $value | humanizePercentage }} of the answers of the Kubernetes API are errors',
          description:
            'Pods that run go on; what is new is not found by scrapers and agents. Look at the status of the cloud’s control plane.',
        },
      ],
    },
  ],
};
