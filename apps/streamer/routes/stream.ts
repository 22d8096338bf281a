/** The live stream: Server-Sent Events. */
import { Type } from '@sinclair/typebox';

import type { HttpApp } from '../../shared/http-app';
import type { LiveStream } from '../live/live-stream';
import { streamerProblem } from '../problems';
import { LIMITS, refusals, SECURED } from './schemas';

const Text = Type.String({ minLength: 1, maxLength: LIMITS.filterChars });
const Values = Type.Union([Text, Type.Array(Text, { maxItems: LIMITS.filterValues })]);

export function addStreamRoute(app: HttpApp, live: LiveStream): void {
  app.get(
    '/stream',
    {
      schema: {
        ...SECURED,
        tags: ['readings'],
        summary: 'Readings as they are published (Server-Sent Events)',
        description:
          'Each event is a reading, with an id. `Last-Event-ID` goes on behind that one; what is not held any more is ' +
          'told by an event `gap`. A client that is too slow gets `dropped`, and one that is connected when the service ' +
          'stops gets `end`; then the connection is closed.',
        produces: ['text/event-stream'],
        headers: Type.Object({ 'last-event-id': Type.Optional(Type.String({ maxLength: 64 })) }),
        querystring: Type.Object(
          { uuid: Type.Optional(Values), metric: Type.Optional(Values) },
          { additionalProperties: false },
        ),
        response: {
          200: { description: 'events', content: { 'text/event-stream': { schema: Type.String() } } },
          ...refusals('too-many-clients'),
        },
      },
    },
    (request, reply) => {
      if (live.isFull) throw streamerProblem('too-many-clients', `${live.clientCount} clients are connected`);
      reply.hijack();
      reply.raw.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache, no-transform',
        // What ended is over: a client that comes back makes a connection of its own.
        connection: 'close',
        // A proxy such as nginx would collect the events.
        'x-accel-buffering': 'no',
      });
      const { uuid, metric } = request.query;
      live.add(reply.raw, { uuids: asSet(uuid), metrics: asSet(metric) }, request.headers['last-event-id']);
    },
  );
}

function asSet(values: string | string[] | undefined): ReadonlySet<string> | undefined {
  return values === undefined ? undefined : new Set(typeof values === 'string' ? [values] : values);
}
