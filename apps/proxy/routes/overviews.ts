/** What there is: topics, partitions with their depths, dead letters, over all brokers; and the brokers. */
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
import type { Brokers } from '../brokers/brokers';
import type { Overviews } from '../overviews';
import { refusals } from './refusals';

const BrokersAway = Type.Optional(
  Type.Array(Type.Object({ broker: Type.Integer(), why: Type.String() }), {
    description: 'brokers that did not answer; what they have is missing',
  }),
);

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
        description: MEANS.deadLetters,
        params: TopicParams,
        querystring: DeadLettersQuery,
        response: {
          200: Type.Object({ ...DEAD_LETTERS_FIELDS, brokersAway: BrokersAway }),
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
