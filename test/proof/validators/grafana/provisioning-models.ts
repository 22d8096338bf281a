/** What Grafana 13 provisions from files: the keys in use, from the provisioning pages of Grafana and of each data source. */
import {
  count,
  flag,
  goDuration,
  keys,
  listOf,
  oneOf,
  path,
  port,
  shapes,
  text,
  url,
  type Model,
} from '../models/model';

const tags = listOf(keys({ key: text, value: text }, ['key']));
const spanShifts = { spanStartTimeShift: goDuration, spanEndTimeShift: goDuration };

const COMMON = { name: text, uid: text, access: oneOf('proxy'), isDefault: flag } as const;
const REQUIRED = ['name', 'uid', 'type', 'access', 'jsonData'];

const prometheus = keys(
  {
    ...COMMON,
    type: oneOf('prometheus'),
    url,
    jsonData: keys({
      httpMethod: oneOf('POST', 'GET'),
      timeInterval: goDuration,
      exemplarTraceIdDestinations: listOf(keys({ name: text, datasourceUid: text }, ['name'])),
      httpHeaderName1: text,
      tlsAuthWithCACert: flag,
    }),
    secureJsonData: keys({ httpHeaderValue1: text, tlsCACert: text }),
  },
  [...REQUIRED, 'url'],
);

const loki = keys(
  {
    ...COMMON,
    type: oneOf('loki'),
    url,
    jsonData: keys({
      maxLines: count,
      derivedFields: listOf(
        keys(
          {
            name: text,
            matcherType: oneOf('regex', 'label'),
            matcherRegex: text,
            url: text,
            datasourceUid: text,
            urlDisplayLabel: text,
          },
          ['name', 'matcherRegex', 'url'],
        ),
      ),
    }),
  },
  [...REQUIRED, 'url'],
);

const tempo = keys(
  {
    ...COMMON,
    type: oneOf('tempo'),
    url,
    jsonData: keys({
      tracesToLogsV2: keys(
        { datasourceUid: text, ...spanShifts, tags, filterByTraceID: flag, filterBySpanID: flag },
        ['datasourceUid'],
      ),
      tracesToMetrics: keys(
        {
          datasourceUid: text,
          ...spanShifts,
          tags,
          queries: listOf(keys({ name: text, query: text }, ['query'])),
        },
        ['datasourceUid'],
      ),
      serviceMap: keys({ datasourceUid: text }, ['datasourceUid']),
      nodeGraph: keys({ enabled: flag }),
    }),
  },
  [...REQUIRED, 'url'],
);

const clickhouse = keys(
  {
    ...COMMON,
    type: oneOf('grafana-clickhouse-datasource'),
    jsonData: keys(
      {
        host: text,
        port,
        protocol: oneOf('native', 'http'),
        secure: flag,
        username: text,
        defaultDatabase: text,
      },
      ['host', 'port'],
    ),
    secureJsonData: keys({ password: text }),
  },
  REQUIRED,
);

const influxdb = keys(
  {
    ...COMMON,
    type: oneOf('influxdb'),
    url,
    jsonData: keys(
      {
        version: oneOf('Flux', 'InfluxQL', 'SQL'),
        organization: text,
        defaultBucket: text,
        httpMode: oneOf('GET', 'POST'),
      },
      ['version', 'organization'],
    ),
    secureJsonData: keys({ token: text }),
  },
  [...REQUIRED, 'url'],
);

export const DATA_SOURCES: Model = keys(
  {
    apiVersion: oneOf(1),
    prune: flag,
    datasources: listOf(shapes('type', prometheus, loki, tempo, clickhouse, influxdb)),
  },
  ['apiVersion', 'datasources'],
);

export const DASHBOARD_PROVIDERS: Model = keys(
  {
    apiVersion: oneOf(1),
    providers: listOf(
      keys(
        {
          name: text,
          folder: text,
          type: oneOf('file'),
          disableDeletion: flag,
          allowUiUpdates: flag,
          updateIntervalSeconds: count,
          options: keys({ path, foldersFromFilesStructure: flag }, ['path']),
        },
        ['name', 'type', 'options'],
      ),
    ),
  },
  ['apiVersion', 'providers'],
);
