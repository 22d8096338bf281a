/**
 * OpenTelemetry's SDK behind `Tracing`. Loaded by `tracing.ts`, and only when traces are wanted; nothing is registered
 * globally, so that two services in one process keep apart.
 */
import {
  createTraceState,
  isSpanContextValid,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import {
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_SERVICE_NAME,
  ATTR_URL_SCHEME,
} from '@opentelemetry/semantic-conventions';
import type { FastifyRequest } from 'fastify';

import type { ClientCall, ClientSpan, ServerSpan, Tracing } from './tracing';

/** OpenTelemetry's own defaults, said aloud; what does not fit is dropped, and the service goes on. */
const LIMITS = {
  maxQueueSize: 2048,
  maxExportBatchSize: 512,
  scheduledDelayMillis: 5000,
  exportTimeoutMillis: 10_000,
} as const;

/** A collector that is away must not hold up the end of the service. */
const STOP_MS = 3000;

export function startOtlpTracing(options: {
  readonly endpoint: string;
  readonly serviceName: string;
}): Tracing {
  const exporter = new OTLPTraceExporter({
    url: `${options.endpoint.replace(/\/$/, '')}/v1/traces`,
    timeoutMillis: LIMITS.exportTimeoutMillis,
  });
  const provider = new NodeTracerProvider({
    resource: defaultResource().merge(resourceFromAttributes({ [ATTR_SERVICE_NAME]: options.serviceName })),
    spanProcessors: [new BatchSpanProcessor(exporter, LIMITS)],
  });
  const tracer = provider.getTracer('hyperion');

  const startClient = (call: ClientCall, parent: Context): ClientSpan => {
    const name = `${call.method} ${call.route}`;
    const span = tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes: attributesOf(call) }, parent);
    return {
      headers: traceHeaders(span),
      end: (status) => {
        endSpan(span, status, 400);
      },
    };
  };
  return {
    startServer: (request) => startServer(tracer, request, startClient),
    startClient: (call) => startClient(call, ROOT_CONTEXT),
    stop: async () => {
      let timer: NodeJS.Timeout | undefined;
      const deadline = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, STOP_MS);
      });
      await Promise.race([provider.shutdown().catch(() => undefined), deadline]);
      clearTimeout(timer);
    },
  };
}

function startServer(
  tracer: Tracer,
  request: FastifyRequest,
  startClient: (call: ClientCall, parent: Context) => ClientSpan,
): ServerSpan {
  const parent = parentOf(request);
  const route = request.routeOptions.url ?? 'unknown';
  const span = tracer.startSpan(
    `${request.method} ${route}`,
    {
      kind: SpanKind.SERVER,
      attributes: {
        [ATTR_HTTP_REQUEST_METHOD]: request.method,
        [ATTR_HTTP_ROUTE]: route,
        [ATTR_URL_SCHEME]: request.protocol,
      },
    },
    parent,
  );
  const own = trace.setSpan(parent, span);
  return {
    startClient: (call) => startClient(call, own),
    // A client's mistake is no error of the server (OpenTelemetry's semantic conventions for HTTP spans).
    end: (status) => {
      endSpan(span, status, 500);
    },
  };
}

function attributesOf({ method, url }: ClientCall): Record<string, string | number> {
  return {
    [ATTR_HTTP_REQUEST_METHOD]: method,
    [ATTR_SERVER_ADDRESS]: url.hostname,
    [ATTR_SERVER_PORT]: Number(url.port || (url.protocol === 'https:' ? 443 : 80)),
  };
}

function endSpan(span: Span, status: number | undefined, errorFrom: number): void {
  if (status !== undefined) span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, status);
  if (status === undefined || status >= errorFrom) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}

/** W3C Trace Context. What does not fit it begins a trace of its own. */
const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-|$)/;

function parentOf({ headers }: FastifyRequest): Context {
  const { traceparent, tracestate } = headers;
  const [, traceId, spanId, flags] =
    TRACEPARENT.exec(typeof traceparent === 'string' ? traceparent : '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return ROOT_CONTEXT;
  const parent = {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16),
    isRemote: true,
    ...(typeof tracestate === 'string' ? { traceState: createTraceState(tracestate) } : {}),
  };
  return isSpanContextValid(parent) ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT;
}

function traceHeaders(span: Span): Record<string, string> {
  const { traceId, spanId, traceFlags, traceState } = span.spanContext();
  const tracestate = traceState?.serialize() ?? '';
  return {
    traceparent: `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`,
    ...(tracestate === '' ? {} : { tracestate }),
  };
}
