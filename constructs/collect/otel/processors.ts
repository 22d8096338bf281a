/**
 * What the platform configures of the collector's processors.
 */
import type { GoDuration } from './config';

export interface MemoryLimiterProcessor {
  readonly check_interval: GoDuration;
  readonly limit_percentage: number;
  readonly spike_limit_percentage: number;
}

/** Drops what any condition matches. */
export interface FilterProcessor {
  /** A condition that cannot be evaluated refuses the data: it is never let through unjudged. */
  readonly error_mode: 'propagate';
  readonly trace_conditions?: readonly string[];
  readonly metric_conditions?: readonly string[];
  readonly log_conditions?: readonly string[];
}

export interface TransformProcessor {
  /** A statement that fails refuses the data: it is never let through unredacted. */
  readonly error_mode: 'propagate';
  readonly trace_statements?: readonly StatementGroup[];
  readonly metric_statements?: readonly StatementGroup[];
  readonly log_statements?: readonly StatementGroup[];
}

/**
 * Statements that are run for each thing of one context. Never mixed in one group: the collector would run them all
 * in the innermost context, so that those for spans would not reach a span without events.
 */
export interface StatementGroup {
  readonly context: 'resource' | 'scope' | 'span' | 'spanevent' | 'datapoint' | 'log';
  readonly statements: readonly string[];
}

export interface TailSamplingProcessor {
  readonly decision_wait: GoDuration;
  readonly num_traces: number;
  readonly expected_new_traces_per_sec: number;
  readonly block_on_overflow: true;
  readonly decision_cache: { readonly sampled_cache_size: number; readonly non_sampled_cache_size: number };
  readonly policies: readonly TailSamplingPolicy[];
}

export type TailSamplingPolicy = { readonly name: string } & (
  | { readonly type: 'status_code'; readonly status_code: { readonly status_codes: readonly 'ERROR'[] } }
  | { readonly type: 'latency'; readonly latency: { readonly threshold_ms: number } }
  | { readonly type: 'probabilistic'; readonly probabilistic: { readonly sampling_percentage: number } }
);

export interface ProbabilisticSamplerProcessor {
  readonly mode: 'hash_seed';
  readonly hash_seed: number;
  readonly sampling_percentage: number;
  readonly fail_closed: true;
  /** Logs only: where the randomness comes from when a record belongs to no trace. */
  readonly from_attribute?: string;
}

/** Swallows errors, so it stands only where data may be dropped. */
export interface BatchProcessor {
  readonly timeout: GoDuration;
  readonly send_batch_size: number;
  readonly send_batch_max_size: number;
}
