/**
 * Grafana's data sources, derived from the endpoints that it is given, with links from trace to log to metric.
 * Source: Grafana 13, "Provision data sources" and each data source's own page.
 */
import type { Credential } from '../core/credential';
import type { Endpoint } from '../core/endpoint';

export interface DataSources {
  readonly metrics: {
    readonly endpoint: Endpoint<'queries', 'prometheus-query'>;
    readonly credential?: Credential & { kind: 'bearer' };
  };
  readonly logs: Endpoint<'queries', 'loki-http'>;
  readonly traces: Endpoint<'queries', 'tempo-http'>;
  /** Analytics over traces; needs the ClickHouse plug-in. */
  readonly traceAnalytics: {
    readonly endpoint: Endpoint<'queries', 'clickhouse-native'>;
    readonly database: string;
    readonly user: string;
    readonly credential: Credential & { kind: 'password' };
  };
}

/** Identifiers that dashboards and links refer to; changing one breaks saved dashboards. */
export const DATA_SOURCE_UIDS = {
  metrics: 'metrics',
  logs: 'logs',
  traces: 'traces',
  traceAnalytics: 'trace-analytics',
} as const;

/** How a secret's value gets into provisioned data: Grafana reads the file when it starts. */
export type SecretFile = (credential: Credential & { kind: 'bearer' | 'password' }) => string;

export function renderDataSources(sources: DataSources, secretFile: SecretFile): object {
  const { metrics, logs, traces, traceAnalytics } = sources;
  return {
    apiVersion: 1,
    // What a person added by hand stays; what stood here before and is gone is removed.
    prune: true,
    datasources: [
      {
        name: 'Metrics',
        uid: DATA_SOURCE_UIDS.metrics,
        type: 'prometheus',
        access: 'proxy',
        url: metrics.endpoint.url,
        isDefault: true,
        jsonData: {
          httpMethod: 'POST',
          // Scrapes are 30 s apart; a shorter step only draws the same value twice.
          timeInterval: '30s',
          exemplarTraceIdDestinations: [{ name: 'trace_id', datasourceUid: DATA_SOURCE_UIDS.traces }],
          ...(metrics.credential === undefined ? {} : { httpHeaderName1: 'Authorization' }),
        },
        ...(metrics.credential === undefined
          ? {}
          : { secureJsonData: { httpHeaderValue1: `Bearer ${secretFile(metrics.credential)}` } }),
      },
      {
        name: 'Logs',
        uid: DATA_SOURCE_UIDS.logs,
        type: 'loki',
        access: 'proxy',
        url: logs.url,
        jsonData: {
          maxLines: 1000,
          derivedFields: [
            {
              name: 'trace',
              matcherType: 'label',
              matcherRegex: 'trace_id',
              // Grafana's own variable; `$$` keeps its provisioning from reading it as an environment variable.
              url: '$${__value.raw}',
              datasourceUid: DATA_SOURCE_UIDS.traces,
              urlDisplayLabel: 'Show the trace',
            },
          ],
        },
      },
      {
        name: 'Traces',
        uid: DATA_SOURCE_UIDS.traces,
        type: 'tempo',
        access: 'proxy',
        url: traces.url,
        jsonData: {
          tracesToLogsV2: {
            datasourceUid: DATA_SOURCE_UIDS.logs,
            spanStartTimeShift: '-5m',
            spanEndTimeShift: '5m',
            tags: [{ key: 'service.name', value: 'service_name' }],
            filterByTraceID: true,
            filterBySpanID: false,
          },
          tracesToMetrics: {
            datasourceUid: DATA_SOURCE_UIDS.metrics,
            spanStartTimeShift: '-10m',
            spanEndTimeShift: '10m',
            tags: [{ key: 'service.name', value: 'service_name' }],
            queries: [
              { name: 'Calls a second', query: 'sum(rate(traces_span_metrics_calls_total{$$__tags}[5m]))' },
            ],
          },
          serviceMap: { datasourceUid: DATA_SOURCE_UIDS.metrics },
          nodeGraph: { enabled: true },
        },
      },
      {
        name: 'Trace analytics',
        uid: DATA_SOURCE_UIDS.traceAnalytics,
        type: 'grafana-clickhouse-datasource',
        access: 'proxy',
        jsonData: {
          host: traceAnalytics.endpoint.host,
          port: traceAnalytics.endpoint.port,
          protocol: 'native',
          secure: traceAnalytics.endpoint.tls,
          username: traceAnalytics.user,
          defaultDatabase: traceAnalytics.database,
        },
        secureJsonData: { password: secretFile(traceAnalytics.credential) },
      },
    ],
  };
}
