/**
 * What a tenant of Loki may send, resolved from the declared load: a limit on everything, with room for a replay.
 */
import { Duration } from 'cdk8s';
import type { Load } from '../core/delivery';
import type { LokiLimits } from './loki-config';

const DEFAULTS = {
  // Each open stream costs an ingester memory; a label with an unbounded value is found out here.
  maxStreams: 100_000,
  // Loki's own advice: a handful of labels, the rest as structured metadata.
  maxLabelNames: 15,
} satisfies Partial<LokiLimits>;

/** Oldest record that is taken: Loki's own default, longer than any outage that a platform of this kind survives. */
export const ACCEPTS_DELAYED = Duration.days(7);

/** Room above the declared peak: after an outage live and replayed records come at once. */
const RATE_HEADROOM = 2;
/** Loki's own default; below it a single large batch would be refused. */
const LEAST_RATE_MB = 4;
const MEBIBYTE = 1024 ** 2;

export function resolveLimits(limits: Partial<LokiLimits> | undefined, load: Load): LokiLimits {
  const fromLoad = Math.ceil((load.bytesPerSecond * RATE_HEADROOM) / MEBIBYTE);
  return {
    ingestionRateMb: limits?.ingestionRateMb ?? Math.max(LEAST_RATE_MB, fromLoad),
    maxStreams: limits?.maxStreams ?? DEFAULTS.maxStreams,
    maxLabelNames: limits?.maxLabelNames ?? DEFAULTS.maxLabelNames,
  };
}
