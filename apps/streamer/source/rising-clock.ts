/** The time of reading, for files that are repeated: strictly rising, so that no series has two values at a time. */
export function risingClock(nowMs: () => number): () => number {
  let lastUs = 0;
  return () => {
    lastUs = Math.max(nowMs() * 1000, lastUs + 1);
    return lastUs;
  };
}
