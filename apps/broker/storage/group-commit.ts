/**
 * Lets writes wait for one another: while one is under way, those that come go together in the next.
 */
export interface Entry {
  readonly bytes: Buffer | undefined;
  /** Runs when the bytes are safe, before anything else can happen. */
  readonly stored: () => void;
  /** Runs when they were not written. */
  readonly failed: () => void;
}

interface Waiting extends Entry {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** One write; more waits for the next. */
const MAX_GROUP_BYTES = 4 * 1024 * 1024;

export class GroupCommit {
  /** What waits for the disk or is on its way to it. */
  public waitingBytes = 0;
  private readonly waiting: Waiting[] = [];
  private running: Promise<void> | undefined;

  /**
   * `write` makes the bytes of a group safe, or rejects with what the entries are rejected with; `after` runs after each
   * group and never rejects.
   */
  public constructor(
    private readonly write: (bytes: readonly Buffer[]) => Promise<void>,
    private readonly after: () => Promise<void>,
  ) {}

  public add(entry: Entry): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ ...entry, resolve, reject });
      this.waitingBytes += entry.bytes?.length ?? 0;
      this.running ??= this.run();
    });
  }

  public async idle(): Promise<void> {
    while (this.running !== undefined) await this.running;
  }

  private async run(): Promise<void> {
    // Requests that arrived together are handled in one turn of the event loop, and written together.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.waiting.length > 0) {
      const group = this.nextGroup();
      const bytes = group.flatMap((entry) => (entry.bytes === undefined ? [] : [entry.bytes]));
      try {
        await this.write(bytes);
        for (const entry of group) entry.stored();
        for (const entry of group) entry.resolve();
      } catch (error) {
        for (const entry of group) entry.failed();
        for (const entry of group) entry.reject(error);
      } finally {
        for (const each of bytes) this.waitingBytes -= each.length;
      }
      await this.after();
    }
    // In the same moment in which nothing waits: an entry that is added later starts the next run.
    this.running = undefined;
  }

  private nextGroup(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const entry of this.waiting) {
      bytes += entry.bytes?.length ?? 0;
      if (count > 0 && bytes > MAX_GROUP_BYTES) break;
      count += 1;
    }
    return this.waiting.splice(0, count);
  }
}
