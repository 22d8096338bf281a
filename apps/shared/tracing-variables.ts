/**
 * The switch of tracing, under OpenTelemetry's own names.
 */
import { choice, optional, text } from './variables';

export const TRACING_VARIABLES = {
  OTEL_TRACES_EXPORTER: choice({
    description: 'Where traces go: nowhere, or to a collector by OTLP over HTTP',
    of: ['none', 'otlp'],
    default: 'none',
  }),
  OTEL_EXPORTER_OTLP_ENDPOINT: text({
    description: 'The collector; traces go to /v1/traces below it',
    pattern: '^https?://[^\\s?#@]+$',
    rule: 'an address such as http://otel-collector:4318',
    // OpenTelemetry's own.
    default: 'http://localhost:4318',
  }),
  OTEL_SERVICE_NAME: optional(
    text({ description: "The service's name in traces, instead of its own", rule: 'a name' }),
  ),
} as const;
