/** Time as the life cycles see it; handed in, so that tests can turn it. */
export interface Clock {
  nowMs(): number;
  /** Answers how to call it off. */
  after(delayMs: number, run: () => void): () => void;
}

export const SYSTEM_CLOCK: Clock = {
  nowMs: () => performance.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => {
      clearTimeout(timer);
    };
  },
};
