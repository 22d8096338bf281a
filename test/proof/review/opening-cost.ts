/**
 * What it costs to open a page: CPU time of its main thread, from its first task on. On an idle machine that is how long a person
 * waits; unlike the clock on the wall it does not count what other programs do meanwhile.
 */
import type { Page } from 'playwright-core';

/** Of any of them, on a laptop's processor. */
export const OPEN_LIMIT_MS = 2000;

/** From now on; answers what was spent since, in milliseconds. */
export async function openingCost(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    const seconds = metrics.find(({ name }) => name === 'TaskDuration')?.value;
    if (seconds === undefined) throw new Error('this browser does not tell what its tasks took');
    return seconds * 1000;
  };
}
