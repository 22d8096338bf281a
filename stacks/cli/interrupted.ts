/**
 * Ctrl-C, or the like. One press may come as two signals: from the terminal, and from npm, which passes its own on. Who
 * presses again later wants the end at once.
 */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const SAME_PRESS_MS = 1000;
/** As a shell shows a program that ended by SIGINT. */
const EXIT_INTERRUPTED = 130;

/** Resolves at the first signal; from the call on, that no longer ends the process. */
export function interrupted(process: Pick<NodeJS.Process, 'on' | 'exit'>): Promise<void> {
  return new Promise((resolve) => {
    let firstAt: number | undefined;
    const onSignal = (): void => {
      if (firstAt !== undefined && performance.now() - firstAt > SAME_PRESS_MS)
        process.exit(EXIT_INTERRUPTED);
      firstAt ??= performance.now();
      resolve();
    };
    for (const signal of SIGNALS) process.on(signal, onSignal);
  });
}
