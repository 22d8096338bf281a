/**
 * The alerts of the volumes of the platform's pods, as the kubelets tell of them: full, and full soon.
 */
import { Duration } from 'cdk8s';
import { ownNamespaces } from './own-namespaces';
import type { ProgramAlerts } from './program-alert';

const SOON = Duration.minutes(5);
/** A volume is enlarged within some working days. */
const AHEAD_SECONDS = 4 * 86_400;

export const kubeletAlerts: ProgramAlerts = {
  programs: ['kubelet'],
  groups: ({ platform, selector, by }) => {
    const volume = by('namespace', 'persistentvolumeclaim');
    const ours = `${selector}, ${ownNamespaces(platform)}`;
    const available = `kubelet_volume_stats_available_bytes{${ours}}`;
    const share = `min ${volume} (${available} / kubelet_volume_stats_capacity_bytes{${ours}})`;
    return [
      {
        name: 'volumes',
        rules: [
          {
            alert: 'VolumeFilling',
            about: 'filling',
            expr: `(${share} < 0.4) and min ${volume} (predict_linear(${available}[6h], ${AHEAD_SECONDS})) < 0`,
            holds: Duration.hours(1),
            severity: 'warning',
            component: 'volumes',
            summary: 'The volume {{ $labels.persistentvolumeclaim }} is full within four days',
            description:
              'As it filled over the last six hours. `hyperion check` has the arithmetic of its size: enlarge it there.',
          },
          {
            alert: 'VolumeFull',
            about: 'filling',
            expr: `${share} < 0.05`,
            holds: SOON,
            severity: 'critical',
            component: 'volumes',
            summary:
              'The volume {{ $labels.persistentvolumeclaim }} has {{ $value | humanizePercentage }} left',
            description:
              'Its pod stops writing, or ends. Enlarge the claim now; the storage classes allow it.',
          },
        ],
      },
    ];
  },
};
