/** Which devices there are. */
import { Type, type Static } from '@sinclair/typebox';

import type { HttpApp } from '../../shared/http-app';
import type { Device } from '../../shared/store/telemetry-store';
import { answerList } from '../answers/answer';
import type { Table } from '../answers/encoding';
import { answerUnlessKnown } from '../answers/etag';
import { formatOf } from '../answers/format';
import { queryRefusals } from '../problems';
import { formatTime } from '../queries/time';
import type { QueryContext } from './context';
import { filterKey, filterOf } from './filter';
import { Cursor, FILTER, FORMAT, LIMITS, limitUpTo, rowsOf, Time } from './schemas';

const Row = Type.Object({
  uuid: Type.String(),
  hostname: Type.Optional(Type.String()),
  model: Type.Optional(Type.String()),
  gpuId: Type.Optional(Type.String({ description: 'unique within its host only' })),
  device: Type.Optional(Type.String()),
  firstSeen: Time,
  lastSeen: Time,
});

const TABLE: Table<Static<typeof Row>> = {
  name: 'devices',
  columns: ['uuid', 'hostname', 'model', 'gpuId', 'device', 'firstSeen', 'lastSeen'],
  cells: (row) => [row.uuid, row.hostname, row.model, row.gpuId, row.device, row.firstSeen, row.lastSeen],
};

const DEFAULT_LIMIT = 1000;

export function addDevicesRoute(app: HttpApp, { queries, cursors, metrics }: QueryContext): void {
  app.get(
    '/v1/devices',
    {
      onSend: answerUnlessKnown,
      schema: {
        operationId: 'listDevices',
        tags: ['telemetry'],
        summary: 'Devices',
        description: 'By uuid. With the header If-None-Match, 304 when nothing has changed.',
        querystring: Type.Object(
          {
            ...FILTER,
            limit: limitUpTo(LIMITS.list, DEFAULT_LIMIT),
            cursor: Type.Optional(Cursor),
            ...FORMAT,
          },
          { additionalProperties: false },
        ),
        response: {
          200: rowsOf(Row),
          304: Type.Null({ description: 'as the client has it' }),
          ...queryRefusals('invalid-cursor', 'unknown-format', 'not-acceptable'),
        },
      },
    },
    async (request, reply) => {
      const { limit = DEFAULT_LIMIT, cursor, ...query } = request.query;
      const format = formatOf(request, query.format);
      const filter = filterOf(query);
      const key = ['devices', ...filterKey(filter)];
      const after = cursor === undefined ? undefined : String(cursors.decode(key, cursor)[0]);
      const found = await queries.run('devices', reply, (reader, signal) =>
        reader.devices(filter, { after, limit: limit + 1 }, signal),
      );
      const rows = found.slice(0, limit).map(toRow);
      const last = rows.at(-1);
      const more = found.length > limit;
      const next = more && last !== undefined ? { next: cursors.encode(key, [last.uuid]) } : {};
      void reply.header('cache-control', 'private, no-cache');
      return answerList(reply, format, TABLE, rows, { more, ...next }, metrics);
    },
  );
}

function toRow({ firstSeenUs, lastSeenUs, ...device }: Device): Static<typeof Row> {
  return { ...device, firstSeen: formatTime(firstSeenUs), lastSeen: formatTime(lastSeenUs) };
}
