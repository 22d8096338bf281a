/** Receiving, with one long poll over all brokers. */
import type { FastifyReply } from 'fastify';

import type { HttpApp } from '../../shared/http-app';
import { MEANS, ReceiveBody, Received, SECURED, TopicParams } from '../../shared/queue/interface';
import { untilClosed } from '../../shared/until-closed';
import type { Receivers } from '../receiving';
import { refusals } from './refusals';

export function addReceiveRoute(app: HttpApp, receivers: Receivers): void {
  app.post(
    '/topics/:topic/receive',
    {
      schema: {
        ...SECURED,
        tags: ['messages'],
        summary: 'Receive',
        description: `From any broker, or from that of the partition; an answer holds messages of one broker. ${MEANS.receive}`,
        params: TopicParams,
        body: ReceiveBody,
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
        untilClosed(reply.raw),
      );
      return plain.type('application/json; charset=utf-8').send(JSON.stringify({ messages }));
    },
  );
}
