/** How many samples there are. */
import { Type } from '@sinclair/typebox';

import type { HttpApp } from '../../shared/http-app';
import { queryRefusals } from '../problems';
import { cacheControlOf, rangeOf } from '../queries/range';
import type { QueryContext } from './context';
import { filterOf } from './filter';
import { answerOf, FILTER, Metric, RANGE } from './schemas';

export function addCountRoute(app: HttpApp, { settings, queries }: QueryContext): void {
  app.get(
    '/v1/count',
    {
      schema: {
        operationId: 'countSamples',
        tags: ['telemetry'],
        summary: 'Number of samples',
        description: 'How many samples there are in a range, of one metric or of all. Always JSON.',
        querystring: Type.Object(
          { metric: Type.Optional(Metric), ...RANGE, ...FILTER },
          { additionalProperties: false },
        ),
        response: {
          200: answerOf(Type.Object({ count: Type.Integer() }), 'The number'),
          ...queryRefusals('invalid-time', 'empty-range', 'range-too-wide'),
        },
      },
    },
    async (request, reply) => {
      const { metric } = request.query;
      const range = rangeOf(request.query, settings);
      const count = await queries.run('count', reply, (reader, signal) =>
        reader.count({ metric, ...filterOf(request.query), ...range }, signal),
      );
      void reply.header('cache-control', cacheControlOf(request.query, range));
      return reply.send({ count });
    },
  );
}
