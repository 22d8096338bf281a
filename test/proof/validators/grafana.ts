/**
 * Grafana's files. No registry has Grafana: settings and provisioning are judged by models of the keys in use, dashboards
 * by the types that Grafana publishes, and their queries by the program that answers them.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { version } from '@grafana/schema/package.json';
import { parse, stringify } from 'yaml';
import { CATALOG } from '../../../constructs/core/catalog';
import { judgeDashboard } from './grafana/dashboard-judge';
import { mistakesInReferences } from './grafana/data-source-references';
import { DASHBOARD_PROVIDERS, DATA_SOURCES } from './grafana/provisioning-models';
import { GRAFANA_SETTINGS, readIni } from './grafana/settings-model';
import { judgeByModel } from './models/model';
import type { Validator, Verdict } from './validator';
import { vmDryRun } from './vm-dry-run';

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
  {
    files: 'grafana/layer-*.json',
    reads: 'grafana',
    judgedBy: 'types of @grafana/schema; queries by vmalert -dryRun',
    substitute: MODEL,
    tools: ['victoria-metrics'],
    judge: async (path) => {
      const json = readFileSync(path, 'utf8');
      if (version !== CATALOG.grafana.version) {
        return {
          accepted: false,
          said: `the types are of Grafana ${version}, not of ${CATALOG.grafana.version}`,
        };
      }
      const types = judgeDashboard(json);
      return types.accepted ? judgeQueries(json) : types;
    },
    mistakes: [
      {
        what: 'an option of another kind of panel',
        spoil: (text) => text.replace('"tooltip": {', '"reduceOptions": {},\n"tooltip": {'),
        says: /'"reduceOptions"' does not exist/,
      },
      {
        what: 'a word that is none of its choices',
        spoil: (text) => text.replace('"placement": "bottom"', '"placement": "below"'),
        says: /'"below"' is not assignable to type 'LegendPlacement'/,
      },
      {
        what: 'a bracket of a query that is not closed',
        spoil: (text) => text.replace(/("expr": ".*)\)"/, '$1"'),
        says: /bad MetricsQL expr: .*unexpected token/,
      },
    ],
  },
];

function judgeDataSources(document: unknown): Verdict {
  const shape = judgeByModel(DATA_SOURCES, document);
  if (!shape.accepted) return shape;
  const said = mistakesInReferences(document as Parameters<typeof mistakesInReferences>[0]).join('\n');
  return { accepted: said === '', said };
}

/** As the rules of a file: that is how VictoriaMetrics says whether it can read a query, without a store. */
async function judgeQueries(json: string): Promise<Verdict> {
  const { panels } = JSON.parse(json) as { panels: { targets: { expr: string }[] }[] };
  const rules = panels
    .flatMap(({ targets }) => targets)
    .map(({ expr }, index) => ({
      record: `query_${index}`,
      expr: expr.replaceAll('$__rate_interval', '5m'),
    }));
  const folder = mkdtempSync(join(tmpdir(), 'hyperion-queries-'));
  try {
    const file = join(folder, 'queries.yml');
    writeFileSync(file, stringify({ groups: [{ name: 'queries', rules }] }));
    return await vmDryRun('vmalert', [`-rule=${file}`]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
