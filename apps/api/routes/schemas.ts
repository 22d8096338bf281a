/** The shapes of the API's HTTP interface, with their limits. */
import { Type, type TSchema } from '@sinclair/typebox';

import { AGGREGATES } from '../../shared/store/telemetry-store';
import { READING_LIMITS } from '../../shared/telemetry/reading';
import { FORMAT_NAMES } from '../answers/format';
import { DURATION_PATTERN, TIME_PATTERN } from '../queries/time';

export const LIMITS = {
  uuids: 100,
  /** Rows of an answer that is put together in memory. */
  list: 10_000,
  cursorChars: 4096,
} as const;

/** Tags have no control characters, so no filter needs one. */
function tagValue(description?: string) {
  return Type.String({
    minLength: 1,
    maxLength: READING_LIMITS.tagValueChars,
    pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]+$',
    ...(description === undefined ? {} : { description }),
  });
}

export const Metric = Type.String({
  pattern: '^[A-Za-z_:][A-Za-z0-9_:.]*$',
  maxLength: READING_LIMITS.metricChars,
  examples: ['DCGM_FI_DEV_GPU_UTIL'],
});

export const FILTER = {
  uuid: Type.Optional(
    Type.Array(tagValue(), {
      minItems: 1,
      maxItems: LIMITS.uuids,
      description: 'of these devices only; may be given several times',
    }),
  ),
  hostname: Type.Optional(tagValue('of the devices of this host only')),
  model: Type.Optional(tagValue('of the devices of this model only')),
} as const;

const TIME =
  'RFC 3339 (2026-01-31T12:00:00Z; write "+" as %2B), milliseconds since 1970 (13 digits), microseconds since 1970 ' +
  '(16 digits), or before now (-15m; ms, s, m, h, d)';

export const RANGE = {
  from: Type.String({
    pattern: TIME_PATTERN,
    description: `belongs to the range. ${TIME}`,
    examples: ['-15m'],
  }),
  to: Type.Optional(
    Type.String({
      pattern: TIME_PATTERN,
      description: `does not belong to the range; now, if not given. ${TIME}`,
    }),
  ),
} as const;

export const Duration = Type.String({ pattern: DURATION_PATTERN, examples: ['1m'] });

export const FORMAT = {
  // The enumeration is for readers: a wrong one gets a problem that names those that there are.
  format: Type.Optional(
    Type.String({
      enum: [...FORMAT_NAMES],
      description: 'goes before the header Accept; json, if neither is given',
    }),
  ),
} as const;

export const AggregateName = Type.String({ enum: [...AGGREGATES] });

export const Cursor = Type.String({
  minLength: 1,
  maxLength: LIMITS.cursorChars,
  description: '"next" of the page before; all other parameters have to be as they were',
});

export function limitUpTo(maximum: number, byDefault: number) {
  return Type.Optional(
    Type.Integer({ minimum: 1, maximum, default: byDefault, description: 'rows of the answer' }),
  );
}

export const Time = Type.String({ format: 'date-time', description: 'UTC, to the microsecond' });

const End = Type.Object(
  {
    rows: Type.Integer(),
    more: Type.Boolean({ description: 'whether there are more rows than the limit' }),
    next: Type.Optional(Type.String({ description: 'the cursor of the next page' })),
  },
  { description: 'stands behind the rows: an answer without it was cut off' },
);

const RATE_HEADERS = {
  'ratelimit-limit': { type: 'integer', description: 'requests a minute' },
  'ratelimit-remaining': { type: 'integer', description: 'of these' },
  'ratelimit-reset': { type: 'integer', description: 'seconds until they are all there again' },
} as const;

/** The 200 of a route that answers with one object. */
export function answerOf(schema: TSchema, description: string): TSchema {
  return described({ description, headers: RATE_HEADERS, content: { 'application/json': { schema } } });
}

/** The 200 of a route that answers with rows, in each format. */
export function rowsOf(row: TSchema): TSchema {
  return described({
    description: 'The rows, in the format that was asked for',
    headers: RATE_HEADERS,
    content: {
      'application/json': { schema: Type.Object({ data: Type.Array(row), end: End }) },
      'text/csv': {
        schema: Type.String({
          description:
            'RFC 4180, with a header. A text that a spreadsheet would take for a formula has an apostrophe in front. The ' +
            'cursor of the next page is the header or trailer field Next-Cursor',
        }),
      },
      'application/x-ndjson': {
        schema: Type.String({ description: 'one JSON object a line; the last one is {"end":{…}}' }),
      },
    },
  });
}

/** Fastify takes descriptions with media types, which are no schemas, for a response; its types do not say so. */
function described(response: object): TSchema {
  return response as TSchema;
}
