/**
 * What every log store gives, however many programs it is made of: senders, data sources and scrapers know this only.
 */
import type { Endpoint } from '../core/endpoint';

export interface LogStore {
  /** Takes log records from collectors. */
  readonly otlp: Endpoint<'logs', 'otlp-http'>;
  /** Takes log lines in Loki's own format; the port is opened when somebody asks for it. */
  readonly push: Endpoint<'logs', 'loki-http'>;
  /** Answers queries. */
  readonly query: Endpoint<'queries', 'loki-http'>;
  /** The programs' own metrics, one endpoint a workload. */
  readonly metrics: readonly Endpoint<'metrics', 'prometheus-scrape'>[];
}
