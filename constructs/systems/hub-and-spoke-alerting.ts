/**
 * The active hub's alerts: what is evaluated over the metrics of all clusters, and who is told.
 */
import { Alertmanager } from '../alert/alertmanager';
import { hubAlerts } from '../alert/hub-alerts';
import { nodeAlerts } from '../alert/node-alerts';
import { alertingAlerts, metricsStoreAlerts } from '../alert/platform-alerts';
import type { RuleGroup } from '../alert/rules';
import { Vmalert } from '../alert/vmalert';
import type { Platform } from '../core/platform';
import type { VictoriaMetrics } from '../store/victoria-metrics';
import type { Vmauth } from '../store/vmauth';
import { labelsOf, MONITORING } from './hub-and-spoke-collection';
import { hubHosts } from './hub-and-spoke-hosts';
import type { Cluster, HubProps } from './hub-and-spoke-props';
import { HUB_SECRETS } from './hub-and-spoke-secrets';

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
    groups: groups(metrics, [here, ...remote]),
    labels: labelsOf(here),
    externalUrl: `https://${hubHosts(hubs, role).grafana}`,
  });
}

function groups(metrics: VictoriaMetrics, clusters: readonly Cluster[]): RuleGroup[] {
  return [
    metricsStoreAlerts({ backups: metrics.backups }),
    nodeAlerts(),
    // The hub's own agent among them: by job and pod alone, as elsewhere, all clusters' agents would be one.
    ...hubAlerts({ spokes: clusters.map(({ name }) => name) }),
    alertingAlerts(),
  ];
}
