/**
 * Grafana's files. No registry has Grafana: settings and provisioning are judged by models of the keys in use, dashboards
 * by the types that Grafana publishes, and their queries by the program that answers them.
 */
import { readFileSync } from 'node:fs';
import { version } from '@grafana/schema/package.json';
import { parse } from 'yaml';
import { CATALOG } from '../../../constructs/core/catalog';
import { judgeDashboard } from './grafana/dashboard-judge';
import { mistakesInDashboard, type DashboardLike } from './grafana/dashboard-mistakes';
import { mistakesInReferences } from './grafana/data-source-references';
import { judgeQueries } from './grafana/query-judge';
import { DASHBOARD_PROVIDERS, DATA_SOURCES } from './grafana/provisioning-models';
import { GRAFANA_SETTINGS, readIni } from './grafana/settings-model';
import { judgeByModel } from './models/model';
import type { Mistake, Validator, Verdict } from './validator';

const MODEL = 'typed model for Grafana 13.1.0';

export const GRAFANA_VALIDATORS: readonly Validator[] = [
  {
    files: 'grafana/grafana.ini',
    reads: 'grafana',
    judgedBy: 'sections, keys and values',
    substitute: MODEL,
    tools: [],
    judge: (path) => Promise.resolve(judgeByModel(GRAFANA_SETTINGS, readIni(readFileSync(path, 'utf8')))),
    mistakes: [
      {
        what: 'a key in a section that has no such key',
        spoil: (text) =>
          text.replace('cookie_secure = true\n', '').replace('[users]\n', '[users]\ncookie_secure = true\n'),
        says: /^\/users: the model has no key cookie_secure$/,
      },
      {
        what: 'a password in the file',
        spoil: (text) => text.replace(/admin_password = .*/, 'admin_password = hunter2'),
        says: /^\/security\/admin_password: must match pattern/,
      },
    ],
  },
  {
    files: 'grafana/datasources.yaml',
    reads: 'grafana',
    judgedBy: 'keys, types and references',
    substitute: MODEL,
    tools: [],
    judge: (path) => Promise.resolve(judgeDataSources(parse(readFileSync(path, 'utf8')))),
    mistakes: [
      {
        what: 'the first form of the link from traces to logs',
        spoil: (text) => text.replace('tracesToLogsV2', 'tracesToLogs'),
        says: /^\/datasources\/2\/jsonData: the model has no key tracesToLogs$/,
      },
      {
        what: 'a link to a data source that is not there',
        spoil: (text) => text.replace('datasourceUid: traces', 'datasourceUid: tempo'),
        says: /^there is no data source tempo$/,
      },
      {
        what: 'a variable of Grafana that Grafana would replace',
        spoil: (text) => text.replace('$${__value.raw}', '${__value.raw}'),
        says: /^url: Grafana replaces what stands after one \$/,
      },
    ],
  },
  {
    files: 'grafana/dashboards.yaml',
    reads: 'grafana',
    judgedBy: 'keys and types',
    substitute: MODEL,
    tools: [],
    judge: (path) => Promise.resolve(judgeByModel(DASHBOARD_PROVIDERS, parse(readFileSync(path, 'utf8')))),
    mistakes: [
      {
        what: 'the interval under another name',
        spoil: (text) => text.replace('updateIntervalSeconds', 'updateInterval'),
        says: /^\/providers\/0: the model has no key updateInterval$/,
      },
    ],
  },
  dashboards('grafana/*.json', {
    what: 'a function that Flux does not have',
    spoil: (text) => text.replace('aggregateWindow', 'aggregatedWindow'),
    says: /undefined identifier aggregatedWindow/,
  }),
  {
    files: 'loki-grafana/loki-data-source.yaml',
    reads: 'grafana',
    judgedBy: 'keys, types and references',
    substitute: MODEL,
    tools: [],
    judge: (path) => Promise.resolve(judgeDataSources(parse(readFileSync(path, 'utf8')))),
    mistakes: [
      {
        what: 'the data sources under another name',
        spoil: (text) => text.replace('datasources:', 'dataSources:'),
        says: /^\/: the model has no key dataSources$/m,
      },
    ],
  },
  dashboards('loki-grafana/*.json'),
];

/** Whatever they ask in: each query is read by every program of the registries that answers the language. */
function dashboards(files: string, ...further: readonly Mistake[]): Validator {
  return {
    files,
    reads: 'grafana',
    judgedBy:
      'types of @grafana/schema; places and variables; queries by promtool and vmalert, run by InfluxDB',
    substitute: MODEL,
    tools: ['prometheus', 'victoria-metrics', 'influxdb', 'sandbox'],
    judge: judgeFile,
    mistakes: [
      {
        what: 'an option of another kind of panel',
        spoil: (text) => text.replace('"tooltip": {', '"reduceOptions": {},\n"tooltip": {'),
        says: /'"reduceOptions"' does not exist/,
      },
      {
        what: 'a word that is none of its choices',
        spoil: (text) => text.replace('"placement": "bottom"', '"placement": "below"'),
        says: /"below"/,
      },
      {
        what: 'a panel that lies over another',
        spoil: (text) => text.replaceAll(/"y": \d+/g, '"y": 0'),
        says: /lie over each other/,
      },
      {
        what: 'a number that two panels have',
        spoil: (text) => text.replaceAll(/"id": \d+/g, '"id": 1'),
        says: /two panels have the number 1/,
      },
      {
        what: 'a bracket of a query that is not closed',
        spoil: (text) => text.replace(/("expr": ".*)\)"/, '$1"'),
        says: /could not parse expression/,
      },
      {
        what: 'a function that only VictoriaMetrics has',
        spoil: (text) => text.replace('(rate(', '(rollup_rate('),
        says: /unknown function with name \\?"rollup_rate\\?"/,
      },
      ...further,
      {
        what: 'a variable that is not there',
        spoil: (text) => text.replace(/("expr": ".*)\)"/, '$1 > $wanted)"'),
        says: /there is no variable wanted/,
      },
    ],
  };
}

function judgeDataSources(document: unknown): Verdict {
  const shape = judgeByModel(DATA_SOURCES, document);
  if (!shape.accepted) return shape;
  const said = mistakesInReferences(document as Parameters<typeof mistakesInReferences>[0]).join('\n');
  return { accepted: said === '', said };
}

async function judgeFile(path: string): Promise<Verdict> {
  const json = readFileSync(path, 'utf8');
  if (version !== CATALOG.grafana.version) {
    return {
      accepted: false,
      said: `the types are of Grafana ${version}, not of ${CATALOG.grafana.version}`,
    };
  }
  const types = judgeDashboard(json);
  if (!types.accepted) return types;
  const dashboard = JSON.parse(json) as DashboardLike;
  const said = mistakesInDashboard(dashboard).join('\n');
  if (said !== '') return { accepted: false, said };
  return judgeQueries(dashboard);
}
