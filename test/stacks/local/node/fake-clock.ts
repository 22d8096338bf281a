import type { Clock } from '../../../../stacks/local/node/clock';

/** A clock that stands still until it is turned. */
export class FakeClock implements Clock {
  private now = 0;
  private readonly waiting = new Set<{ readonly atMs: number; readonly run: () => void }>();

  public nowMs(): number {
    return this.now;
  }

  public after(delayMs: number, run: () => void): () => void {
    const entry = { atMs: this.now + delayMs, run };
    this.waiting.add(entry);
    return () => {
      this.waiting.delete(entry);
    };
  }

  /** Runs what falls due in order, and lets promises settle in between. */
  public async turn(ms: number): Promise<void> {
    const end = this.now + ms;
    await settled();
    for (;;) {
      const [next] = [...this.waiting].filter(({ atMs }) => atMs <= end).sort((a, b) => a.atMs - b.atMs);
      if (next === undefined) break;
      this.waiting.delete(next);
      this.now = Math.max(this.now, next.atMs);
      next.run();
      await settled();
    }
    this.now = end;
  }
}

async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
