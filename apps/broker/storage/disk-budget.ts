/** How much of the volume the broker may fill, over all partitions. Counts what files hold, and what is on its way to them. */
export class DiskBudget {
  // Invariant: usedBytes >= 0. It may pass the limit by records of acknowledgement, which are what frees space again.
  private used = 0;

  public constructor(public readonly limitBytes: number) {}

  public get usedBytes(): number {
    return this.used;
  }

  public tryReserve(sizeBytes: number): boolean {
    if (this.used + sizeBytes > this.limitBytes) return false;
    this.used += sizeBytes;
    return true;
  }

  /** For what has to be written, full or not. */
  public reserve(sizeBytes: number): void {
    this.used += sizeBytes;
  }

  public release(sizeBytes: number): void {
    this.used -= sizeBytes;
    if (this.used < 0) throw new Error(`more disk was given back than taken: ${this.used} bytes`);
  }
}
