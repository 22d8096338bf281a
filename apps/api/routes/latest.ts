/** The last sample of each series. */
import { Type } from '@sinclair/typebox';

import type { HttpApp } from '../../shared/http-app';
import { answerList } from '../answers/answer';
import { formatOf } from '../answers/format';
import { queryRefusals } from '../problems';
import type { QueryContext } from './context';
import { filterOf } from './filter';
import { SampleRow, sampleTable, toSampleRow } from './sample-row';
import { FILTER, FORMAT, LIMITS, limitUpTo, Metric, rowsOf } from './schemas';

const TABLE = sampleTable('latest');

export function addLatestRoute(app: HttpApp, { queries, metrics }: QueryContext): void {
  app.get(
    '/v1/latest',
    {
      schema: {
        operationId: 'listLatest',
        tags: ['telemetry'],
        summary: 'Latest values',
        description: 'The last sample of each series, by uuid, then metric.',
        querystring: Type.Object(
          { metric: Type.Optional(Metric), ...FILTER, limit: limitUpTo(LIMITS.list, LIMITS.list), ...FORMAT },
          { additionalProperties: false },
        ),
        response: { 200: rowsOf(SampleRow), ...queryRefusals('unknown-format', 'not-acceptable') },
      },
    },
    async (request, reply) => {
      const { metric, limit = LIMITS.list, ...query } = request.query;
      const format = formatOf(request, query.format);
      const found = await queries.run('latest', reply, (reader, signal) =>
        reader.latest({ ...filterOf(query), metric }, limit + 1, signal),
      );
      const rows = found.slice(0, limit).map(toSampleRow);
      return answerList(reply, format, TABLE, rows, { more: found.length > limit }, metrics);
    },
  );
}
