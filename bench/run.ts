/**
 * `npm run bench [-- area…]`: measures the areas, all when none is named, and writes `results.json`, `results.md` and
 * `results.svg` beside this file. An area that is not run keeps its results, with their date.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';

import { format, resolveConfig } from 'prettier';
import { apiRows } from './api';
import { brokerRows } from './broker';
import { resultsChart } from './chart';
import { collectorRows } from './collector';
import { formatFigure, formatGoal } from './figure';
import { proxyRows } from './proxy';
import { resultsJson, resultsMarkdown, type AreaResult, type Machine, type Results } from './report';
import type { Row } from './row';
import { soakRows } from './soak';
import { streamerRows } from './streamer';
import { synthRows } from './synth';

const AREAS: Readonly<Record<string, () => AsyncIterable<Row>>> = {
  synth: synthRows,
  broker: brokerRows,
  proxy: proxyRows,
  collector: collectorRows,
  streamer: streamerRows,
  api: apiRows,
  soak: soakRows,
};
const RESULTS = join(__dirname, 'results.json');

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => AREAS[name] === undefined);
  if (unknown.length > 0) {
    console.error(`bench: no area ${unknown.join(', ')}; there are: ${Object.keys(AREAS).join(', ')}`);
    return 2;
  }
  let results = existsSync(RESULTS) ? (JSON.parse(readFileSync(RESULTS, 'utf8')) as Results) : {};
  for (const [area, rows] of Object.entries(AREAS)) {
    if (names.length > 0 && !names.includes(area)) continue;
    results = { ...results, [area]: await measure(area, rows()) };
  }
  await write(results);
  return 0;
}

async function measure(area: string, rows: AsyncIterable<Row>): Promise<AreaResult> {
  const before = load();
  const measured: Row[] = [];
  for await (const row of rows) {
    console.log(`${area}: ${summaryOf(row)}`);
    measured.push(row);
  }
  const loadAverage = { before, after: load() };
  return { date: new Date().toISOString(), machine: machine(), loadAverage, rows: measured };
}

function summaryOf(row: Row): string {
  if (row.kind === 'not run') return `${row.id}: not run: ${row.reason}`;
  const { id, figure, unit, goal, met } = row;
  const [median, min, max] = [figure.median, figure.min, figure.max].map((value) =>
    formatFigure(value, unit),
  );
  return `${id}: ${median} (${min} – ${max}), goal ${formatGoal(goal, unit)}: ${met ? 'met' : 'NOT MET'}`;
}

function machine(): Machine {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGiB: Math.round(totalmem() / 1024 ** 3),
    platform: `${process.platform}-${process.arch}`,
    node: process.version,
  };
}

function load(): number {
  return loadavg()[0] ?? 0;
}

/** In the form that the linter expects of every file here. */
async function write(results: Results): Promise<void> {
  const options = await resolveConfig(RESULTS);
  const rows = Object.values(results).flatMap((area) => area.rows);
  writeFileSync(RESULTS, await format(resultsJson(results), { ...options, parser: 'json' }));
  writeFileSync(
    join(__dirname, 'results.md'),
    await format(resultsMarkdown(results), { ...options, parser: 'markdown' }),
  );
  writeFileSync(join(__dirname, 'results.svg'), resultsChart(rows.filter((row) => row.kind === 'measured')));
}

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
