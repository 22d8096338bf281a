/** How long to wait before the next attempt. */
export interface Backoff {
  readonly baseMs: number;
  readonly factor: number;
  readonly maxMs: number;
}

/**
 * Exponential, with "equal jitter": between half of it and all, so that streamers which failed together do not come back
 * together. `failures` counts from 1; `random` gives numbers from 0 to 1.
 */
export function backoffMs(
  { baseMs, factor, maxMs }: Backoff,
  failures: number,
  random: () => number,
): number {
  const fullMs = Math.min(maxMs, baseMs * factor ** (failures - 1));
  return fullMs / 2 + (fullMs / 2) * random();
}
