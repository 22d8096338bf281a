/**
 * The public Helm charts that synthesis is compared with: found in the folders of `HYPERION_BENCH_CHARTS`, copied, and
 * made renderable without a network. They are no part of this repository.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { parse, stringify } from 'yaml';

export interface Release {
  readonly chart: string;
  readonly version: string;
  readonly folder: string;
  readonly values: string;
}

/** What is rendered, by chart: the least that each asks for, Loki in the parts that Hyperion runs it in. */
const VALUES: Readonly<Record<string, object>> = {
  'opentelemetry-collector': {
    mode: 'deployment',
    image: { repository: 'otel/opentelemetry-collector-contrib' },
  },
  'victoria-metrics-cluster': {},
  'victoria-metrics-agent': { remoteWrite: [{ url: 'http://vminsert:8480/insert/0/prometheus' }] },
  'victoria-metrics-alert': {
    server: {
      datasource: { url: 'http://vmselect:8481' },
      notifier: { alertmanager: { url: 'http://alerts:9093' } },
    },
  },
  'victoria-metrics-auth': {},
  loki: {
    deploymentMode: 'Distributed',
    loki: {
      useTestSchema: true,
      storage: { bucketNames: { chunks: 'chunks', ruler: 'ruler', admin: 'admin' } },
    },
    ingester: { replicas: 3 },
    distributor: { replicas: 3 },
    querier: { replicas: 3 },
    queryFrontend: { replicas: 2 },
    queryScheduler: { replicas: 2 },
    indexGateway: { replicas: 2 },
    compactor: { replicas: 1 },
    ...Object.fromEntries(
      ['backend', 'read', 'write', 'singleBinary'].map((part) => [part, { replicas: 0 }]),
    ),
  },
  grafana: {},
};

interface ChartFile {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: readonly { readonly name: string; readonly condition?: string }[];
}

/**
 * @param folders what `HYPERION_BENCH_CHARTS` says: folders that hold charts, separated as in PATH
 * @param into an empty folder for the copies
 * @returns the releases, or why there are none
 */
export function prepareCharts(folders: string | undefined, into: string): readonly Release[] | string {
  if (folders === undefined || folders === '') {
    return 'HYPERION_BENCH_CHARTS is not set: name the folders that hold the charts (see bench/README.md)';
  }
  const places = folders.split(delimiter).filter((place) => place !== '');
  const find = (chart: string): string | undefined =>
    places.map((place) => join(place, chart)).find((folder) => existsSync(join(folder, 'Chart.yaml')));
  const missing = Object.keys(VALUES).filter((chart) => find(chart) === undefined);
  if (missing.length > 0) return `no chart ${missing.join(', ')} in the folders of HYPERION_BENCH_CHARTS`;
  return Object.entries(VALUES).map(([chart, values]) => {
    const folder = copyChart(chart, find, into);
    const valuesFile = join(into, `${chart}.values.yaml`);
    writeFileSync(valuesFile, stringify(values));
    return { chart, version: chartFile(folder).version, folder, values: valuesFile };
  });
}

/**
 * Helm refuses a chart whose dependencies lie in a registry. Those with a condition are off in these values, so they
 * are left out; the others (shared templates) come from the same folders.
 */
function copyChart(chart: string, find: (chart: string) => string | undefined, into: string): string {
  const source = find(chart);
  if (source === undefined) {
    throw new Error(
      `bench: no chart ${chart} in HYPERION_BENCH_CHARTS, which another chart depends on; add its folder`,
    );
  }
  const target = join(into, chart);
  cpSync(source, target, { recursive: true });
  const { dependencies = [], ...rest } = chartFile(target);
  const needed = dependencies.filter(({ condition }) => condition === undefined);
  writeFileSync(join(target, 'Chart.yaml'), stringify({ ...rest, dependencies: needed }));
  for (const { name } of needed) {
    if (existsSync(join(target, 'charts', name))) continue;
    mkdirSync(join(target, 'charts'), { recursive: true });
    copyChart(name, find, join(target, 'charts'));
  }
  return target;
}

function chartFile(folder: string): ChartFile {
  return parse(readFileSync(join(folder, 'Chart.yaml'), 'utf8')) as ChartFile;
}
