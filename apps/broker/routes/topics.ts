/** What there is: topics, partitions with their depths, dead letters. */
import { Type } from '@sinclair/typebox';

import type { HttpApp } from '../../shared/http-app';
import {
  DEAD_LETTERS_FIELDS,
  DeadLettersQuery,
  MEANS,
  SECURED,
  TOPIC_FIELDS,
  TopicParams,
} from '../../shared/queue/interface';
import type { MessageQueue } from '../message-queue';
import { brokerProblem } from '../problems';
import { refusals } from './refusals';

const Topic = Type.Object(TOPIC_FIELDS);

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
        description: MEANS.deadLetters,
        params: TopicParams,
        querystring: DeadLettersQuery,
        response: {
          200: Type.Object(DEAD_LETTERS_FIELDS),
          ...refusals('unknown-topic', 'kafka-unavailable'),
        },
      },
    },
    async ({ params, query }) => ({ messages: await queue.deadLetters(params.topic, query.limit ?? 100) }),
  );
}
