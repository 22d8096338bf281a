/** All samples of a metric in a range. */
import { Type } from '@sinclair/typebox';

import type { HttpApp } from '../../shared/http-app';
import type { SamplePlace, TimeRange } from '../../shared/store/telemetry-store';
import { answerStream } from '../answers/answer';
import { formatOf } from '../answers/format';
import { queryRefusals } from '../problems';
import { cacheControlOf, rangeOf } from '../queries/range';
import type { QueryContext } from './context';
import { filterKey, filterOf } from './filter';
import { SampleRow, sampleTable, toSampleRow } from './sample-row';
import { Cursor, FILTER, FORMAT, limitUpTo, Metric, RANGE, rowsOf } from './schemas';

const TABLE = sampleTable('samples');
const DEFAULT_LIMIT = 10_000;

export function addSamplesRoute(app: HttpApp, { settings, queries, cursors, metrics }: QueryContext): void {
  const defaultLimit = Math.min(DEFAULT_LIMIT, settings.API_MAX_POINTS);
  app.get(
    '/v1/samples',
    {
      // It would run the whole query, and throw the rows away.
      exposeHeadRoute: false,
      schema: {
        operationId: 'listSamples',
        tags: ['telemetry'],
        summary: 'Samples',
        description:
          'All samples of a metric in a range, as they were measured: by time, then by series. Streamed.',
        querystring: Type.Object(
          {
            metric: Metric,
            ...RANGE,
            ...FILTER,
            limit: limitUpTo(settings.API_MAX_POINTS, defaultLimit),
            cursor: Type.Optional(Cursor),
            ...FORMAT,
          },
          { additionalProperties: false },
        ),
        response: {
          200: rowsOf(SampleRow),
          ...queryRefusals(
            'invalid-time',
            'empty-range',
            'range-too-wide',
            'invalid-cursor',
            'unknown-format',
            'not-acceptable',
          ),
        },
      },
    },
    async (request, reply) => {
      const { metric, from, to, limit = defaultLimit, cursor, ...query } = request.query;
      const format = formatOf(request, query.format);
      const filter = filterOf(query);
      const key = ['samples', metric, from, to ?? null, ...filterKey(filter)];
      const page =
        cursor === undefined
          ? { range: rangeOf({ from, ...(to === undefined ? {} : { to }) }, settings), after: undefined }
          : pageOf(cursors.decode(key, cursor));
      const stream = await queries.stream('samples', reply, (reader, signal) =>
        reader.samples({ metric, ...filter, ...page.range, after: page.after }, limit + 1, signal),
      );
      void reply.header('cache-control', cacheControlOf(request.query, page.range));
      return answerStream(
        reply,
        format,
        TABLE,
        {
          stream,
          toRow: toSampleRow,
          limit,
          cursorOf: ({ place }) =>
            cursors.encode(key, [page.range.fromUs, page.range.toUs, place.timeUs, place.series]),
        },
        metrics,
      );
    },
  );
}

/** The range as it was when the first page was asked for, or "now" would move on from page to page. */
function pageOf(place: readonly (string | number)[]): { range: TimeRange; after: SamplePlace } {
  const [fromUs, toUs, timeUs, series] = place;
  return {
    range: { fromUs: Number(fromUs), toUs: Number(toUs) },
    after: { timeUs: Number(timeUs), series: String(series) },
  };
}
