/** Receiving, with a long poll. */

import type { HttpApp } from '../../shared/http-app';
import { MEANS, ReceiveBody, Received, SECURED, TopicParams } from '../../shared/queue/interface';
import { untilClosed } from '../../shared/until-closed';
import type { MessageQueue } from '../message-queue';
import { refusals } from './refusals';

export function addReceiveRoute(app: HttpApp, queue: MessageQueue): void {
  app.post(
    '/topics/:topic/receive',
    {
      schema: {
        ...SECURED,
        tags: ['messages'],
        summary: 'Receive',
        description: MEANS.receive,
        params: TopicParams,
        body: ReceiveBody,
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
          return (signal ??= untilClosed(reply.raw));
        },
      });
      // Not by the schema: its serialiser takes 1.5 µs for a message that is a reading, all quotes escaped, and this one 0.8.
      return reply.type('application/json; charset=utf-8').serializer(JSON.stringify).send({ messages });
    },
  );
}
