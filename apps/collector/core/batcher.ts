/** Gathers single items into batches: a batch is ready when it is full, or when its first item has waited long enough. */
export interface BatcherOptions {
  readonly size: number;
  readonly waitMs: number;
}

export class Batcher<T> {
  private pending: T[] = [];
  private readonly takers: ((batch: T[] | undefined) => void)[] = [];
  private timer: NodeJS.Timeout | undefined;
  private isDue = false;
  private ended = false;

  public constructor(private readonly options: BatcherOptions) {}

  public get waiting(): number {
    return this.pending.length;
  }

  public add(items: readonly T[]): void {
    for (const item of items) this.pending.push(item);
    this.serve();
  }

  /** The next batch, or undefined when there will be none. */
  public next(): Promise<T[] | undefined> {
    return new Promise((resolve) => {
      this.takers.push(resolve);
      this.serve();
    });
  }

  /** What is there is handed out at once; nothing may be added any more. */
  public end(): void {
    this.ended = true;
    this.serve();
  }

  private serve(): void {
    const { size, waitMs } = this.options;
    const isReady = (): boolean =>
      this.pending.length >= size || ((this.isDue || this.ended) && this.pending.length > 0);
    while (this.takers.length > 0 && isReady()) {
      const batch = this.pending.splice(0, size);
      this.isDue = false;
      clearTimeout(this.timer);
      this.timer = undefined;
      this.takers.shift()?.(batch);
    }
    if (this.ended && this.pending.length === 0) {
      for (const taker of this.takers.splice(0)) taker(undefined);
    } else if (this.pending.length > 0 && !this.isDue && !this.ended) {
      this.timer ??= setTimeout(() => {
        this.timer = undefined;
        this.isDue = true;
        this.serve();
      }, waitMs);
    }
  }
}
