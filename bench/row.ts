/** One line of the results: what was measured, and what it should have been. */
import type { Summary } from './measure';

export type Goal = { readonly atMost: number } | { readonly atLeast: number };

export type Unit = 'ratio' | 's' | 'ms' | 'MiB';

interface RowHead {
  /** Unique among all areas, stable over time. */
  readonly id: string;
  /** What is compared with what. */
  readonly title: string;
}

/** Medians of one side that is a program which runs and ends, as measured. */
export interface RawSide {
  readonly program: string;
  /** What the figure is made of, in ms, e.g. per object. */
  readonly comparedMs: number;
  readonly wallMs: number;
  readonly userMs: number;
  readonly systemMs: number;
  readonly peakMiB: number;
  /** Kubernetes objects that it made. */
  readonly objects?: number;
  /** Size of their text. */
  readonly bytes?: number;
}

/** Medians of one side that is a program under load, as measured. */
export interface RawLoad {
  readonly program: string;
  /** Messages, requests, rows, …; what the row says. */
  readonly itemsPerS: number;
  /** Processor seconds that the program takes for a million items. */
  readonly cpuSPerMillion: number;
  /** Of the program's core, as a share of one. */
  readonly busy: number;
  /** Of the load's core; absent when the program makes its own load. */
  readonly loadBusy?: number;
  /** At a fixed rate, counted from the moment at which each was due. */
  readonly latency?: RawLatency;
}

export interface RawLatency {
  readonly itemsPerS: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
}

export type Raw = RawSide | RawLoad;

export interface MeasuredRow extends RowHead {
  readonly kind: 'measured';
  readonly figure: Summary;
  readonly unit: Unit;
  /** Of what the ratio is, e.g. `wall time per object`. */
  readonly of: string;
  readonly rounds: number;
  readonly goal: Goal;
  readonly met: boolean;
  readonly raw: Readonly<Record<string, Raw>>;
  /** What a reader must know before quoting the figure. */
  readonly note?: string;
}

export interface AbsentRow extends RowHead {
  readonly kind: 'not run';
  readonly reason: string;
}

export type Row = MeasuredRow | AbsentRow;

export function isMet({ median }: Summary, goal: Goal): boolean {
  return 'atMost' in goal ? median <= goal.atMost : median >= goal.atLeast;
}

/** How many times better than its goal a value is; below one, it misses it. */
export function marginOf(value: number, goal: Goal): number {
  return 'atMost' in goal ? goal.atMost / value : value / goal.atLeast;
}
