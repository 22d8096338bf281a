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
import { tool } from '../../tools/obtain';
import { judgeDashboard } from './grafana/dashboard-judge';
import { mistakesInReferences } from './grafana/data-source-references';
import { DASHBOARD_PROVIDERS, DATA_SOURCES } from './grafana/provisioning-models';
import { GRAFANA_SETTINGS, readIni } from './grafana/settings-model';
import { judgeByModel } from './models/model';
import { runProgram } from './run-program';
import { runInSandbox } from './sandbox';
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
  metricsDashboards('grafana/layer-*.json'),
  metricsDashboards('grafana/hub-*.json'),
  promQlDashboards('grafana/telemetry-*.json'),
  promQlDashboards('grafana/classic-*.json'),
  {
    files: 'grafana/gpu-*.json',
    reads: 'grafana',
    judgedBy: 'types of @grafana/schema; queries run by InfluxDB',
    substitute: MODEL,
    tools: ['influxdb', 'sandbox'],
    judge: (path) => judgeFile(path, judgeFlux),
    mistakes: [
      {
        what: 'a function that Flux does not have',
        spoil: (text) => text.replace('aggregateWindow', 'aggregatedWindow'),
        says: /undefined identifier aggregatedWindow/,
      },
      {
        what: 'another bucket than the one that is set up',
        spoil: (text) => text.replace('telem_bucket', 'telemetry_bucket'),
        says: /could not find bucket/,
      },
    ],
  },
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
  {
    files: 'loki-grafana/loki-*.json',
    reads: 'grafana',
    judgedBy: 'types of @grafana/schema; queries by promtool check rules',
    substitute: MODEL,
    tools: ['prometheus'],
    judge: (path) => judgeFile(path, judgePromQL),
    mistakes: [
      {
        what: 'a bracket of a query that is not closed',
        spoil: (text) => text.replace(/("expr": ".*)\)"/, '$1"'),
        says: /could not parse expression/,
      },
    ],
  },
];

/** Dashboards whose graphs VictoriaMetrics answers. */
function metricsDashboards(files: string): Validator {
  return {
    files,
    reads: 'grafana',
    judgedBy: 'types of @grafana/schema; queries by vmalert -dryRun',
    substitute: MODEL,
    tools: ['victoria-metrics'],
    judge: (path) => judgeFile(path, judgeMetricsQL),
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
  };
}

function judgeDataSources(document: unknown): Verdict {
  const shape = judgeByModel(DATA_SOURCES, document);
  if (!shape.accepted) return shape;
  const said = mistakesInReferences(document as Parameters<typeof mistakesInReferences>[0]).join('\n');
  return { accepted: said === '', said };
}

async function judgeFile(
  path: string,
  judgeQueries: (targets: readonly Target[]) => Promise<Verdict>,
): Promise<Verdict> {
  const json = readFileSync(path, 'utf8');
  if (version !== CATALOG.grafana.version) {
    return {
      accepted: false,
      said: `the types are of Grafana ${version}, not of ${CATALOG.grafana.version}`,
    };
  }
  const types = judgeDashboard(json);
  if (!types.accepted) return types;
  const { panels } = JSON.parse(json) as { panels: { targets: Target[] }[] };
  return judgeQueries(panels.flatMap(({ targets }) => targets));
}

interface Target {
  readonly expr?: string;
  readonly query?: string;
}

const judgeMetricsQL = (targets: readonly Target[]): Promise<Verdict> =>
  asRules(targets, (file) => vmDryRun('vmalert', [`-rule=${file}`]));

const judgePromQL = (targets: readonly Target[]): Promise<Verdict> =>
  asRules(targets, async (file) =>
    runProgram(await tool('prometheus', 'promtool'), ['check', 'rules', file]),
  );

/** As the rules of a file: that is how these programs say whether they can read a query, without a store. */
async function asRules(
  targets: readonly Target[],
  judge: (file: string) => Promise<Verdict>,
): Promise<Verdict> {
  const rules = targets.map(({ expr = '' }, index) => ({
    record: `query_${index}`,
    expr: expr.replaceAll('$__rate_interval', '5m'),
  }));
  const folder = mkdtempSync(join(tmpdir(), 'hyperion-queries-'));
  try {
    const file = join(folder, 'queries.yml');
    writeFileSync(file, stringify({ groups: [{ name: 'queries', rules }] }));
    return await judge(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Grafana's own variables become values; then an InfluxDB with the bucket runs them. */
async function judgeFlux(targets: readonly Target[]): Promise<Verdict> {
  const queries = targets.map(({ query = '' }) =>
    query
      .replaceAll('v.timeRangeStart', '-1h')
      .replaceAll('v.timeRangeStop', 'now()')
      .replaceAll('v.windowPeriod', '1m'),
  );
  return runInSandbox({
    command: ['/judge/node', '/judge/flux-judge.js'],
    files: { '/judge/queries.json': JSON.stringify(queries) },
    readOnly: {
      '/judge/node': process.execPath,
      '/judge/flux-judge.js': join(__dirname, 'grafana', 'flux-judge.js'),
      '/judge/influxd': await tool('influxdb', 'influxd'),
    },
  });
}

/** In systems whose metrics lie in Prometheus. */
function promQlDashboards(files: string): Validator {
  return {
    files,
    reads: 'grafana',
    judgedBy: 'types of @grafana/schema; queries by promtool check rules',
    substitute: MODEL,
    tools: ['prometheus'],
    judge: (path) => judgeFile(path, judgePromQL),
    mistakes: [
      {
        what: 'a bracket of a query that is not closed',
        spoil: (text) => text.replace(/("expr": ".*)\)"/, '$1"'),
        says: /could not parse expression/,
      },
      {
        what: 'a function that only VictoriaMetrics has',
        spoil: (text) => text.replace('rate(', 'rollup_rate('),
        says: /unknown function with name \\?"rollup_rate\\?"/,
      },
    ],
  };
}
