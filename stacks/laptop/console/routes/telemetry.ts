/** Readings: those that are stored, from the API, and those that pass, from the streamer. */
import { Type } from '@sinclair/typebox';
import type { FastifyInstance, FastifyRequest } from 'fastify';

import type { ConsoleOptions } from '../app';
import { consoleProblem } from '../problems';
import { forward } from './forward';

/** What pages ask the API for; its admin routes are not among them. */
const FAMILIES = ['devices', 'metrics', 'latest', 'windows', 'top', 'count'] as const;
/** The streamer takes 100, and others may want to follow too. */
const MAX_WATCHERS = 40;
/** The API itself gives up after 20 s. */
const QUERY_LIMIT_MS = 25_000;

export function addTelemetryRoutes(app: FastifyInstance, { client }: Pick<ConsoleOptions, 'client'>): void {
  for (const family of FAMILIES) {
    app.get(`/api/telemetry/${family}`, (request, reply) =>
      forward(reply, client, 'api', `/v1/${family}${queryOf(request)}`, { timeoutMs: QUERY_LIMIT_MS }),
    );
  }
  let watchers = 0;
  app.get(
    '/api/live',
    { schema: { headers: Type.Object({ 'last-event-id': Type.Optional(Type.String({ maxLength: 64 })) }) } },
    (request, reply) => {
      if (watchers >= MAX_WATCHERS) throw consoleProblem('too-many-watchers', `${watchers} are connected`);
      watchers += 1;
      reply.raw.once('close', () => (watchers -= 1));
      const last = request.headers['last-event-id'];
      return forward(reply, client, 'streamer', `/stream${queryOf(request)}`, {
        timeoutMs: 0,
        ...(typeof last === 'string' ? { headers: { 'last-event-id': last } } : {}),
      });
    },
  );
}

function queryOf({ url }: FastifyRequest): string {
  const start = url.indexOf('?');
  return start === -1 ? '' : url.slice(start);
}
