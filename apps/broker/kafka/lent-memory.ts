/** One partition's part of the shared memory, which can be given back as a whole when the partition is taken away. */
import type { MemoryShare } from '../core/partition';

export class LentMemory implements MemoryShare {
  private ownBytes = 0;
  private returned = false;

  public constructor(private readonly pool: MemoryShare) {}

  public get limitBytes(): number {
    return this.pool.limitBytes;
  }

  public get usedBytes(): number {
    return this.pool.usedBytes;
  }

  public set usedBytes(bytes: number) {
    if (this.returned) return;
    this.ownBytes += bytes - this.pool.usedBytes;
    this.pool.usedBytes = bytes;
  }

  public giveBack(): void {
    this.pool.usedBytes -= this.ownBytes;
    this.ownBytes = 0;
    this.returned = true;
  }
}
