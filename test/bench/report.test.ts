import { resultsChart } from '../../bench/chart';
import { resultsJson, resultsMarkdown, type Results } from '../../bench/report';
import { isMet, marginOf, type MeasuredRow, type Row } from '../../bench/row';

const RATIO: MeasuredRow = {
  kind: 'measured',
  id: 'quick-slow',
  title: 'quick ÷ slow <program>',
  unit: 'ratio',
  of: 'wall time',
  figure: { median: 0.25, min: 0.125, max: 0.5 },
  goal: { atMost: 0.5 },
  met: true,
  rounds: 5,
  raw: {
    a: {
      program: 'quick',
      comparedMs: 2,
      wallMs: 100,
      userMs: 90,
      systemMs: 5,
      peakMiB: 80.4,
      objects: 50,
      bytes: 12_345,
    },
    b: { program: 'slow', comparedMs: 8, wallMs: 400, userMs: 390, systemMs: 5, peakMiB: 80.4 },
  },
};
const MISSED: MeasuredRow = {
  ...RATIO,
  id: 'wall',
  unit: 's',
  figure: { median: 1.6, min: 1.5, max: 1.7 },
  goal: { atMost: 0.8 },
  met: false,
  note: 'absolute.',
};
const ABSENT: Row = { kind: 'not run', id: 'helm', title: 'quick ÷ helm', reason: 'no charts' };

const RESULTS: Results = {
  synth: {
    date: '2026-07-31T10:20:30.000Z',
    machine: { cpu: 'Example CPU', cores: 2, memoryGiB: 8, platform: 'linux-x64', node: 'v20.20.0' },
    loadAverage: { before: 0.123, after: 1.5 },
    rows: [RATIO, MISSED, ABSENT],
  },
};

test.each([
  [0.5, { atMost: 0.5 }, true, 1],
  [0.25, { atMost: 0.5 }, true, 2],
  [1, { atMost: 0.5 }, false, 0.5],
  [5, { atLeast: 5 }, true, 1],
  [10, { atLeast: 5 }, true, 2],
  [2.5, { atLeast: 5 }, false, 0.5],
])('%d against %j', (median, goal, met, margin) => {
  expect(isMet({ median, min: 0, max: 100 }, goal)).toBe(met);
  expect(marginOf(median, goal)).toBe(margin);
});

test('the table shows each row with spread, goal and verdict', () => {
  const markdown = resultsMarkdown(RESULTS);
  expect(markdown).toContain(
    '| quick-slow | quick ÷ slow <program> | wall time | 0.25 | 0.13 – 0.50 | 5 | ≤ 0.5 | yes |',
  );
  expect(markdown).toContain('| 1.60 s | 1.50 s – 1.70 s | 5 | ≤ 0.8 s | **no** |');
  expect(markdown).toContain('| helm | quick ÷ helm |  |  |  |  |  | not run: no charts |');
  expect(markdown).toContain('| quick-slow | quick | 100 | 90 | 5 | 80 | 50 | 12 | 2.00 |');
  // Two figures of the same runs.
  expect(markdown).not.toContain('| wall | quick |');
  expect(markdown).toContain('- wall: absolute.');
  expect(markdown).toContain(
    '2026-07-31 10:20 UTC on 2 cores (Example CPU), 8 GiB, linux-x64, node v20.20.0; load average 0.1 before, 1.5 after.',
  );
});

test('what was measured under load has a table of its own', () => {
  const load = {
    program: 'server',
    itemsPerS: 40_000.4,
    cpuSPerMillion: 25.123,
    busy: 0.987,
    loadBusy: 0.5,
    latency: { itemsPerS: 20_000, p50Ms: 0.123, p99Ms: 1.5, p999Ms: 12 },
  };
  const alone = { program: 'parser', itemsPerS: 1000, cpuSPerMillion: 1, busy: 1 };
  const result = { ...RESULTS.synth, rows: [{ ...RATIO, raw: { a: load, b: alone } }] };
  const markdown = resultsMarkdown({ broker: result } as Results);
  expect(markdown).toContain(
    '| quick-slow | server | 40000 | 25.12 | 99 % | 50 % | 20000 | 0.12 | 1.50 | 12.00 |',
  );
  expect(markdown).toContain('| quick-slow | parser | 1000 | 1.00 | 100 % |  |  |  |  |  |');
  expect(markdown).not.toContain('wall ms');
});

test('the JSON keeps four digits and reads back', () => {
  const results = {
    synth: { ...RESULTS.synth, rows: [{ ...RATIO, figure: { median: 0.123456, min: 0.1, max: 1234.56 } }] },
  } as Results;
  const read = JSON.parse(resultsJson(results)) as Results;
  expect(read.synth?.rows).toEqual([{ ...RATIO, figure: { median: 0.1235, min: 0.1, max: 1235 } }]);
});

describe('the chart', () => {
  /** x of the goal's line, and the bars as [x, width]. */
  function drawn(rows: readonly MeasuredRow[]): { goal: number; bars: [number, number, string][] } {
    const svg = resultsChart(rows);
    const goal = /<line x1="([\d.]+)"[^>]*stroke="#1b1f24" stroke-width="1.5"/.exec(svg)?.[1];
    const bars = [...svg.matchAll(/<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"[^>]* fill="(#\w+)"/g)];
    return {
      goal: Number(goal),
      bars: bars.map(([, x, width, fill]) => [Number(x), Number(width), fill ?? '']),
    };
  }

  test('draws what met its goal to the right of it and what did not to the left, as far as they are off', () => {
    const { goal, bars } = drawn([RATIO, MISSED]);
    const [met, missed] = bars;
    expect(met?.[0]).toBe(goal);
    expect((missed?.[0] ?? 0) + (missed?.[1] ?? 0)).toBeCloseTo(goal, 0);
    // Twice better and twice worse are equally far from the goal.
    expect(met?.[1]).toBeCloseTo(missed?.[1] ?? 0, 0);
    expect(met?.[2]).not.toBe(missed?.[2]);
  });

  test('draws a goal to be reached from below in the same direction', () => {
    const { goal, bars } = drawn([{ ...RATIO, goal: { atLeast: 0.125 } }]);
    expect(bars[0]?.[0]).toBe(goal);
    expect(bars[0]?.[1]).toBeGreaterThan(0);
  });

  test('names each row and escapes what a reader could take for markup', () => {
    const svg = resultsChart([{ ...RATIO, id: 'a<b&c' }]);
    expect(svg).toContain('>a&lt;b&amp;c</text>');
    expect(svg).toContain('>0.25 (goal ≤ 0.5)</text>');
  });
});
