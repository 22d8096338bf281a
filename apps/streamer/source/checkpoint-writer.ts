/** Saves the checkpoint of one file as its reading goes on: not more often than asked for, and never two at a time. */
export interface CheckpointWriterOptions {
  readonly save: () => Promise<void>;
  readonly intervalMs: number;
  /** Undefined when it went well. A failure costs repeated rows after a crash, and no more: reading goes on. */
  readonly onSaved: (error: unknown) => void;
}

export class CheckpointWriter {
  private isNew = false;
  private lastMs = performance.now();
  private saving: Promise<void> | undefined;

  public constructor(private readonly options: CheckpointWriterOptions) {}

  /** There is progress. */
  public note(): void {
    this.isNew = true;
    if (this.saving === undefined && performance.now() - this.lastMs >= this.options.intervalMs)
      void this.start();
  }

  /** Resolves when the last progress is saved, or could not be. */
  public async flush(): Promise<void> {
    await this.saving;
    if (this.isNew) await this.start();
  }

  private start(): Promise<void> {
    this.isNew = false;
    this.saving = this.options
      .save()
      .then(
        () => {
          this.options.onSaved(undefined);
        },
        (error: unknown) => {
          this.isNew = true;
          this.options.onSaved(error);
        },
      )
      .finally(() => {
        this.lastMs = performance.now();
        this.saving = undefined;
      });
    return this.saving;
  }
}
