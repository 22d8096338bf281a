/**
 * The alerts of the platform's containers, as cAdvisor counts them: held back by their CPU limit, about to be killed for
 * their memory.
 */
import { Duration } from 'cdk8s';
import { ownNamespaces } from './own-namespaces';
import type { ProgramAlerts } from './program-alert';

const LASTING = Duration.minutes(15);

export const cadvisorAlerts: ProgramAlerts = {
  programs: ['cadvisor'],
  groups: ({ platform, selector, by }) => {
    const container = by('namespace', 'pod', 'container');
    // Without a name it is the pod's group, or the node's.
    const ours = `${selector}, ${ownNamespaces(platform)}, container!=""`;
    const periods = (kind: string): string =>
      `sum ${container} (rate(container_cpu_cfs_${kind}periods_total{${ours}}[5m]))`;
    return [
      {
        name: 'containers',
        rules: [
          {
            alert: 'ContainerThrottled',
            about: 'saturated',
            expr: `${periods('throttled_')} / ${periods('')} > 0.5`,
            holds: LASTING,
            severity: 'warning',
            component: 'containers',
            summary:
              '{{ $labels.container }} of {{ $labels.pod }} is held back in {{ $value | humanizePercentage }} of its time',
            description:
              'It wants more CPU than its limit, and is slow. Raise its resources, or its replicas.',
          },
          {
            alert: 'ContainerMemoryNearLimit',
            about: 'saturated',
            expr: `max ${container} (container_memory_working_set_bytes{${ours}}) / max ${container} (container_spec_memory_limit_bytes{${ours}} > 0) > 0.95`,
            holds: LASTING,
            severity: 'warning',
            component: 'containers',
            summary:
              '{{ $labels.container }} of {{ $labels.pod }} uses {{ $value | humanizePercentage }} of its memory',
            description:
              'The kernel kills it at its limit. Look whether it grows all the time, or is too small.',
          },
        ],
      },
    ];
  },
};
