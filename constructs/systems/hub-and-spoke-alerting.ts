/**
 * The active hub's alerts: what is evaluated over the metrics of all clusters, and who is told.
 */
import { Alertmanager } from '../alert/alertmanager';
import { backupAlerts } from '../alert/backup-alerts';
import { spokeAlerts } from '../alert/spoke-alerts';
import { Vmalert } from '../alert/vmalert';
import type { Platform } from '../core/platform';
import type { VictoriaMetrics } from '../store/victoria-metrics';
import type { Vmauth } from '../store/vmauth';
import { labelsOf, MONITORING } from './hub-and-spoke-collection';
import { hubHosts } from './hub-and-spoke-hosts';
import type { Cluster, HubProps } from './hub-and-spoke-props';
import { HUB_SECRETS } from './hub-and-spoke-secrets';

/** Those of `exporters` and `scrapeAgent`: every cluster has them. */
const SPOKE_JOBS = [
  'vmagent',
  'node-exporter',
  'kube-state-metrics',
  'kubelet',
  'cadvisor',
  'api-server',
] as const;

export function hubAlerting(
  platform: Platform,
  { alerting, hubs, role, storageClass }: HubProps,
  parts: {
    readonly here: Cluster;
    readonly remote: readonly Cluster[];
    readonly vmauth: Vmauth;
    readonly metrics: VictoriaMetrics;
  },
): Vmalert {
  const { here, remote, vmauth, metrics } = parts;
  const alertmanager = new Alertmanager(platform, 'alertmanager', {
    ...MONITORING,
    ...alerting,
    volume: { size: alerting.volume, storageClass },
  });
  return new Vmalert(platform, 'vmalert', {
    ...MONITORING,
    datasource: vmauth.query,
    remoteWrite: vmauth.remoteWrite,
    credential: { kind: 'bearer', secret: HUB_SECRETS.metricsAlerts },
    ...(vmauth.trust === undefined ? {} : { ca: vmauth.trust }),
    alertmanager: alertmanager.api,
    groups: [
      ...backupAlerts(metrics.backups),
      ...spokeAlerts({
        spokes: [here, ...remote].map(({ name }) => name),
        jobs: SPOKE_JOBS,
      }),
    ],
    labels: labelsOf(here),
    manyClusters: true,
    externalUrl: `https://${hubHosts(hubs, role).grafana}`,
  });
}
