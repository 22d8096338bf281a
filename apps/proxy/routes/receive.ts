/** Receiving, with one long poll over all brokers. */
import { Type } from '@sinclair/typebox';
import type { FastifyReply } from 'fastify';

import type { HttpApp } from '../../shared/http-app';
import type { Receivers } from '../receiving';
import {
  LIMITS,
  MESSAGE_FIELDS,
  PartitionNumber,
  refusals,
  SECURED,
  TopicParams,
  VisibilityTimeoutMs,
} from './schemas';

const Request = Type.Object(
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

const Received = Type.Object({
  messages: Type.Array(Type.Object({ receipt: Type.String(), ...MESSAGE_FIELDS })),
});

export function addReceiveRoute(app: HttpApp, receivers: Receivers): void {
  app.post(
    '/topics/:topic/receive',
    {
      schema: {
        ...SECURED,
        tags: ['messages'],
        summary: 'Receive',
        description:
          'From any broker, or from that of the partition; an answer holds messages of one broker. Each message comes with ' +
          'a receipt. Until VISIBILITY_TIMEOUT passes nobody else gets it; then it is delivered again, and the receipt is ' +
          'stale. First deliveries of a partition come in order.',
        params: TopicParams,
        body: Request,
        response: {
          200: Received,
          ...refusals('malformed-body', 'unknown-topic', 'unknown-partition', 'too-many-waiting'),
        },
      },
    },
    async (request, reply) => {
      const { maxMessages = 100, waitMs = 0, partition, visibilityTimeoutMs } = request.body;
      const { topic } = request.params;
      const plain = reply as unknown as FastifyReply;
      const messages = await receivers.receive(
        { topic, maxMessages, waitMs, partition, visibilityTimeoutMs },
        untilClosed(plain),
      );
      return plain.type('application/json; charset=utf-8').send(JSON.stringify({ messages }));
    },
  );
}

/** A client that has hung up must not be given messages: they would be away until their time-out. */
function untilClosed(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => {
    controller.abort();
  });
  return controller.signal;
}
