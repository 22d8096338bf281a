/** From two programs to a row of the results. */
import { alternate, ratioOf, summarise } from './measure';
import type { Usage } from './program';
import { isMet, type Goal, type MeasuredRow, type RawSide } from './row';

/** One run of a program. */
export interface Sample extends Usage {
  /** What the ratio is made of: the time of the whole, of an object, … */
  readonly comparedMs: number;
  readonly objects?: number;
  readonly bytes?: number;
}

export interface Side {
  /** As the table names it. */
  readonly program: string;
  readonly run: () => Sample;
}

const BYTES_PER_MEBIBYTE = 1024 * 1024;

interface RatioProps {
  readonly id: string;
  readonly title: string;
  readonly of: string;
  readonly goal: Goal;
  readonly rounds: number;
  readonly a: Side;
  readonly b: Side;
  readonly note?: string;
}

export async function ratioRow({ a, b, ...row }: RatioProps): Promise<MeasuredRow> {
  const samples = await alternate(row.rounds, a.run, b.run);
  return measured({
    ...row,
    unit: 'ratio',
    figure: ratioOf(samples, ({ comparedMs }) => comparedMs),
    raw: { a: rawOf(a, samples.a), b: rawOf(b, samples.b) },
  });
}

export function measured(row: Omit<MeasuredRow, 'kind' | 'met'>): MeasuredRow {
  return { kind: 'measured', ...row, met: isMet(row.figure, row.goal) };
}

export function rawOf({ program }: Side, samples: readonly Sample[]): RawSide {
  const median = (value: (sample: Sample) => number): number => summarise(samples.map(value)).median;
  const { objects, bytes } = samples[0] ?? {};
  return {
    program,
    comparedMs: median(({ comparedMs }) => comparedMs),
    wallMs: median(({ wallMs }) => wallMs),
    userMs: median(({ userMs }) => userMs),
    systemMs: median(({ systemMs }) => systemMs),
    peakMiB: median(peakMiB),
    ...(objects === undefined ? {} : { objects }),
    ...(bytes === undefined ? {} : { bytes }),
  };
}

export function peakMiB({ peakBytes }: Usage): number {
  return peakBytes / BYTES_PER_MEBIBYTE;
}
