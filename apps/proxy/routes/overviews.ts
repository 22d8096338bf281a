/** What there is: topics, partitions with their depths, dead letters, over all brokers; and the brokers. */
import { Type } from '@sinclair/typebox';

import type { HttpApp } from '../../shared/http-app';
import type { Brokers } from '../brokers/brokers';
import type { Overviews } from '../overviews';
import { BrokersAway, LIMITS, MESSAGE_FIELDS, refusals, SECURED, TopicParams } from './schemas';

const TOPIC_FIELDS = {
  topic: Type.String(),
  partitions: Type.Array(
    Type.Object({
      partition: Type.Integer(),
      ready: Type.Integer({ description: 'in memory, to be received' }),
      inFlight: Type.Integer({ description: 'received, neither acknowledged nor given back' }),
      onDisk: Type.Integer({ description: 'on disk only, to be received later' }),
      stoppedBecause: Type.Optional(Type.String()),
    }),
  ),
} as const;

const Broker = Type.Object({
  broker: Type.Integer({ description: 'its ordinal' }),
  url: Type.String(),
  state: Type.String({ description: 'in, out, or probation: well again, and kept out for a while' }),
  takesMessages: Type.Boolean({ description: 'false also while its disk is full' }),
  lastFailure: Type.Optional(Type.String()),
});

export function addOverviewRoutes(app: HttpApp, overviews: Overviews, brokers: Brokers): void {
  app.get(
    '/topics',
    {
      schema: {
        ...SECURED,
        tags: ['topics'],
        summary: 'All topics',
        response: {
          200: Type.Object({ topics: Type.Array(Type.Object(TOPIC_FIELDS)), brokersAway: BrokersAway }),
          ...refusals(),
        },
      },
    },
    () => overviews.topics(),
  );
  app.get(
    '/topics/:topic',
    {
      schema: {
        ...SECURED,
        tags: ['topics'],
        summary: 'One topic',
        params: TopicParams,
        response: {
          200: Type.Object({ ...TOPIC_FIELDS, brokersAway: BrokersAway }),
          ...refusals('unknown-topic', 'broker-away'),
        },
      },
    },
    ({ params }) => overviews.topic(params.topic),
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
          200: Type.Object({ messages: Type.Array(Type.Object(MESSAGE_FIELDS)), brokersAway: BrokersAway }),
          ...refusals('unknown-topic'),
        },
      },
    },
    ({ params, query }) => overviews.deadLetters(params.topic, query.limit ?? 100),
  );
  app.get(
    '/brokers',
    {
      schema: {
        ...SECURED,
        tags: ['topics'],
        summary: 'The brokers, as this proxy sees them',
        response: { 200: Type.Object({ brokers: Type.Array(Broker) }), ...refusals() },
      },
    },
    () => ({
      brokers: brokers.all.map((broker) => ({
        broker: broker.ordinal,
        url: broker.url,
        state: broker.health.state(),
        takesMessages: broker.takesMessages,
        ...(broker.health.lastFailure === undefined ? {} : { lastFailure: broker.health.lastFailure }),
      })),
    }),
  );
}
