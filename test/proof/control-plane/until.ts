/** Waiting for a condition that says itself what it still lacks. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Often enough that a wait costs no time of its own, rarely enough that it is no load. */
const PAUSE_MS = 100;
/** What is missing on a whole cluster fills no screen. */
const SHOWN = 30;

/**
 * Asks until nothing is missing.
 * @param missing what is not there yet, for a reader; empty when the condition holds
 * @param explain asked once, when time is up, for what else a reader needs
 * @throws Error with what is missing, when the limit has passed
 */
export async function until(
  what: string,
  limitMs: number,
  missing: () => Promise<readonly string[]>,
  explain: () => Promise<readonly string[]> = () => Promise.resolve([]),
): Promise<void> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const left = await missing();
    if (left.length === 0) return;
    if (Date.now() > deadline) {
      const lines = [
        ...left.slice(0, SHOWN),
        ...(left.length > SHOWN ? [`and ${left.length - SHOWN} more`] : []),
      ];
      const all = [...lines, ...(await explain())].map((line) => `  ${line}`);
      throw new Error(`${what}: not within ${limitMs / 1000} s\n${all.join('\n')}`);
    }
    await sleep(PAUSE_MS);
  }
}
