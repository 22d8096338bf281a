import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { prepareCharts } from '../../bench/charts';

const CHARTS = [
  'opentelemetry-collector',
  'victoria-metrics-cluster',
  'victoria-metrics-agent',
  'victoria-metrics-alert',
  'victoria-metrics-auth',
  'loki',
  'grafana',
];

let root: string;
let into: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'hyperion-bench-charts-'));
  into = join(root, 'into');
  mkdirSync(into);
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

function makeChart(place: string, name: string, dependencies: object[] = []): void {
  const folder = join(root, place, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'Chart.yaml'), stringify({ name, version: '1.2.3', dependencies }));
}

test('says why there are no charts', () => {
  expect(prepareCharts(undefined, into)).toContain('HYPERION_BENCH_CHARTS is not set');
  expect(prepareCharts('', into)).toContain('HYPERION_BENCH_CHARTS is not set');
  for (const chart of CHARTS.slice(0, 5)) makeChart('one', chart);
  expect(prepareCharts(join(root, 'one'), into)).toBe(
    'no chart loki, grafana in the folders of HYPERION_BENCH_CHARTS',
  );
});

test('takes charts from several folders, with the dependencies they need and without those that are off', () => {
  for (const chart of CHARTS.slice(0, 5)) makeChart('one', chart, [{ name: 'common' }]);
  makeChart('one', 'common');
  makeChart('two', 'loki', [{ name: 'minio', condition: 'minio.enabled' }]);
  makeChart('two', 'grafana');
  const releases = prepareCharts(`${join(root, 'one')}:${join(root, 'two')}`, into);
  if (typeof releases === 'string') throw new Error(releases);
  expect(releases.map(({ chart, version }) => `${chart} ${version}`)).toEqual(
    CHARTS.map((chart) => `${chart} 1.2.3`),
  );
  expect(existsSync(join(into, 'victoria-metrics-auth', 'charts', 'common', 'Chart.yaml'))).toBe(true);
  expect(parse(readFileSync(join(into, 'loki', 'Chart.yaml'), 'utf8'))).toMatchObject({
    name: 'loki',
    dependencies: [],
  });
  expect(parse(readFileSync(join(into, 'loki.values.yaml'), 'utf8'))).toMatchObject({
    deploymentMode: 'Distributed',
  });
  // The checkout stays as it was.
  expect(readFileSync(join(root, 'two', 'loki', 'Chart.yaml'), 'utf8')).toContain('minio');
});

test('names the shared chart that is nowhere', () => {
  for (const chart of CHARTS) makeChart('one', chart, [{ name: 'common' }]);
  expect(() => prepareCharts(join(root, 'one'), into)).toThrow(
    'bench: no chart common in HYPERION_BENCH_CHARTS, which another chart depends on; add its folder',
  );
});
