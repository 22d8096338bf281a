/**
 * What those who run a service look at: `/health` (the process serves), `/ready` (send it requests; a service that stops answers 503 to everything), `/metrics`
 * (Prometheus). They are open: probes and Prometheus have no token, and the network policy decides who gets here.
 */
import { Type } from '@sinclair/typebox';
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';

import type { HttpApp } from './http-app';

export interface OperationsOptions {
  /** Why the service should get no requests now; empty when it should. */
  readonly notReadyBecause: () => readonly string[];
  /** Metrics of the process too: memory, CPU, event loop. They belong to a process, so a test has none. */
  readonly processMetrics: boolean;
}

/** From a fast answer of this service to the longest poll. */
const DURATION_BUCKETS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

const Status = Type.Object({ status: Type.String(), reasons: Type.Array(Type.String()) });

/** Adds the routes, and counts every request to any route; gives the registry for the service's own metrics. */
export function addOperations(app: HttpApp, options: OperationsOptions): Registry {
  const registry = new Registry();
  if (options.processMetrics) collectDefaultMetrics({ register: registry });
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'From the arrival of the headers to the end of the answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: DURATION_BUCKETS_S,
    registers: [registry],
  });
  // To find a series by its labels costs more than to observe it; there are as many as routes and statuses.
  const series = new Map<string, { observe(seconds: number): void }>();
  app.addHook('onResponse', ({ method, routeOptions }, reply, done) => {
    const route = routeOptions.url ?? 'unknown';
    const key = `${method} ${route} ${reply.statusCode}`;
    let found = series.get(key);
    if (found === undefined) {
      found = durations.labels({ method, route, status: reply.statusCode });
      series.set(key, found);
    }
    found.observe(reply.elapsedTime / 1000);
    done();
  });

  app.get(
    '/health',
    { schema: { tags: ['operations'], summary: 'The process serves', response: { 200: Status } } },
    () => ({ status: 'ok', reasons: [] }),
  );
  app.get(
    '/ready',
    {
      schema: {
        tags: ['operations'],
        summary: 'Requests are welcome',
        response: { 200: Status, 503: Status },
      },
    },
    (_request, reply) => {
      const reasons = options.notReadyBecause();
      if (reasons.length > 0) void reply.code(503);
      return { status: reasons.length > 0 ? 'not ready' : 'ok', reasons: [...reasons] };
    },
  );
  app.get(
    '/metrics',
    { schema: { tags: ['operations'], summary: 'Prometheus text', produces: ['text/plain'] } },
    async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()),
  );
  return registry;
}
