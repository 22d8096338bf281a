/**
 * What a Grafana that was there before is to show of this platform: a data source for the logs, and dashboards. Both are
 * ConfigMaps with the labels for which the sidecar of Grafana's chart looks.
 */
import { Component, type ComponentProps } from '../core/component';
import { ConfigFile } from '../core/config-file';
import { connect } from '../core/connect';
import type { Endpoint } from '../core/endpoint';
import type { External } from '../core/party';
import type { Platform } from '../core/platform';
import { platformDashboards } from './dashboards/platform-dashboards';
import type { SubjectProps } from './dashboards/subject';
import { DATA_SOURCE_UIDS, renderLogs } from './grafana-data-sources';

export interface GrafanaObjectsProps extends ComponentProps {
  /** The Grafana: it asks the store itself, so it is let in there. */
  readonly grafana: External;
  /** What answers LogQL. */
  readonly logs: Endpoint<'queries', 'loki-http'>;
  readonly dashboards: Omit<SubjectProps, 'sources'> & {
    /** Its data source with the metrics. */ readonly metricsUid: string;
  };
}

/** What the chart's sidecar looks for where nobody told it otherwise (`sidecar.datasources.label`, `….dashboards.label`). */
const SIDECAR_LABELS = {
  dataSources: { grafana_datasource: '1' },
  dashboards: { grafana_dashboard: '1' },
} as const;

export class GrafanaObjects extends Component {
  public constructor(scope: Platform, id: string, props: GrafanaObjectsProps) {
    super(scope, id, props, {
      layer: 'view',
      summary: 'Data source and dashboards for the Grafana that is there already',
    });
    const { grafana, logs, dashboards } = props;
    this.configMap(
      `${id}-data-source`,
      [
        ConfigFile.yaml(scope, 'loki-data-source.yaml', {
          apiVersion: 1,
          // No `prune`: the other data sources are not ours.
          datasources: [renderLogs(logs, false)],
        }),
      ],
      SIDECAR_LABELS.dataSources,
    );
    const { metricsUid, ...about } = dashboards;
    this.lastConfigMap(
      `${id}-dashboards`,
      () =>
        platformDashboards(scope, {
          ...about,
          sources: { metrics: metricsUid, logs: DATA_SOURCE_UIDS.logs },
        }),
      SIDECAR_LABELS.dashboards,
    );
    connect(grafana, logs, { signals: ['queries'], purpose: 'LogQL of its dashboards and of Explore' });
  }
}
