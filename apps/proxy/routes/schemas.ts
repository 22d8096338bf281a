/**
 * The shapes of the HTTP interface: those of a broker (`apps/broker/routes/schemas.ts`; a test compares the two), and what
 * the proxy adds.
 */
import { Type } from '@sinclair/typebox';

import { problemResponses } from '../../shared/answer-in-problems';
import { PROXY_PROBLEMS, type ProxyProblemCode } from '../problems';

export const LIMITS = {
  batch: 1000,
  bodyBytes: 16 * 1024 * 1024,
  waitMs: 20_000,
  visibilityTimeoutMs: 12 * 3_600_000,
  partition: 1023,
  keyChars: 256,
  headers: 16,
  headerChars: 512,
  reasonChars: 512,
} as const;

export const TopicParams = Type.Object({
  topic: Type.String({
    pattern: '^[a-z0-9][a-z0-9._-]{0,99}$',
    description: 'lower-case letters, digits, dots, hyphens and underscores; made by the first message',
  }),
});

export const PartitionNumber = Type.Integer({ minimum: 0, maximum: LIMITS.partition });

export const Key = Type.String({ maxLength: LIMITS.keyChars, description: 'chooses the partition' });

const Headers = Type.Record(Type.String({ maxLength: 64 }), Type.String({ maxLength: LIMITS.headerChars }), {
  maxProperties: LIMITS.headers,
});

export const Batch = Type.Object(
  {
    messages: Type.Array(
      Type.Object(
        {
          key: Type.Optional(Key),
          partition: Type.Optional(PartitionNumber),
          headers: Type.Optional(Headers),
          body: Type.String(),
        },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: LIMITS.batch },
    ),
  },
  { additionalProperties: false },
);

export const Receipts = Type.Array(Type.String({ minLength: 1, maxLength: 128 }), {
  minItems: 1,
  maxItems: LIMITS.batch,
});

export const VisibilityTimeoutMs = Type.Integer({ minimum: 100, maximum: LIMITS.visibilityTimeoutMs });

export const MESSAGE_FIELDS = {
  partition: Type.Integer({ description: "the broker's ordinal × 64 + the broker's partition" }),
  offset: Type.Integer({ description: 'rises within a partition, with gaps' }),
  attempts: Type.Integer({ description: 'deliveries so far' }),
  publishedAtMs: Type.Number({ description: 'milliseconds since 1970' }),
  key: Type.Optional(Type.String()),
  headers: Type.Optional(Type.Record(Type.String(), Type.String())),
  body: Type.String(),
} as const;

export const BrokersAway = Type.Optional(
  Type.Array(Type.Object({ broker: Type.Integer(), why: Type.String() }), {
    description: 'brokers that did not answer; what they have is missing',
  }),
);

/** The problems of a route: its own, and those that any route with a token may have. */
export function refusals(...codes: ProxyProblemCode[]) {
  return problemResponses(PROXY_PROBLEMS, [
    'invalid-request',
    'unauthorized',
    'internal-error',
    'no-broker',
    'too-many-requests',
    ...codes,
  ]);
}

export const SECURED = { security: [{ serviceToken: [] }] };
