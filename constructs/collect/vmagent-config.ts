/**
 * What vmagent does with samples on their way out: relabelling and aggregation. `vmagent -dryRun` judges the files.
 */
import type { Duration } from 'cdk8s';

/** Series that are replaced by aggregates of them before anything is written. */
export interface AggregationRule {
  /** Which series, as a selector of labels: `http_request_duration_seconds_bucket` or `{job="app"}`. */
  readonly match: string;
  readonly interval: Duration;
  /** The labels that are aggregated away, or those that are kept. */
  readonly labels: { readonly without: readonly string[] } | { readonly by: readonly string[] };
  /** `total` for counters and buckets of histograms, the others for gauges. */
  readonly outputs: readonly ('total' | 'sum_samples' | 'avg' | 'min' | 'max' | 'last' | 'count_series')[];
}

export function renderAggregation(rules: readonly AggregationRule[]): object[] {
  return rules.map(({ match, interval, labels, outputs }) => ({
    match,
    interval: `${interval.toSeconds()}s`,
    ...('by' in labels ? { by: [...labels.by] } : { without: [...labels.without] }),
    outputs: [...outputs],
  }));
}
