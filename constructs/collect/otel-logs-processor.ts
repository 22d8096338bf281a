/**
 * OTel logs processor: takes log records over OTLP, redacts attributes and structured bodies, and writes to the log
 * store over OTLP/HTTP (`/otlp` of Loki).
 */
import type { Platform } from '../core/platform';
import { SignalProcessor, type SignalProcessorProps } from './signal-processor';

export class OtelLogsProcessor extends SignalProcessor<'logs'> {
  public constructor(scope: Platform, id: string, props: SignalProcessorProps<'logs'>) {
    super(scope, id, 'logs', props, 'Redacts log records and writes them to the log store');
  }
}
