/**
 * What an external consumer may have, as data, and as the conditions by which the collector drops the rest.
 */
import type { Telemetry } from '../../core/endpoint';
import { anyOf, ottlString } from './ottl';
import type { FilterProcessor } from './processors';

/** What is named has to hold together: one of the services, and every attribute. */
export interface ConsumerFilter {
  /** Values of `service.name`, any of them. */
  readonly services?: readonly string[];
  /** Attributes of the span, data point or log record, and the value that each must have. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** The same for attributes of the resource, e.g. `deployment.environment.name`. */
  readonly resourceAttributes?: Readonly<Record<string, string>>;
}

export interface LogFilter extends ConsumerFilter {
  /** Records below it are dropped, those without a severity too. */
  readonly severityAtLeast?: 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' | 'FATAL';
}

const RECORD: Readonly<Record<Telemetry, string>> = {
  traces: 'span',
  metrics: 'datapoint',
  logs: 'log',
};

/** One condition for each thing that must hold: what misses any of them is dropped. */
export function consumerFilter(signal: Telemetry, filter: LogFilter): FilterProcessor {
  const equal = (map: string, wanted: Readonly<Record<string, string>> = {}): string[] =>
    Object.entries(wanted).map(([key, value]) => `${map}[${ottlString(key)}] != ${ottlString(value)}`);
  const services = (filter.services ?? []).map(
    (name) => `resource.attributes["service.name"] == ${ottlString(name)}`,
  );
  const conditions = [
    ...(services.length === 0 ? [] : [`not (${anyOf(services)})`]),
    ...equal('resource.attributes', filter.resourceAttributes),
    ...equal(`${RECORD[signal]}.attributes`, filter.attributes),
    ...(filter.severityAtLeast === undefined
      ? []
      : [`log.severity_number < SEVERITY_NUMBER_${filter.severityAtLeast}`]),
  ];
  const error_mode = 'propagate' as const;
  switch (signal) {
    case 'traces':
      return { error_mode, trace_conditions: conditions };
    case 'metrics':
      return { error_mode, metric_conditions: conditions };
    case 'logs':
      return { error_mode, log_conditions: conditions };
  }
}

/** What is wrong with the filter, as a sentence; undefined when nothing is. */
export function consumerFilterMistake(filter: LogFilter): string | undefined {
  const named =
    (filter.services ?? []).length +
    Object.keys(filter.attributes ?? {}).length +
    Object.keys(filter.resourceAttributes ?? {}).length;
  return named === 0 && filter.severityAtLeast === undefined
    ? 'without a filter an external consumer gets everything'
    : undefined;
}
