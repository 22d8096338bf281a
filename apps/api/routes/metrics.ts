/** Which metrics there are. */
import { Type, type Static } from '@sinclair/typebox';

import type { HttpApp } from '../../shared/http-app';
import { answerList } from '../answers/answer';
import type { Table } from '../answers/encoding';
import { answerUnlessKnown } from '../answers/etag';
import { formatOf } from '../answers/format';
import { queryRefusals } from '../problems';
import { formatTime } from '../queries/time';
import type { QueryContext } from './context';
import { filterOf } from './filter';
import { FILTER, FORMAT, rowsOf, Time } from './schemas';

const Row = Type.Object({
  metric: Type.String(),
  devices: Type.Integer({ description: 'that have it' }),
  lastSeen: Time,
});

const TABLE: Table<Static<typeof Row>> = {
  name: 'metrics',
  columns: ['metric', 'devices', 'lastSeen'],
  cells: (row) => [row.metric, row.devices, row.lastSeen],
};

export function addMetricsRoute(app: HttpApp, { queries, metrics }: QueryContext): void {
  app.get(
    '/v1/metrics',
    {
      onSend: answerUnlessKnown,
      schema: {
        operationId: 'listMetrics',
        tags: ['telemetry'],
        summary: 'Metrics',
        description: 'By name. With the header If-None-Match, 304 when nothing has changed.',
        querystring: Type.Object({ ...FILTER, ...FORMAT }, { additionalProperties: false }),
        response: {
          200: rowsOf(Row),
          304: Type.Null({ description: 'as the client has it' }),
          ...queryRefusals('unknown-format', 'not-acceptable'),
        },
      },
    },
    async (request, reply) => {
      const format = formatOf(request, request.query.format);
      const found = await queries.run('metrics', reply, (reader, signal) =>
        reader.metrics(filterOf(request.query), signal),
      );
      const rows = found.map(({ metric, devices, lastSeenUs }) => ({
        metric,
        devices,
        lastSeen: formatTime(lastSeenUs),
      }));
      void reply.header('cache-control', 'private, no-cache');
      return answerList(reply, format, TABLE, rows, { more: false }, metrics);
    },
  );
}
