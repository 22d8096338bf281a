/**
 * Grafana's data sources, derived from the endpoints that it is given, with links from trace to log to metric.
 * Source: Grafana 13, "Provision data sources" and each data source's own page.
 */
import type { CertificateSecret } from '../core/certificate';
import type { Credential } from '../core/credential';
import type { Endpoint } from '../core/endpoint';
import type { Sources } from './dashboards/subject';
import { GRAFANA_DIRS } from './grafana-ini';

export interface DataSources {
  readonly metrics: {
    readonly endpoint: Endpoint<'queries', 'prometheus-query'>;
    readonly credential?: Credential & { kind: 'bearer' };
    /** Secret with the `ca.crt` by which its certificate is known. @default the image's own authorities */
    readonly ca?: CertificateSecret;
  };
  readonly logs?: Endpoint<'queries', 'loki-http'>;
  readonly traces?: Endpoint<'queries', 'tempo-http'>;
  /** Analytics over traces; needs the ClickHouse plug-in, and `internet` for it. */
  readonly traceAnalytics?: {
    readonly endpoint: Endpoint<'queries', 'clickhouse-native'>;
    readonly database: string;
    readonly user: string;
    readonly credential: Credential & { kind: 'password' };
  };
  /** GPU readings, in Flux. */
  readonly readings?: {
    readonly endpoint: Endpoint<'queries', 'flux'>;
    readonly organization: string;
    readonly bucket: string;
    readonly credential: Credential & { kind: 'bearer' };
  };
}

/** Identifiers that dashboards and links refer to; changing one breaks saved dashboards. */
export const DATA_SOURCE_UIDS = {
  metrics: 'metrics',
  logs: 'logs',
  traces: 'traces',
  traceAnalytics: 'trace-analytics',
  readings: 'readings',
} as const;

/** The same as dashboards refer to them. */
export function sourcesOf({ logs, traces, traceAnalytics, readings }: DataSources): Sources {
  return {
    metrics: DATA_SOURCE_UIDS.metrics,
    ...(logs === undefined ? {} : { logs: DATA_SOURCE_UIDS.logs }),
    ...(traces === undefined ? {} : { traces: DATA_SOURCE_UIDS.traces }),
    ...(traceAnalytics === undefined ? {} : { traceAnalytics: DATA_SOURCE_UIDS.traceAnalytics }),
    ...(readings === undefined
      ? {}
      : { readings: { uid: DATA_SOURCE_UIDS.readings, bucket: readings.bucket } }),
  };
}

/** How a secret's value gets into provisioned data: Grafana reads the file when it starts. */
export type SecretFile = (credential: Credential & { kind: 'bearer' | 'password' }) => string;

export function renderDataSources(sources: DataSources, secretFile: SecretFile): object {
  const { logs, traces, traceAnalytics, readings } = sources;
  return {
    apiVersion: 1,
    // What a person added by hand stays; what stood here before and is gone is removed.
    prune: true,
    datasources: [
      renderMetrics(sources, secretFile),
      ...(logs === undefined ? [] : [renderLogs(logs, traces !== undefined)]),
      ...(traces === undefined ? [] : [renderTraces(traces, logs !== undefined)]),
      ...(traceAnalytics === undefined ? [] : [renderTraceAnalytics(traceAnalytics, secretFile)]),
      ...(readings === undefined ? [] : [renderReadings(readings, secretFile)]),
    ],
  };
}

function renderMetrics({ metrics, traces }: DataSources, secretFile: SecretFile): object {
  const secrets = {
    ...(metrics.credential === undefined
      ? {}
      : { httpHeaderValue1: `Bearer ${secretFile(metrics.credential)}` }),
    ...(metrics.ca === undefined ? {} : { tlsCACert: `$__file{${GRAFANA_DIRS.metricsCa}/ca.crt}` }),
  };
  return {
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
      ...(traces === undefined
        ? {}
        : { exemplarTraceIdDestinations: [{ name: 'trace_id', datasourceUid: DATA_SOURCE_UIDS.traces }] }),
      ...(metrics.credential === undefined ? {} : { httpHeaderName1: 'Authorization' }),
      ...(metrics.ca === undefined ? {} : { tlsAuthWithCACert: true }),
    },
    ...(Object.keys(secrets).length === 0 ? {} : { secureJsonData: secrets }),
  };
}

/** Of Loki alone, also for a Grafana that has others. */
export function renderLogs(logs: NonNullable<DataSources['logs']>, hasTraces: boolean): object {
  return {
    name: 'Logs',
    uid: DATA_SOURCE_UIDS.logs,
    type: 'loki',
    access: 'proxy',
    url: logs.url,
    jsonData: {
      maxLines: 1000,
      ...(hasTraces
        ? {
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
          }
        : {}),
    },
  };
}

function renderTraces(traces: NonNullable<DataSources['traces']>, hasLogs: boolean): object {
  return {
    name: 'Traces',
    uid: DATA_SOURCE_UIDS.traces,
    type: 'tempo',
    access: 'proxy',
    url: traces.url,
    jsonData: {
      ...(hasLogs
        ? {
            tracesToLogsV2: {
              datasourceUid: DATA_SOURCE_UIDS.logs,
              spanStartTimeShift: '-5m',
              spanEndTimeShift: '5m',
              tags: [{ key: 'service.name', value: 'service_name' }],
              filterByTraceID: true,
              filterBySpanID: false,
            },
          }
        : {}),
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
  };
}

function renderTraceAnalytics(
  { endpoint, user, database, credential }: NonNullable<DataSources['traceAnalytics']>,
  secretFile: SecretFile,
): object {
  return {
    name: 'Trace analytics',
    uid: DATA_SOURCE_UIDS.traceAnalytics,
    type: 'grafana-clickhouse-datasource',
    access: 'proxy',
    jsonData: {
      host: endpoint.host,
      port: endpoint.port,
      protocol: 'native',
      secure: endpoint.tls,
      username: user,
      defaultDatabase: database,
    },
    secureJsonData: { password: secretFile(credential) },
  };
}

function renderReadings(
  { endpoint, organization, bucket, credential }: NonNullable<DataSources['readings']>,
  secretFile: SecretFile,
): object {
  return {
    name: 'GPU readings',
    uid: DATA_SOURCE_UIDS.readings,
    type: 'influxdb',
    access: 'proxy',
    url: endpoint.url,
    jsonData: { version: 'Flux', organization, defaultBucket: bucket, httpMode: 'POST' },
    secureJsonData: { token: secretFile(credential) },
  };
}
