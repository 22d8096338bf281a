/**
 * Traces by switch. Nothing of OpenTelemetry is loaded unless OTEL_TRACES_EXPORTER says
 * so. A span has method, route, status and peer; no body, no token, no query.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { createRequire } from 'node:module';

import type { FastifyInstance, FastifyRequest } from 'fastify';

import type { TRACING_VARIABLES } from './tracing-variables';
import type { Settings } from './variables';

/** A call to another service. */
export interface ClientSpan {
  /** To send along: W3C `traceparent`, and `tracestate` when there is one. */
  readonly headers: Readonly<Record<string, string>>;
  /** `status` undefined: no answer. */
  end(status: number | undefined): void;
}

export interface ServerSpan {
  startClient(call: ClientCall): ClientSpan;
  end(status: number): void;
}

export interface ClientCall {
  readonly method: string;
  /** With its variable parts as names: `/topics/:topic/messages`. */
  readonly route: string;
  readonly url: URL;
}

export interface Tracing {
  startServer(request: FastifyRequest): ServerSpan;
  /** A call that no request caused. */
  startClient(call: ClientCall): ClientSpan;
  /** Sends what is left, within bounds. */
  stop(): Promise<void>;
}

/** Probes and scrapes come every few seconds, and nobody looks for them. */
const UNTRACED = new Set(['/health', '/ready', '/metrics']);

const current = new AsyncLocalStorage<ServerSpan>();
/** Of the last app that was made: in a process, there is one. */
let ofProcess: Tracing | undefined;

/** Undefined when nothing is traced. */
export function startClientSpan(describe: () => ClientCall): ClientSpan | undefined {
  if (ofProcess === undefined) return undefined;
  return (current.getStore() ?? ofProcess).startClient(describe());
}

/** A span for each request to `app`; its calls to other services become children of it. */
export function addTracing(
  app: FastifyInstance,
  settings: Settings<typeof TRACING_VARIABLES>,
  serviceName: string,
): void {
  if (settings.OTEL_TRACES_EXPORTER === 'none') return;
  const load = createRequire(__filename) as (path: string) => typeof import('./otlp-tracing');
  const tracing: Tracing = load('./otlp-tracing').startOtlpTracing({
    endpoint: settings.OTEL_EXPORTER_OTLP_ENDPOINT,
    serviceName: settings.OTEL_SERVICE_NAME ?? serviceName,
  });
  ofProcess = tracing;
  const spans = new WeakMap<FastifyRequest, ServerSpan>();
  app.addHook('onRequest', (request, _reply, done) => {
    if (UNTRACED.has(request.routeOptions.url ?? '')) {
      done();
      return;
    }
    const span = tracing.startServer(request);
    spans.set(request, span);
    current.run(span, done);
  });
  // The body arrives in the connection's own context.
  app.addHook('preValidation', (request, _reply, done) => {
    const span = spans.get(request);
    if (span === undefined) done();
    else current.run(span, done);
  });
  app.addHook('onResponse', (request, reply, done) => {
    spans.get(request)?.end(reply.statusCode);
    done();
  });
  app.addHook('onRequestAbort', (request, done) => {
    // nginx's status for a client that has closed its connection.
    spans.get(request)?.end(499);
    done();
  });
  app.addHook('onClose', async () => {
    if (ofProcess === tracing) ofProcess = undefined;
    await tracing.stop();
  });
}
