/** Where samples are missing. */
import { Type, type Static } from '@sinclair/typebox';

import type { HttpApp } from '../../shared/http-app';
import { answerList } from '../answers/answer';
import type { Table } from '../answers/encoding';
import { formatOf } from '../answers/format';
import { queryRefusals } from '../problems';
import { cacheControlOf, rangeOf } from '../queries/range';
import { formatTime, parseDuration } from '../queries/time';
import type { QueryContext } from './context';
import { filterOf } from './filter';
import { Duration, FILTER, FORMAT, LIMITS, limitUpTo, Metric, RANGE, rowsOf, Time } from './schemas';

const Row = Type.Object({
  uuid: Type.String(),
  metric: Type.String(),
  from: { ...Time, description: 'the last sample before, or the start of the range' },
  to: { ...Time, description: 'the first sample after, or the end of the range' },
  seconds: Type.Number(),
});

const TABLE: Table<Static<typeof Row>> = {
  name: 'gaps',
  columns: ['uuid', 'metric', 'from', 'to', 'seconds'],
  cells: (row) => [row.uuid, row.metric, row.from, row.to, row.seconds],
};

const DEFAULT_LIMIT = 1000;

export function addGapsRoute(app: HttpApp, { settings, queries, metrics }: QueryContext): void {
  app.get(
    '/v1/gaps',
    {
      schema: {
        operationId: 'listGaps',
        tags: ['telemetry'],
        summary: 'Gaps',
        description:
          'Stretches of a range in which a device, that has the metric in the range, has no sample for longer than is given.',
        querystring: Type.Object(
          {
            metric: Metric,
            ...RANGE,
            ...FILTER,
            longerThan: {
              ...Duration,
              description: 'for example three times the interval of the exporter: 90s',
            },
            limit: limitUpTo(LIMITS.list, DEFAULT_LIMIT),
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
            'unknown-format',
            'not-acceptable',
          ),
        },
      },
    },
    async (request, reply) => {
      const { metric, longerThan, limit = DEFAULT_LIMIT } = request.query;
      const format = formatOf(request, request.query.format);
      const range = rangeOf(request.query, settings);
      const query = { metric, ...filterOf(request.query), ...range, longerThanUs: parseDuration(longerThan) };
      const found = await queries.run('gaps', reply, (reader, signal) =>
        reader.gaps(query, limit + 1, signal),
      );
      const rows = found.slice(0, limit).map((gap) => ({
        uuid: gap.uuid,
        metric: gap.metric,
        from: formatTime(gap.fromUs),
        to: formatTime(gap.toUs),
        seconds: (gap.toUs - gap.fromUs) / 1e6,
      }));
      void reply.header('cache-control', cacheControlOf(request.query, range));
      return answerList(reply, format, TABLE, rows, { more: found.length > limit }, metrics);
    },
  );
}
