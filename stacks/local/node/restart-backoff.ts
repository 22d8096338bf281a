/**
 * How long a container that ended waits before it is started again. As the kubelet: at once the first time, then twice as
 * long each time, from the beginning again after it ran well. Shortened, for nobody wants to wait five minutes here: a
 * kubelet begins at 10 s and goes up to 300 s, this goes from 0.5 s to 10 s.
 */
const FIRST_MS = 500;
const LONGEST_MS = 10_000;
/** The kubelet forgets after ten minutes; shortened in the same proportion as the waits. */
const RAN_WELL_MS = 20_000;

export class RestartBackoff {
  private nextMs = 0;

  /** To be asked once for each end. */
  public delayMs(ranForMs: number): number {
    if (ranForMs >= RAN_WELL_MS) this.nextMs = 0;
    const delayMs = this.nextMs;
    this.nextMs = Math.min(LONGEST_MS, Math.max(FIRST_MS, delayMs * 2));
    return delayMs;
  }
}
