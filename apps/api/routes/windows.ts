/** Aggregates of a metric over windows of time. */
import { Type, type Static, type TNumber, type TOptional } from '@sinclair/typebox';

import type { HttpApp } from '../../shared/http-app';
import { AGGREGATES, type Aggregate, type TimeRange, type Window } from '../../shared/store/telemetry-store';
import { answerStream } from '../answers/answer';
import type { Table } from '../answers/encoding';
import { formatOf } from '../answers/format';
import { apiProblem, queryRefusals } from '../problems';
import { cacheControlOf, rangeOf } from '../queries/range';
import { formatTime, parseDuration } from '../queries/time';
import { aggregateOf } from './aggregates';
import type { QueryContext } from './context';
import { filterOf } from './filter';
import { AggregateName, Duration, FILTER, FORMAT, Metric, RANGE, rowsOf, Time } from './schemas';

const values = Object.fromEntries(AGGREGATES.map((name) => [name, Type.Optional(Type.Number())])) as Record<
  Aggregate,
  TOptional<TNumber>
>;

const Row = Type.Object({ uuid: Type.String(), start: Time, ...values });

type WindowRow = Static<typeof Row>;

export function addWindowsRoute(app: HttpApp, { settings, queries, metrics }: QueryContext): void {
  app.get(
    '/v1/windows',
    {
      exposeHeadRoute: false,
      schema: {
        operationId: 'listWindows',
        tags: ['telemetry'],
        summary: 'Windows',
        description:
          'Aggregates of a metric over windows of time, for each device: by uuid, then time. Windows start at multiples of ' +
          'their length since 1970; those without a sample are left out. Streamed.',
        querystring: Type.Object(
          {
            metric: Metric,
            ...RANGE,
            ...FILTER,
            window: { ...Duration, description: 'the length of a window: 10s, 1m, 1h' },
            aggregate: Type.Optional(
              Type.Array(AggregateName, {
                minItems: 1,
                maxItems: AGGREGATES.length,
                default: ['mean'],
                description: 'may be given several times',
              }),
            ),
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
            'too-many-points',
            'unknown-aggregate',
            'unknown-format',
            'not-acceptable',
          ),
        },
      },
    },
    async (request, reply) => {
      const { metric, window, aggregate = ['mean'] } = request.query;
      const format = formatOf(request, request.query.format);
      const aggregates = [...new Set(aggregate.map(aggregateOf))];
      const range = rangeOf(request.query, settings);
      const windowUs = parseDuration(window);
      const filter = filterOf(request.query);
      const maxDevices = devicesWithin(settings.API_MAX_POINTS, range, windowUs);
      const devices =
        filter.uuids?.length ??
        (await queries.run('devices', reply, async (reader, signal) => {
          const found = await reader.devices(filter, { limit: maxDevices + 1 }, signal);
          return found.length;
        }));
      if (devices > maxDevices) {
        throw apiProblem(
          'too-many-points',
          `${windowsOf(range, windowUs)} windows of ${devices} devices or more are over ${settings.API_MAX_POINTS} points ` +
            '(API_MAX_POINTS): make the range shorter, the window longer, or ask for fewer devices',
        );
      }
      const limit = Math.max(1, devices) * windowsOf(range, windowUs);
      const stream = await queries.stream('windows', reply, (reader, signal) =>
        reader.windows({ metric, ...filter, ...range, windowUs, aggregates }, limit, signal),
      );
      void reply.header('cache-control', cacheControlOf(request.query, range));
      return answerStream(reply, format, tableOf(aggregates), { stream, toRow, limit }, metrics);
    },
  );
}

function windowsOf({ fromUs, toUs }: TimeRange, windowUs: number): number {
  return Math.floor((toUs - 1) / windowUs) - Math.floor(fromUs / windowUs) + 1;
}

function devicesWithin(maxPoints: number, range: TimeRange, windowUs: number): number {
  return Math.floor(maxPoints / windowsOf(range, windowUs));
}

function tableOf(aggregates: readonly Aggregate[]): Table<WindowRow> {
  return {
    name: 'windows',
    columns: ['uuid', 'start', ...aggregates],
    cells: (row) => [row.uuid, row.start, ...aggregates.map((name) => row[name])],
  };
}

/** A sum may be over what a number can hold; JSON has no word for that, so it is left out. */
function toRow({ uuid, startUs, values: measured }: Window): WindowRow {
  const row: WindowRow = { uuid, start: formatTime(startUs) };
  for (const name of AGGREGATES) {
    const value = measured[name];
    if (value !== undefined && Number.isFinite(value)) row[name] = value;
  }
  return row;
}
