/** Receiving, with a long poll. */
import { Type } from '@sinclair/typebox';
import type { FastifyReply } from 'fastify';

import type { HttpApp } from '../../shared/http-app';
import type { MessageQueue } from '../message-queue';
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

export function addReceiveRoute(app: HttpApp, queue: MessageQueue): void {
  app.post(
    '/topics/:topic/receive',
    {
      schema: {
        ...SECURED,
        tags: ['messages'],
        summary: 'Receive',
        description:
          'Each message comes with a receipt. Until VISIBILITY_TIMEOUT passes nobody else gets it; then it is delivered ' +
          'again, and the receipt is stale. First deliveries of a partition come in order.',
        params: TopicParams,
        body: Request,
        response: {
          200: Received,
          ...refusals(
            'malformed-body',
            'unknown-topic',
            'unknown-partition',
            'too-many-waiting',
            'kafka-unavailable',
          ),
        },
      },
    },
    async (request, reply) => {
      const { maxMessages = 100, waitMs = 0, partition, visibilityTimeoutMs } = request.body;
      let signal: AbortSignal | undefined;
      const messages = await queue.receive(request.params.topic, {
        maxCount: maxMessages,
        waitMs,
        partition,
        visibilityTimeoutMs,
        // An engine that does not wait does not ask.
        get signal() {
          return (signal ??= untilClosed(reply));
        },
      });
      // Not by the schema: its serialiser takes 1.5 µs for a message that is a reading, all quotes escaped, and this one 0.8.
      return reply.type('application/json; charset=utf-8').serializer(JSON.stringify).send({ messages });
    },
  );
}

/**
 * A client that has hung up must not be given messages: they would be away until their time-out. It has hung up when its side
 * of the connection ends; that the connection is closed follows later, and messages may come in between.
 */
function untilClosed(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  const { socket } = reply.raw;
  const abort = (): void => {
    controller.abort();
  };
  socket?.once('end', abort);
  reply.raw.once('close', () => {
    // The connection may carry further requests.
    socket?.off('end', abort);
    abort();
  });
  return controller.signal;
}
