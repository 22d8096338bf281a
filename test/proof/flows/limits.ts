/** Every duration and amount of the flows, in one place. */
export const LIMITS = {
  /** Of each signal, in the flow without a fault. */
  records: 10_000,
  /** A multiple of a trace's spans, so that traces are sent whole. */
  batchSize: 100,
  /** Of each signal while a fault is on: two cores carry the senders, the platform and its stores. */
  perSecond: 200,
  /** How long records flow before a fault and after it. */
  calmMs: 5_000,
  /** How long what was killed stays away. */
  awayMs: 30_000,
  /**
   * How long both processors and Kafka stay away: longer than `requestTimeoutMs`. Kafka's idempotent producer cannot
   * give up a batch whose fate is unknown, nor what stands behind it (docs/adr/0014), so that the first request of each
   * sender ends with its own time-out; those after it are refused at once.
   */
  bothAwayMs: 40_000,
  /**
   * A sender's own patience. The ingress controller, which would end a request after the same time (its
   * `proxy-read-timeout`), does not run here.
   */
  requestTimeoutMs: 30_000,
  /**
   * The longest that a request may take while one of two ways is open: the processor's time-out (5 s), then Kafka's
   * (5 s), both from `otel-ingress`, and room for a machine of two cores.
   */
  oneWayOpenMs: 5_000 + 5_000 + 5_000,
  /** What a time-out of the sender may be late by. */
  slackMs: 5_000,
  /** Until what was killed is ready again. */
  readyMs: 120_000,
  /** Until everything that was acknowledged is in its store. */
  settleMs: 180_000,
  /** Between two looks into a store. */
  lookAgainMs: 3_000,
} as const;
