/**
 * The chart of the results: for each measured row how many times better than its goal it is, on a logarithmic axis, so
 * that goals of any size and both directions share one picture. Right of the line, the goal is met.
 */
import { formatFigure, formatGoal } from './figure';
import { marginOf, type MeasuredRow } from './row';

const WIDTH_PX = 860;
const ROW_PX = 34;
const BAR_PX = 16;
const TOP_PX = 46;
const BOTTOM_PX = 40;
/** Where the plot begins and ends; names stand left of it, figures right. */
const PLOT = { left: 190, right: 640 } as const;
/** Okabe and Ito's palette: told apart by people with any colour vision. */
const COLOUR = {
  met: '#0072b2',
  missed: '#d55e00',
  text: '#1b1f24',
  faint: '#8a929b',
  grid: '#dfe3e7',
} as const;
const TICKS = [1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8, 16, 32, 64] as const;

export function resultsChart(rows: readonly MeasuredRow[]): string {
  const margins = rows.flatMap(({ figure, goal }) =>
    [figure.min, figure.max].map((value) => marginOf(value, goal)),
  );
  const [low, high] = range(margins);
  const x = (margin: number): number => {
    const share = Math.log(margin / low) / Math.log(high / low);
    return PLOT.left + Math.min(1, Math.max(0, share)) * (PLOT.right - PLOT.left);
  };
  const bottom = TOP_PX + rows.length * ROW_PX;
  const ticks = TICKS.filter((tick) => tick >= low && tick <= high);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH_PX} ${bottom + BOTTOM_PX}" width="${WIDTH_PX}" font-family="system-ui, sans-serif" font-size="13" role="img">`,
    '<title>Benchmarks: how many times better than its goal each figure is</title>',
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    text(16, 24, 'Each figure against its goal: median, with the spread of the rounds', { weight: 600 }),
    ...ticks.map((tick) => gridLine(x(tick), tick, bottom)),
    ...rows.map((row, index) => bar(row, TOP_PX + index * ROW_PX, x)),
    text(x(1), bottom + 34, 'goal', { anchor: 'middle', weight: 600 }),
    text(PLOT.right, bottom + 34, 'times better than the goal →', { anchor: 'end', fill: COLOUR.faint }),
    '</svg>',
    '',
  ].join('\n');
}

/** The powers of two around all values and the goal, a little wider than one step. */
function range(margins: readonly number[]): readonly [number, number] {
  const low = Math.min(1, ...margins);
  const high = Math.max(1, ...margins);
  return [2 ** Math.floor(Math.log2(low) - 0.5), 2 ** Math.ceil(Math.log2(high) + 0.5)];
}

function gridLine(x: number, tick: number, bottom: number): string {
  const isGoal = tick === 1;
  const [stroke, width] = isGoal ? [COLOUR.text, 1.5] : [COLOUR.grid, 1];
  const label = tick < 1 ? `1/${1 / tick}` : `${tick}×`;
  return [
    `<line x1="${px(x)}" x2="${px(x)}" y1="${TOP_PX - 8}" y2="${bottom}" stroke="${stroke}" stroke-width="${width}"/>`,
    text(x, bottom + 16, label, { anchor: 'middle', fill: COLOUR.faint }),
  ].join('\n');
}

function bar(row: MeasuredRow, top: number, x: (margin: number) => number): string {
  const { id, figure, unit, goal, met } = row;
  const middle = top + ROW_PX / 2;
  const at = (value: number): number => x(marginOf(value, goal));
  const [from, to] = [x(1), at(figure.median)].sort((a, b) => a - b) as [number, number];
  const [min, max] = [at(figure.min), at(figure.max)].sort((a, b) => a - b) as [number, number];
  const fill = met ? COLOUR.met : COLOUR.missed;
  return [
    text(PLOT.left - 12, middle + 4, id, { anchor: 'end' }),
    `<rect x="${px(from)}" y="${middle - BAR_PX / 2}" width="${px(to - from)}" height="${BAR_PX}" fill="${fill}"/>`,
    `<line x1="${px(min)}" x2="${px(max)}" y1="${middle}" y2="${middle}" stroke="${COLOUR.text}" stroke-width="2"/>`,
    text(
      PLOT.right + 14,
      middle + 4,
      `${formatFigure(figure.median, unit)} (goal ${formatGoal(goal, unit)})`,
    ),
  ].join('\n');
}

interface TextStyle {
  readonly anchor?: 'middle' | 'end';
  readonly fill?: string;
  readonly weight?: number;
}

function text(
  x: number,
  y: number,
  content: string,
  { anchor, fill = COLOUR.text, weight }: TextStyle = {},
): string {
  const attributes = [
    `x="${px(x)}" y="${px(y)}" fill="${fill}"`,
    ...(anchor === undefined ? [] : [`text-anchor="${anchor}"`]),
    ...(weight === undefined ? [] : [`font-weight="${weight}"`]),
  ];
  return `<text ${attributes.join(' ')}>${escape(content)}</text>`;
}

function escape(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function px(value: number): string {
  return String(Number(value.toFixed(1)));
}
