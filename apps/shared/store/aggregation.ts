/**
 * Aggregates of a window's samples. A percentile is interpolated linearly between the two nearest ranks, at
 * `p × (n − 1)` of the sorted values: what InfluxDB calls `quantile(method: "exact_mean")`, and others R-7.
 */
import type { Aggregate } from './telemetry-store';

const PERCENTILES: Readonly<Partial<Record<Aggregate, number>>> = {
  p50: 0.5,
  p90: 0.9,
  p95: 0.95,
  p99: 0.99,
};

/** The percentile's place between 0 and 1, or undefined for other aggregates. */
export function quantileOf(aggregate: Aggregate): number | undefined {
  return PERCENTILES[aggregate];
}

export class Aggregation {
  private count = 0;
  private sum = 0;
  private min = Number.POSITIVE_INFINITY;
  private max = Number.NEGATIVE_INFINITY;
  private last = 0;
  /** Only a percentile needs them all. */
  private readonly values: number[] = [];
  private readonly keepsValues: boolean;

  public constructor(private readonly aggregates: readonly Aggregate[]) {
    this.keepsValues = aggregates.some((aggregate) => quantileOf(aggregate) !== undefined);
  }

  /** How many values it holds in memory. */
  public get held(): number {
    return this.values.length;
  }

  /** In order of time. */
  public add(value: number): void {
    this.count += 1;
    this.sum += value;
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
    this.last = value;
    if (this.keepsValues) this.values.push(value);
  }

  public result(): Partial<Record<Aggregate, number>> {
    const sorted = this.keepsValues ? Float64Array.from(this.values).sort() : new Float64Array();
    return Object.fromEntries(
      this.aggregates.map((aggregate) => [aggregate, this.valueOf(aggregate, sorted)]),
    );
  }

  private valueOf(aggregate: Aggregate, sorted: Float64Array): number {
    const { count, sum, min, max, last } = this;
    const plain: Readonly<Partial<Record<Aggregate, number>>> = {
      mean: sum / count,
      min,
      max,
      sum,
      count,
      last,
    };
    return plain[aggregate] ?? quantile(sorted, quantileOf(aggregate) ?? 0);
  }
}

function quantile(sorted: Float64Array, q: number): number {
  const place = q * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.ceil(place);
  const lower = sorted[below] ?? 0;
  return below === above ? lower : lower * (above - place) + (sorted[above] ?? 0) * (place - below);
}
