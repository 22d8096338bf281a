/** Removes what is older than the store keeps it, a bounded piece at a time; called within a transaction. */
import type { WriteStatements } from './write-statements';

/** Some milliseconds' worth. */
const SAMPLES_AT_ONCE = 2000;
const SERIES_AT_ONCE = 500;

interface Ids {
  /** JSON. */
  readonly ids: string;
}

/** Says whether there may be more. */
export function expireOnce(statements: WriteStatements, beforeUs: number): boolean {
  const { ids: metrics } = statements.metrics.get([]) as Ids;
  for (const metric of JSON.parse(metrics) as number[]) {
    if (statements.expireSamples.run([metric, beforeUs, SAMPLES_AT_ONCE]).changes > 0) return true;
  }
  // Their samples are gone: what is older than their last went before.
  const { ids: series } = statements.expiredSeries.get([beforeUs, SERIES_AT_ONCE]) as Ids;
  if (series === '[]') return false;
  statements.dropSeries.run([series]);
  statements.dropStates.run([series]);
  statements.nextEpoch.run([]);
  return true;
}
