/** The results for people and programs: JSON, a Markdown table, and the chart beside it. */
import { formatFigure, formatGoal } from './figure';
import type { MeasuredRow, Raw, RawLoad, RawSide, Row } from './row';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly platform: string;
  readonly node: string;
}

export interface AreaResult {
  /** When it was measured, ISO 8601. */
  readonly date: string;
  readonly machine: Machine;
  /** Runnable processes, mean of a minute, before the first and after the last round (which counts itself). */
  readonly loadAverage: { readonly before: number; readonly after: number };
  readonly rows: readonly Row[];
}

/** By area; an area that was not run keeps what it had, with its own date and machine. */
export type Results = Readonly<Record<string, AreaResult>>;

/** More digits than a noisy machine can give would look like knowledge. */
const DIGITS = 4;

export function resultsJson(results: Results): string {
  const round = (_key: string, value: unknown): unknown =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(DIGITS)) : value;
  return JSON.stringify(results, round, 2);
}

export function resultsMarkdown(results: Results): string {
  return [
    '# Benchmark results',
    'Made by `npm run bench`; what the rows mean stands in [README.md](README.md). Ratios hold on a busy machine, absolute figures do not.',
    '![Each figure against its goal](results.svg)',
    ...Object.entries(results).flatMap(([area, result]) => areaMarkdown(area, result)),
  ].join('\n\n');
}

function areaMarkdown(area: string, { date, machine, loadAverage, rows }: AreaResult): string[] {
  const { cpu, cores, memoryGiB, platform, node } = machine;
  const measured = rows.filter((row) => row.kind === 'measured');
  const notes = measured.flatMap(({ id, note }) => (note === undefined ? [] : [`- ${id}: ${note}`]));
  return [
    `## ${area}`,
    `${date.slice(0, 16).replace('T', ' ')} UTC on ${cores} cores (${cpu}), ${memoryGiB} GiB, ${platform}, node ${node}; ` +
      `load average ${loadAverage.before.toFixed(1)} before, ${loadAverage.after.toFixed(1)} after.`,
    table(
      ['row', 'what', 'of', 'median', 'min – max', 'rounds', 'goal', 'met'],
      rows.map((row) =>
        row.kind === 'measured'
          ? figureCells(row)
          : [row.id, row.title, '', '', '', '', '', `not run: ${row.reason}`],
      ),
    ),
    ...(notes.length === 0 ? [] : [notes.join('\n')]),
    ...sidesMarkdown(measured),
    ...loadsMarkdown(measured),
  ];
}

function sidesMarkdown(measured: readonly MeasuredRow[]): string[] {
  const lines = rawOf(measured).flatMap(([id, raw]) => (isLoad(raw) ? [] : [[id, ...sideCells(raw)]]));
  if (lines.length === 0) return [];
  return [
    "What each side took, medians; “compared” is what the row's figure is made of:",
    table(
      ['row', 'program', 'wall ms', 'user ms', 'system ms', 'peak MiB', 'objects', 'kB', 'compared ms'],
      lines,
    ),
  ];
}

function loadsMarkdown(measured: readonly MeasuredRow[]): string[] {
  const lines = rawOf(measured).flatMap(([id, raw]) => (isLoad(raw) ? [[id, ...loadCells(raw)]] : []));
  if (lines.length === 0) return [];
  return [
    'What each side did, medians. “Busy” is the share of the one core that the program has, “load busy” of the other, from ' +
      'which the load comes; the time of an item is taken at the rate beside it:',
    table(
      [
        ...['row', 'program', 'items/s', 'CPU s per million', 'busy', 'load busy'],
        ...['at items/s', 'p50 ms', 'p99 ms', 'p99.9 ms'],
      ],
      lines,
    ),
  ];
}

function rawOf(measured: readonly MeasuredRow[]): [string, Raw][] {
  return firstOfEachRun(measured).flatMap(({ id, raw }) =>
    Object.values(raw).map((side): [string, Raw] => [id, side]),
  );
}

function isLoad(raw: Raw): raw is RawLoad {
  return 'itemsPerS' in raw;
}

/** Time and memory of the same runs are two rows, but were measured once. */
function firstOfEachRun(rows: readonly MeasuredRow[]): MeasuredRow[] {
  const runs = rows.map(({ raw }) => JSON.stringify(raw));
  return rows.filter((_, index) => runs.indexOf(runs[index] ?? '') === index);
}

function figureCells({ id, title, of, figure, unit, rounds, goal, met }: MeasuredRow): string[] {
  const { median, min, max } = figure;
  return [
    id,
    title,
    of,
    formatFigure(median, unit),
    `${formatFigure(min, unit)} – ${formatFigure(max, unit)}`,
    String(rounds),
    formatGoal(goal, unit),
    met ? 'yes' : '**no**',
  ];
}

function sideCells({
  program,
  comparedMs,
  wallMs,
  userMs,
  systemMs,
  peakMiB,
  objects,
  bytes,
}: RawSide): string[] {
  return [
    program,
    ...[wallMs, userMs, systemMs, peakMiB].map((value) => value.toFixed(0)),
    objects === undefined ? '' : String(objects),
    bytes === undefined ? '' : (bytes / 1000).toFixed(0),
    comparedMs.toFixed(2),
  ];
}

function loadCells({ program, itemsPerS, cpuSPerMillion, busy, loadBusy, latency }: RawLoad): string[] {
  const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;
  const times = latency === undefined ? [] : [latency.p50Ms, latency.p99Ms, latency.p999Ms];
  return [
    program,
    itemsPerS.toFixed(0),
    cpuSPerMillion.toFixed(2),
    percent(busy),
    loadBusy === undefined ? '' : percent(loadBusy),
    latency === undefined ? '' : latency.itemsPerS.toFixed(0),
    ...[0, 1, 2].map((index) => times[index]?.toFixed(2) ?? ''),
  ];
}

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...lines.map(line)].join('\n');
}
