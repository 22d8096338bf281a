/** What there is: topics, partitions with their depths, dead letters. */
import { Type } from '@sinclair/typebox';

import type { HttpApp } from '../../shared/http-app';
import type { MessageQueue } from '../message-queue';
import { brokerProblem } from '../problems';
import { LIMITS, MESSAGE_FIELDS, refusals, SECURED, TopicParams } from './schemas';

const Topic = Type.Object({
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
});

export function addTopicRoutes(app: HttpApp, queue: MessageQueue): void {
  app.get(
    '/topics',
    {
      schema: {
        ...SECURED,
        tags: ['topics'],
        summary: 'All topics',
        response: { 200: Type.Object({ topics: Type.Array(Topic) }), ...refusals('kafka-unavailable') },
      },
    },
    async () => ({ topics: await queue.topics() }),
  );
  app.get(
    '/topics/:topic',
    {
      schema: {
        ...SECURED,
        tags: ['topics'],
        summary: 'One topic',
        params: TopicParams,
        response: { 200: Topic, ...refusals('unknown-topic', 'kafka-unavailable') },
      },
    },
    async ({ params }) => {
      const topic = (await queue.topics()).find(({ topic: name }) => name === params.topic);
      if (topic === undefined) throw brokerProblem('unknown-topic', `there is no topic ${params.topic}`);
      return topic;
    },
  );
  app.get(
    '/topics/:topic/dead-letters',
    {
      schema: {
        ...SECURED,
        tags: ['topics'],
        summary: 'Look at dead letters',
        description:
          'The oldest, without receiving them. To take them out, receive and acknowledge at the topic with ' +
          '`.dead-letters` behind its name.',
        params: TopicParams,
        querystring: Type.Object(
          { limit: Type.Optional(Type.Integer({ minimum: 1, maximum: LIMITS.batch, default: 100 })) },
          { additionalProperties: false },
        ),
        response: {
          200: Type.Object({ messages: Type.Array(Type.Object(MESSAGE_FIELDS)) }),
          ...refusals('unknown-topic', 'kafka-unavailable'),
        },
      },
    },
    async ({ params, query }) => ({ messages: await queue.deadLetters(params.topic, query.limit ?? 100) }),
  );
}
