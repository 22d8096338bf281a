/** The OpenTelemetry Collector counts each signal under a name of its own; one graph shows the three beside each other. */
import { orNone, promql, type PromQL } from '../panel';
import type { Subject } from '../subject';

const ITEMS = { logs: 'log_records', metrics: 'metric_points', traces: 'spans' } as const;

export interface Items {
  /** Label by which they are told apart. @default 'job' */
  readonly by?: string;
  readonly matchers?: readonly string[];
}

/** `what` is the name without the signal, e.g. `receiver_accepted`. */
export function itemsBySignal(
  about: Subject,
  what: string,
  { by = 'job', matchers = [] }: Items = {},
): readonly PromQL[] {
  return Object.entries(ITEMS).map(([signal, items]) =>
    promql(
      `sum${about.by(by)}(${about.rate(`otelcol_${what}_${items}`, ...matchers)})`,
      `${signal} ${about.legend(by)}`,
    ),
  );
}

/** The same for what does not happen while everything is well. */
export function troubleBySignal(about: Subject, what: string): readonly PromQL[] {
  return orNone(itemsBySignal(about, what));
}
