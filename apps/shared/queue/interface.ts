/**
 * The shapes of the queue's HTTP interface, with their limits: what a broker offers, and the proxy before several brokers
 * too. Stated once, so that a client cannot tell which of the two it talks to.
 */
import { Type } from '@sinclair/typebox';

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
export const TopicParams = Type.Object({
  topic: Type.String({
    pattern: '^[a-z0-9][a-z0-9._-]{0,99}$',
    description: 'lower-case letters, digits, dots, hyphens and underscores; made by the first message',
  }),
});

const PartitionNumber = Type.Integer({ minimum: 0, maximum: LIMITS.partition });
const Key = Type.String({ maxLength: LIMITS.keyChars, description: 'chooses the partition' });
const Headers = Type.Record(Type.String({ maxLength: 64 }), Type.String({ maxLength: LIMITS.headerChars }), {
  maxProperties: LIMITS.headers,
});

// Publishing.

/** Of a message that is published as text. */
export const TextQuery = Type.Object(
  { key: Type.Optional(Key), partition: Type.Optional(PartitionNumber) },
  { additionalProperties: false },
);

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

export const PublishBody = {
  content: { 'application/json': { schema: Batch }, 'text/plain': { schema: Type.String() } },
};

export const Accepted = Type.Object({
  accepted: Type.Integer({ description: 'number of messages' }),
  ranges: Type.Array(
    Type.Object({ partition: Type.Integer(), firstOffset: Type.Integer(), count: Type.Integer() }),
  ),
});

// Receiving.

const VisibilityTimeoutMs = Type.Integer({ minimum: 100, maximum: LIMITS.visibilityTimeoutMs });

export const ReceiveBody = Type.Object(
  {
    maxMessages: Type.Optional(Type.Integer({ minimum: 1, maximum: LIMITS.batch, default: 100 })),
    waitMs: Type.Optional(
      Type.Integer({ minimum: 0, maximum: LIMITS.waitMs, default: 0, description: 'when there is nothing' }),
    ),
    partition: Type.Optional(PartitionNumber),
    visibilityTimeoutMs: Type.Optional(VisibilityTimeoutMs),
  },
  { additionalProperties: false },
);

/** A message as it is shown and delivered. */
const MESSAGE_FIELDS = {
  partition: Type.Integer({
    description: "behind the proxy, the broker's ordinal × 64 + the broker's partition",
  }),
  offset: Type.Integer({ description: 'rises within a partition, with gaps' }),
  attempts: Type.Integer({ description: 'deliveries so far' }),
  publishedAtMs: Type.Number({ description: 'milliseconds since 1970' }),
  key: Type.Optional(Type.String()),
  headers: Type.Optional(Type.Record(Type.String(), Type.String())),
  body: Type.String(),
} as const;

export const Received = Type.Object({
  messages: Type.Array(Type.Object({ receipt: Type.String(), ...MESSAGE_FIELDS })),
});

// What becomes of a delivery.

const Receipts = Type.Array(Type.String({ minLength: 1, maxLength: 128 }), {
  minItems: 1,
  maxItems: LIMITS.batch,
});

export const AcknowledgeBody = Type.Object({ receipts: Receipts }, { additionalProperties: false });

export const RejectBody = Type.Object(
  {
    receipts: Receipts,
    reason: Type.Optional(Type.String({ maxLength: LIMITS.reasonChars, default: 'rejected' })),
    deadLetter: Type.Optional(Type.Boolean({ default: false })),
  },
  { additionalProperties: false },
);

export const ExtendBody = Type.Object(
  { receipts: Receipts, visibilityTimeoutMs: VisibilityTimeoutMs },
  { additionalProperties: false },
);

export const Done = Type.Object({ done: Type.Integer({ description: 'number of receipts' }) });

// What there is.

export const TOPIC_FIELDS = {
  topic: Type.String(),
  partitions: Type.Array(
    Type.Object({
      partition: Type.Integer(),
      ready: Type.Integer({ description: 'in memory, to be received' }),
      inFlight: Type.Integer({ description: 'received, neither acknowledged nor given back' }),
      onDisk: Type.Integer({ description: 'on disk, or at Kafka, only; to be received later' }),
      stoppedBecause: Type.Optional(Type.String()),
    }),
  ),
} as const;

export const DeadLettersQuery = Type.Object(
  { limit: Type.Optional(Type.Integer({ minimum: 1, maximum: LIMITS.batch, default: 100 })) },
  { additionalProperties: false },
);

export const DEAD_LETTERS_FIELDS = { messages: Type.Array(Type.Object(MESSAGE_FIELDS)) } as const;

export const SECURED = { security: [{ serviceToken: [] }] };

/** What both say of their routes, for their descriptions. */
export const MEANS = {
  publish:
    'Any other answer means that nothing is promised: of a batch, some messages may be held. Send all of it again. ' +
    'Text is one message, with key and partition in the query; JSON is a batch.',
  receive:
    'Each message comes with a receipt. Until VISIBILITY_TIMEOUT passes nobody else gets it; then it is delivered ' +
    'again, and the receipt is stale. First deliveries of a partition come in order.',
  acknowledge: 'The messages are done, and not delivered again.',
  reject:
    'The messages are delivered again, or become dead letters when their attempts are used up, or at once with ' +
    '`deadLetter`.',
  extend: 'The time-out starts anew, with this length.',
  deadLetters:
    'The oldest, without receiving them. To take them out, receive and acknowledge at the topic with ' +
    '`.dead-letters` behind its name.',
} as const;
