/** When a row is due: at once, as its time says, or so many a second. The clock is handed in. */
export type Pace =
  | { readonly kind: 'fast' }
  | { readonly kind: 'original'; readonly speed: number }
  | { readonly kind: 'rate'; readonly rowsPerS: number };

export class Pacer {
  private startedMs: number | undefined;
  private firstUs = 0;
  private lastUs = 0;
  private rows = 0;

  public constructor(
    private readonly pace: Pace,
    /** Milliseconds that only rise. */
    private readonly nowMs: () => number,
  ) {}

  /** How long to wait before this row, which counts as given out then. */
  public waitMs(timeUs: number): number {
    if (this.pace.kind === 'fast') return 0;
    const nowMs = this.nowMs();
    // A file that starts again, or goes back in time: from here, it is a new one.
    const isNew = this.startedMs === undefined || (this.pace.kind === 'original' && timeUs < this.lastUs);
    if (this.startedMs === undefined || isNew) {
      this.startedMs = nowMs;
      this.firstUs = timeUs;
      this.rows = 0;
    }
    this.lastUs = timeUs;
    const dueMs =
      this.pace.kind === 'rate'
        ? (this.rows / this.pace.rowsPerS) * 1000
        : (timeUs - this.firstUs) / 1000 / this.pace.speed;
    this.rows += 1;
    return Math.max(0, this.startedMs + dueMs - nowMs);
  }

  /** What was waited for something else is not caught up with. */
  public restart(): void {
    this.startedMs = undefined;
  }
}
