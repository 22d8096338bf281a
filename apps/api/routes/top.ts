/** The devices with the highest or lowest values. */
import { Type, type Static } from '@sinclair/typebox';

import type { HttpApp } from '../../shared/http-app';
import { answerList } from '../answers/answer';
import type { Table } from '../answers/encoding';
import { formatOf } from '../answers/format';
import { queryRefusals } from '../problems';
import { cacheControlOf, rangeOf } from '../queries/range';
import { aggregateOf } from './aggregates';
import type { QueryContext } from './context';
import { filterOf } from './filter';
import { AggregateName, FILTER, FORMAT, limitUpTo, Metric, RANGE, rowsOf } from './schemas';

const Row = Type.Object({ uuid: Type.String(), value: Type.Number() });

const TABLE: Table<Static<typeof Row>> = {
  name: 'top',
  columns: ['uuid', 'value'],
  cells: (row) => [row.uuid, row.value],
};

const MAX_LIMIT = 1000;
const DEFAULT_LIMIT = 10;

export function addTopRoute(app: HttpApp, { settings, queries, metrics }: QueryContext): void {
  app.get(
    '/v1/top',
    {
      schema: {
        operationId: 'listTop',
        tags: ['telemetry'],
        summary: 'Top devices',
        description:
          'The devices with the highest or lowest aggregate of a metric over a range; ties by uuid.',
        querystring: Type.Object(
          {
            metric: Metric,
            ...RANGE,
            ...FILTER,
            aggregate: Type.Optional({ ...AggregateName, default: 'mean' }),
            order: Type.Optional(
              Type.String({
                pattern: '^(highest|lowest)$',
                default: 'highest',
                description: 'highest or lowest',
              }),
            ),
            limit: limitUpTo(MAX_LIMIT, DEFAULT_LIMIT),
            ...FORMAT,
          },
          { additionalProperties: false },
        ),
        response: {
          200: rowsOf(Row),
          ...queryRefusals(
            'invalid-time',
            'empty-range',
            'range-too-wide',
            'unknown-aggregate',
            'unknown-format',
            'not-acceptable',
          ),
        },
      },
    },
    async (request, reply) => {
      const { metric, aggregate = 'mean', order, limit = DEFAULT_LIMIT } = request.query;
      const format = formatOf(request, request.query.format);
      const query = {
        metric,
        ...filterOf(request.query),
        ...rangeOf(request.query, settings),
        aggregate: aggregateOf(aggregate),
        order: order === 'lowest' ? ('lowest' as const) : ('highest' as const),
      };
      const found = await queries.run('top', reply, (reader, signal) => reader.top(query, limit + 1, signal));
      const rows = found.slice(0, limit).filter(({ value }) => Number.isFinite(value));
      void reply.header('cache-control', cacheControlOf(request.query, query));
      return answerList(reply, format, TABLE, rows, { more: found.length > limit }, metrics);
    },
  );
}
