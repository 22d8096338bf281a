/** The shapes of the broker's HTTP interface, with their limits. */
import { Type } from '@sinclair/typebox';

import { problemResponses } from '../../shared/answer-in-problems';
import { BROKER_PROBLEMS } from '../problems';

export const LIMITS = {
  /** Messages or receipts in one request. */
  batch: 1000,
  /** One request; a batch of large messages has to be split. */
  bodyBytes: 16 * 1024 * 1024,
  /** Below the 30 s after which common load balancers give up on a request. */
  waitMs: 20_000,
  visibilityTimeoutMs: 12 * 3_600_000,
  partition: 1023,
  keyChars: 256,
  headers: 16,
  headerChars: 512,
  reasonChars: 512,
} as const;

/** Lower case only: some file systems do not tell `A` from `a`. Leaves room for `.dead-letters` in a file name. */
export const TopicName = Type.String({
  pattern: '^[a-z0-9][a-z0-9._-]{0,99}$',
  description: 'lower-case letters, digits, dots, hyphens and underscores; made by the first message',
});

export const TopicParams = Type.Object({ topic: TopicName });

export const PartitionNumber = Type.Integer({ minimum: 0, maximum: LIMITS.partition });

export const Key = Type.String({ maxLength: LIMITS.keyChars, description: 'chooses the partition' });

export const Headers = Type.Record(
  Type.String({ maxLength: 64 }),
  Type.String({ maxLength: LIMITS.headerChars }),
  { maxProperties: LIMITS.headers },
);

export const Receipts = Type.Array(Type.String({ minLength: 1, maxLength: 128 }), {
  minItems: 1,
  maxItems: LIMITS.batch,
});

export const VisibilityTimeoutMs = Type.Integer({ minimum: 100, maximum: LIMITS.visibilityTimeoutMs });

/** A message as it is shown and delivered. */
export const MESSAGE_FIELDS = {
  partition: Type.Integer(),
  offset: Type.Integer({ description: 'rises within a partition, with gaps' }),
  attempts: Type.Integer({ description: 'deliveries so far' }),
  publishedAtMs: Type.Number({ description: 'milliseconds since 1970' }),
  key: Type.Optional(Type.String()),
  headers: Type.Optional(Type.Record(Type.String(), Type.String())),
  body: Type.String(),
} as const;

type Code = Extract<keyof typeof BROKER_PROBLEMS, string>;

/** The problems of a route: its own, and those that any route with a token may have. */
export function refusals(...codes: Code[]) {
  return problemResponses(BROKER_PROBLEMS, ['invalid-request', 'unauthorized', 'internal-error', ...codes]);
}

export const SECURED = { security: [{ serviceToken: [] }] };
