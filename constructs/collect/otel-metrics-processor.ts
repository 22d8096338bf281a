/**
 * OTel metrics processor: takes metrics over OTLP, redacts, and writes to the metrics store over OTLP/HTTP
 * (`/insert/0/opentelemetry` of VictoriaMetrics), which, unlike remote write here, can wait in a queue on the disk.
 */
import type { Platform } from '../core/platform';
import { SignalProcessor, type SignalProcessorProps } from './signal-processor';

export class OtelMetricsProcessor extends SignalProcessor<'metrics'> {
  public constructor(scope: Platform, id: string, props: SignalProcessorProps<'metrics'>) {
    super(scope, id, 'metrics', props, 'Redacts metrics and writes them to the metrics store');
  }
}
