/** What several views ask of one row of the traces table, said once. */

/**
 * Nanoseconds. The exporter writes end − start as an unsigned number, so a span that ends before it starts
 * (its host's clock was set back) arrives with a figure near 2^64: it counts as 0.
 */
export const DURATION_NS = 'if(Duration < 9223372036854775808, Duration, 0)';

/** `Error` is how the exporter spells OTLP's status code 2. */
export const IS_ERROR = `StatusCode = 'Error'`;

export const IS_ROOT = `ParentSpanId = ''`;

/** Work enters a service through a server or consumer span, or starts there (a root: a job, a browser). */
export const IS_REQUEST = `(SpanKind IN ('Server', 'Consumer') OR ${IS_ROOT})`;

/**
 * The function behind p50, p95 and p99. DDSketch rather than t-digest: the answer lies within 1 % of the true
 * order statistic whatever the distribution, and does not depend on the order in which states are merged.
 */
const SKETCH = '(0.01, 0.5, 0.95, 0.99)';

export const LATENCY_STATE_TYPE = `AggregateFunction(quantilesDD${SKETCH}, UInt64)`;

export function latencyState(durationNs: string): string {
  return `quantilesDDState${SKETCH}(${durationNs})`;
}

/** Three columns in milliseconds from the merged states of `column` (merged once: the engine sees that they agree). */
export function latencyColumns(column: string): string {
  const merged = `quantilesDDMerge${SKETCH}(${column})`;
  return ['P50Ms', 'P95Ms', 'P99Ms']
    .map((name, index) => `${merged}[${index + 1}] / 1e6 AS ${name}`)
    .join(',\n    ');
}
