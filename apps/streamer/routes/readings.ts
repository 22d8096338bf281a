/** Readings over HTTP: JSON, NDJSON or CSV. */
import { Type } from '@sinclair/typebox';

import type { HttpApp } from '../../shared/http-app';
import { QueueError } from '../../shared/queue/queue-client';
import type { StreamerSettings } from '../config';
import type { StreamerMetrics } from '../metrics';
import { streamerProblem } from '../problems';
import type { Message } from '../publish/message';
import type { Publisher, Refused } from '../publish/publisher';
import { csvOptions } from '../source/source-context';
import { BodyError, readCsv, readJson, readNdjson, type BodyReadings } from './read-body';
import { LIMITS, refusals, SECURED } from './schemas';

export interface ReadingsRouteOptions {
  readonly settings: StreamerSettings;
  readonly publisher: Publisher;
  readonly metrics: StreamerMetrics;
  /** Aborts when a stop leaves no more time. */
  readonly stopNow: AbortSignal;
}

const ReadingBody = Type.Object(
  {
    metric: Type.String({ description: 'for example DCGM_FI_DEV_GPU_UTIL' }),
    timeUs: Type.Optional(Type.Integer({ description: 'microseconds since 1970' })),
    time: Type.Optional(Type.String({ description: 'RFC 3339, in place of timeUs' })),
    value: Type.Number(),
    tags: Type.Record(Type.String(), Type.String(), { description: 'uuid names the device' }),
  },
  { additionalProperties: false },
);

const Problems = Type.Array(Type.Object({ line: Type.Integer(), reason: Type.String() }));

const Accepted = Type.Object({
  accepted: Type.Integer({ description: 'readings that the queue holds' }),
  rejected: Type.Integer({ description: 'rows that are no readings; they are held by nobody' }),
  problems: Problems,
});

const READERS = {
  'application/json': (body: string, { mapping }: StreamerSettings) => readJson(body, mapping.key),
  'application/x-ndjson': (body: string, { mapping }: StreamerSettings) => readNdjson(body, mapping.key),
  'text/csv': (body: Buffer, settings: StreamerSettings) =>
    readCsv(body, settings.mapping, csvOptions(settings)),
} as const;

export function addReadingsRoute(app: HttpApp, options: ReadingsRouteOptions): void {
  addBodyParsers(app, options.settings);
  let underWay = 0;
  app.post(
    '/readings',
    {
      schema: {
        ...SECURED,
        tags: ['readings'],
        summary: 'Publish readings',
        description:
          '202 means: the queue holds all readings that the body has, but for the bad rows, which are listed (the first ' +
          `${LIMITS.problems}) and counted. CSV has a header, and the columns of STREAMER_MAPPING. Any other answer: ` +
          'send all of it again; what comes twice is one.',
        body: {
          content: {
            'application/json': {
              schema: Type.Union([
                Type.Array(ReadingBody, { maxItems: LIMITS.readings }),
                Type.Object({ readings: Type.Array(ReadingBody, { maxItems: LIMITS.readings }) }),
              ]),
            },
            'application/x-ndjson': { schema: Type.String() },
            'text/csv': { schema: Type.String() },
          },
        },
        response: {
          202: Accepted,
          ...refusals(
            'malformed-body',
            'no-readings',
            'body-too-large',
            'too-many-readings',
            'unsupported-media-type',
            'queue-unavailable',
            'too-busy',
          ),
        },
      },
      // The schema is for the documentation: one bad row must not cost the others.
      validatorCompiler: () => () => true,
      // Before the body is read: it is the bodies that take the memory.
      onRequest: (_request, reply, done) => {
        if (underWay >= LIMITS.requests) {
          done(streamerProblem('too-busy', `${underWay} requests are under way`));
          return;
        }
        underWay += 1;
        reply.raw.once('close', () => (underWay -= 1));
        done();
      },
    },
    async (request, reply) =>
      reply.code(202).send(await publishBody(request.body as BodyReadings | null, options)),
  );
}

/** They give readings in place of the body. */
function addBodyParsers(app: HttpApp, settings: StreamerSettings): void {
  app.removeContentTypeParser(['application/json', 'text/plain']);
  for (const type of ['application/json', 'application/x-ndjson'] as const) {
    app.addContentTypeParser(type, { parseAs: 'string' }, (_request, body, done) => {
      parse(() => READERS[type](String(body), settings), done);
    });
  }
  app.addContentTypeParser('text/csv', { parseAs: 'buffer' }, (_request, body, done) => {
    parse(() => READERS['text/csv'](Buffer.from(body), settings), done);
  });
}

function parse(read: () => BodyReadings, done: (error: Error | null, readings?: BodyReadings) => void): void {
  try {
    done(null, read());
  } catch (error) {
    if (error instanceof BodyError) done(streamerProblem('malformed-body', error.message));
    else done(error instanceof Error ? error : new Error(String(error)));
  }
}

async function publishBody(readings: BodyReadings | null, options: ReadingsRouteOptions) {
  const { messages = [], lines = [], bad = [] } = readings ?? {};
  const { metrics } = options;
  metrics.row('http', 'read', messages.length + bad.length);
  if (messages.length > LIMITS.readings) {
    throw streamerProblem('too-many-readings', `${messages.length} readings, ${LIMITS.readings} are allowed`);
  }
  const refused = await publishAll(messages, options);
  const all = [...bad, ...refused.map(({ index, reason }) => ({ line: lines[index] ?? 0, reason }))];
  const problems = all.sort((a, b) => a.line - b.line).slice(0, LIMITS.problems);
  const accepted = messages.length - refused.length;
  metrics.row('http', 'published', accepted);
  metrics.row('http', 'rejected', all.length);
  if (accepted === 0) {
    const detail = all.length === 0 ? 'the body is empty' : `none of ${all.length} rows is a reading`;
    throw streamerProblem('no-readings', detail, { rejected: all.length, problems });
  }
  return { accepted, rejected: all.length, problems };
}

async function publishAll(messages: readonly Message[], options: ReadingsRouteOptions): Promise<Refused[]> {
  const { settings, publisher, metrics, stopNow } = options;
  const refused: Refused[] = [];
  for (let start = 0; start < messages.length;) {
    const end = batchEnd(messages, start, settings);
    try {
      const some = await publisher.publish(
        messages.slice(start, end),
        settings.STREAMER_HTTP_ATTEMPTS,
        stopNow,
      );
      for (const { index, reason } of some) refused.push({ index: start + index, reason });
    } catch (error) {
      if (!(error instanceof QueueError) && !stopNow.aborted) throw error;
      metrics.outages.inc({ source: 'http' });
      const why = error instanceof QueueError ? error.message : 'the service stops';
      throw streamerProblem('queue-unavailable', `${start} of ${messages.length} readings are held: ${why}`);
    }
    start = end;
  }
  return refused;
}

function batchEnd(messages: readonly Message[], start: number, settings: StreamerSettings): number {
  let bytes = 0;
  let end = start;
  while (end < messages.length && end - start < settings.STREAMER_BATCH_MESSAGES) {
    bytes += messages[end]?.body.length ?? 0;
    if (bytes > settings.STREAMER_BATCH_SIZE && end > start) break;
    end += 1;
  }
  return end;
}
