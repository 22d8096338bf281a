/**
 * What every trace store gives, however many programs it is made of: senders, data sources and scrapers know this only.
 */
import type { Endpoint } from '../core/endpoint';

export interface TraceStore {
  /** Takes spans over HTTP. */
  readonly otlp: Endpoint<'traces', 'otlp-http'>;
  /** Takes spans over gRPC; the port is opened when somebody asks for it. */
  readonly otlpGrpc: Endpoint<'traces', 'otlp-grpc'>;
  /** Answers queries. */
  readonly query: Endpoint<'queries', 'tempo-http'>;
  /** The programs' own metrics, one endpoint a workload. */
  readonly metrics: readonly Endpoint<'metrics', 'prometheus-scrape'>[];
}
