/**
 * A set of offsets, kept as sorted intervals. Offsets are loaded and settled nearly in order, so that the set is one
 * interval most of the time, and adding to its end costs nothing.
 */
export interface Interval {
  readonly first: number;
  /** Inclusive. */
  readonly last: number;
}

export class IntervalSet {
  // Invariant: `firsts[i] <= lasts[i]` and `lasts[i] + 1 < firsts[i + 1]`: sorted, apart from one another, never touching.
  private readonly firsts: number[] = [];
  private readonly lasts: number[] = [];

  public get intervalCount(): number {
    return this.firsts.length;
  }

  /** The largest member; -1 when empty. */
  public get max(): number {
    return this.lasts.at(-1) ?? -1;
  }

  public has(offset: number): boolean {
    const i = this.firstEndingAtOrAfter(offset);
    return i < this.firsts.length && this.first(i) <= offset;
  }

  public add(first: number, last: number = first): void {
    if (!(first >= 0 && first <= last)) throw new Error(`not an interval: ${first}..${last}`);
    const end = this.lasts.length - 1;
    if (end < 0 || first > this.last(end) + 1) {
      this.firsts.push(first);
      this.lasts.push(last);
    } else if (first >= this.first(end)) {
      if (last > this.last(end)) this.lasts[end] = last;
    } else {
      this.merge(first, last);
    }
  }

  public clear(): void {
    this.firsts.length = 0;
    this.lasts.length = 0;
  }

  public intervals(): Interval[] {
    return this.firsts.map((first, i) => ({ first, last: this.last(i) }));
  }

  /** How many members are in none of the others. */
  public countOutside(...others: readonly IntervalSet[]): number {
    const covered = new IntervalSet();
    for (const other of others) for (const { first, last } of other.intervals()) covered.add(first, last);
    let count = 0;
    for (const { first, last } of this.intervals()) {
      count += last - first + 1;
      for (let i = covered.firstEndingAtOrAfter(first); i < covered.firsts.length; i += 1) {
        if (covered.first(i) > last) break;
        count -= Math.min(last, covered.last(i)) - Math.max(first, covered.first(i)) + 1;
      }
    }
    return count;
  }

  private merge(first: number, last: number): void {
    const from = this.firstEndingAtOrAfter(first - 1);
    let to = from;
    let low = first;
    let high = last;
    for (; to < this.firsts.length && this.first(to) <= last + 1; to += 1) {
      low = Math.min(low, this.first(to));
      high = Math.max(high, this.last(to));
    }
    this.firsts.splice(from, to - from, low);
    this.lasts.splice(from, to - from, high);
  }

  private firstEndingAtOrAfter(offset: number): number {
    let low = 0;
    let high = this.lasts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.last(middle) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private first(i: number): number {
    return this.firsts[i] ?? Number.NaN;
  }

  private last(i: number): number {
    return this.lasts[i] ?? Number.NaN;
  }
}
